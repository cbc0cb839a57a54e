#include "attune_connection.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct attune_connection {
    CURLM *multi;
    CURL *easy;
    atomic_int cancelled;
};

attune_connection *attune_connection_create(void) {
    attune_connection *connection = calloc(1, sizeof *connection);
    if (!connection) return NULL;
    connection->multi = curl_multi_init();
    connection->easy = curl_easy_init();
    if (connection->multi && connection->easy) return connection;
    attune_connection_free(connection);
    return NULL;
}

void attune_connection_free(attune_connection *connection) {
    if (connection->easy) curl_easy_cleanup(connection->easy);
    if (connection->multi) curl_multi_cleanup(connection->multi);
    free(connection);
}

void attune_connection_cancel(attune_connection *connection) {
    atomic_store(&connection->cancelled, 1);
    curl_multi_wakeup(connection->multi);
}

void attune_connection_renew(attune_connection *connection) { atomic_store(&connection->cancelled, 0); }

struct receiver {
    CURL *easy;
    attune_sink sink;
    void *context;
};

static size_t receive(char *bytes, size_t size, size_t count, void *context) {
    struct receiver *receiver = context;
    long status = 0;
    curl_easy_getinfo(receiver->easy, CURLINFO_RESPONSE_CODE, &status);
    receiver->sink(receiver->context, status, bytes, size * count);
    return size * count;
}

static void prepare(CURL *easy, const attune_request *request, struct curl_slist *headers, char *error) {
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    if (request->direct) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (request->authorities) curl_easy_setopt(easy, CURLOPT_CAINFO, request->authorities);
    if (request->certificate) curl_easy_setopt(easy, CURLOPT_SSLCERT, request->certificate);
    if (request->key) curl_easy_setopt(easy, CURLOPT_SSLKEY, request->key);
}

// Waits until the transfer is over or cancelled.
static CURLcode transfer(attune_connection *connection) {
    int running = 1;
    while (running) {
        if (atomic_load(&connection->cancelled)) return CURLE_ABORTED_BY_CALLBACK;
        if (curl_multi_perform(connection->multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
        if (running && curl_multi_poll(connection->multi, NULL, 0, 1000, NULL) != CURLM_OK) return CURLE_FAILED_INIT;
    }
    int left = 0;
    CURLMsg *message = curl_multi_info_read(connection->multi, &left);
    return message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

static int is_hopeless(CURLcode code) {
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_OUT_OF_MEMORY: return 1;
    default: return 0;
    }
}

attune_outcome attune_connection_post(
    attune_connection *connection, const attune_request *request, attune_sink sink, void *context) {
    attune_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    struct curl_slist *headers = NULL;
    for (const char *const *header = request->headers; *header; header++) headers = curl_slist_append(headers, *header);
    char error[CURL_ERROR_SIZE] = "";
    struct receiver receiver = {connection->easy, sink, context};
    prepare(connection->easy, request, headers, error);
    curl_easy_setopt(connection->easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(connection->easy, CURLOPT_WRITEDATA, &receiver);
    curl_multi_add_handle(connection->multi, connection->easy);
    CURLcode code = transfer(connection);
    if (code == CURLE_OK) {
        curl_easy_getinfo(connection->easy, CURLINFO_RESPONSE_CODE, &outcome.status);
        curl_off_t wait = 0;
        curl_easy_getinfo(connection->easy, CURLINFO_RETRY_AFTER, &wait);
        outcome.retry_after = (long)wait;
    } else {
        strncpy(outcome.error, error[0] ? error : curl_easy_strerror(code), sizeof outcome.error - 1);
        outcome.hopeless = is_hopeless(code);
    }
    outcome.cancelled = atomic_load(&connection->cancelled);
    curl_multi_remove_handle(connection->multi, connection->easy);
    curl_easy_setopt(connection->easy, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return outcome;
}
