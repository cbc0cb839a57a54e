#include "attune_http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static const size_t longest_body = 16 << 20;

// Adds to the body; taking less than was given makes libcurl give up.
static size_t append(char *bytes, size_t size, size_t count, void *context) {
    attune_http_answer *answer = context;
    size_t length = size * count;
    if (answer->size + length > longest_body) return 0;
    char *grown = realloc(answer->body, answer->size + length + 1);
    if (!grown) return 0;
    memcpy(grown + answer->size, bytes, length);
    answer->body = grown;
    answer->size += length;
    return length;
}

attune_http_answer attune_http_get(const char *url, long timeout_ms) {
    attune_http_answer answer = {0, NULL, 0};
    CURL *curl = curl_easy_init();
    if (!curl) return answer;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    // A trial's endpoint is on this machine or near; a proxy would only stand between.
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_cleanup(curl);
    return answer;
}
