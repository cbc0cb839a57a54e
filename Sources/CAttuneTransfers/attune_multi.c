// For TCP_USER_TIMEOUT.
#define _DEFAULT_SOURCE

#include "attune_multi.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct attune_multi {
    CURLM *curl;
    attune_transfer *first;
};

struct attune_transfer {
    CURL *easy;
    // In the list of those under way.
    attune_transfer *previous;
    attune_transfer *next;
    int is_paused;
    int has_ended;
    struct curl_slist *headers;
    struct curl_slist *route;
    attune_transfer_sink sink;
    curl_off_t timeout_us;
    char error[CURL_ERROR_SIZE];
};

// Servers say themselves how many streams a connection may have; this is how many we would use.
static const long most_streams = 1000;

void attune_multi_enter(void) {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
}

attune_multi *attune_multi_create(void) {
    attune_multi *multi = calloc(1, sizeof *multi);
    if (!multi) return NULL;
    multi->curl = curl_multi_init();
    if (!multi->curl) {
        free(multi);
        return NULL;
    }
    curl_multi_setopt(multi->curl, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi->curl, CURLMOPT_MAX_CONCURRENT_STREAMS, most_streams);
    return multi;
}

void attune_multi_free(attune_multi *multi) {
    curl_multi_cleanup(multi->curl);
    free(multi);
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
    attune_transfer *transfer = context;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->sink.header(transfer->sink.context, status, bytes, size * count);
    return size * count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    attune_transfer *transfer = context;
    if (size * count == 0) return 0;
    int pauses = transfer->sink.body(transfer->sink.context, bytes, size * count);
    transfer->is_paused = pauses;
    return pauses ? CURL_WRITEFUNC_PAUSE : size * count;
}

// A peer that is gone without a word is found out in half a minute, whether anything is being sent or not.
static int prepare_socket(void *context, curl_socket_t socket, curlsocktype purpose) {
    (void)context;
    (void)purpose;
#ifdef TCP_USER_TIMEOUT
    unsigned patience_ms = 30000;
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
#endif
    return CURL_SOCKOPT_OK;
}

static void set_blob(CURL *easy, CURLoption option, attune_bytes bytes) {
    if (!bytes.bytes) return;
    struct curl_blob blob = {(void *)bytes.bytes, bytes.size, CURL_BLOB_COPY};
    curl_easy_setopt(easy, option, &blob);
}

static void set_security(CURL *easy, const attune_transfer_request *request) {
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->insecure ? 0L : 2L);
    if (request->authorities.bytes) {
        // Or the machine's authorities would count as well.
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        set_blob(easy, CURLOPT_CAINFO_BLOB, request->authorities);
    }
    set_blob(easy, CURLOPT_SSLCERT_BLOB, request->certificate);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, request->key);
}

static void set_body(CURL *easy, const attune_transfer_request *request) {
    int expects_body = request->body.size || strcmp(request->method, "GET") != 0;
    if (expects_body && (request->body.size || strcmp(request->method, "DELETE") != 0)) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body.size ? request->body.bytes : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_connection(CURL *easy, const attune_transfer_request *request) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, prepare_socket);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    if (!request->proxy) return;
    curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
}

static void set_answer(attune_transfer *transfer) {
    curl_easy_setopt(transfer->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    if (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_LIBZ) {
        curl_easy_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    }
}

static void transfer_free(attune_transfer *transfer) {
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->route);
    free(transfer);
}

attune_transfer *attune_multi_add(
    attune_multi *multi, const attune_transfer_request *request, attune_transfer_sink sink) {
    attune_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->sink = sink;
    transfer->timeout_us = (curl_off_t)request->timeout_ms * 1000;
    transfer->easy = curl_easy_init();
    if (!transfer->easy) {
        transfer_free(transfer);
        return NULL;
    }
    for (const char *const *header = request->headers; *header; header++) {
        transfer->headers = curl_slist_append(transfer->headers, *header);
    }
    if (request->route) transfer->route = curl_slist_append(NULL, request->route);
    curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(transfer->easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->route);
    set_body(transfer->easy, request);
    set_connection(transfer->easy, request);
    set_security(transfer->easy, request);
    set_answer(transfer);
    if (curl_multi_add_handle(multi->curl, transfer->easy) != CURLM_OK) {
        transfer_free(transfer);
        return NULL;
    }
    transfer->next = multi->first;
    if (multi->first) multi->first->previous = transfer;
    multi->first = transfer;
    return transfer;
}

static void unlink_transfer(attune_multi *multi, attune_transfer *transfer) {
    if (transfer->previous) transfer->previous->next = transfer->next;
    else multi->first = transfer->next;
    if (transfer->next) transfer->next->previous = transfer->previous;
}

// Tells connections apart; 0 where there is none yet.
static long local_port(attune_transfer *transfer) {
    long port = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &port);
    return port;
}

// libcurl 7.88 keeps the frame that ends a stream until something else is sent on the connection. To resume a
// transfer that shares it does that.
static void flush(attune_multi *multi, long port) {
    for (attune_transfer *other = multi->first; other; other = other->next) {
        if (other->is_paused || local_port(other) != port) continue;
        curl_easy_pause(other->easy, CURLPAUSE_RECV);
        curl_easy_pause(other->easy, CURLPAUSE_CONT);
        return;
    }
}

void attune_multi_remove(attune_multi *multi, attune_transfer *transfer) {
    unlink_transfer(multi, transfer);
    long port = transfer->has_ended ? 0 : local_port(transfer);
    // Where no other uses the connection, it closes: that is told at once.
    if (!transfer->has_ended) curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
    curl_multi_remove_handle(multi->curl, transfer->easy);
    if (port) flush(multi, port);
    transfer_free(transfer);
}

void attune_multi_work(attune_multi *multi) {
    int running = 0;
    curl_multi_perform(multi->curl, &running);
}

void attune_multi_wait(attune_multi *multi, int timeout_ms) {
    curl_multi_poll(multi->curl, NULL, 0, timeout_ms, NULL);
}

void attune_multi_wake(attune_multi *multi) { curl_multi_wakeup(multi->curl); }

// Where a signature does not fit its certificate, libcurl reports the first of OpenSSL's errors, from its libraries for
// keys, as a handshake that failed; those from its library for TLS may be the network's doing.
static int is_bad_signature(const attune_transfer *transfer, CURLcode code) {
    return code == CURLE_SSL_CONNECT_ERROR && strstr(transfer->error, ": error:") &&
           !strstr(transfer->error, "SSL routines");
}

static enum attune_ending ending(attune_transfer *transfer, CURLcode code) {
    curl_off_t taken = 0;
    if (is_bad_signature(transfer, code)) return ATTUNE_HOPELESS;
    switch (code) {
    case CURLE_OK: return ATTUNE_COMPLETE;
    case CURLE_OPERATION_TIMEDOUT:
        // The time for connecting has a limit of its own.
        curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &taken);
        return transfer->timeout_us && taken >= transfer->timeout_us ? ATTUNE_TIMED_OUT : ATTUNE_LOST;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER: return ATTUNE_HOPELESS;
    default: return ATTUNE_LOST;
    }
}

attune_transfer_end attune_multi_next_end(attune_multi *multi) {
    attune_transfer_end end;
    memset(&end, 0, sizeof end);
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi->curl, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode code = message->data.result;
        attune_transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        end.context = transfer->sink.context;
        end.ending = ending(transfer, code);
        transfer->has_ended = 1;
        const char *error = transfer->error[0] ? transfer->error : curl_easy_strerror(code);
        if (code != CURLE_OK) strncpy(end.error, error, sizeof end.error - 1);
        return end;
    }
    return end;
}

void attune_transfer_resume(attune_transfer *transfer) {
    transfer->is_paused = 0;
    curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}
