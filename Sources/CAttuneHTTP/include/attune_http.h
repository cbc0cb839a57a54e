#ifndef ATTUNE_HTTP_H
#define ATTUNE_HTTP_H

#include <stddef.h>

#include "attune_connection.h"

/// What a server answered.
typedef struct {
    /// The status, such as 200; 0 when nobody answered in time.
    long status;
    /// The body, `size` bytes; free it with `free`. Null when there is none.
    char *_Nullable body;
    size_t size;
} attune_http_answer;

/// GETs a URL and waits for the answer, `timeout_ms` milliseconds at the most. Bodies over 16 MiB count as no answer.
///
/// libcurl's options are variadic, which Swift cannot call.
attune_http_answer attune_http_get(const char *_Nonnull url, long timeout_ms);

#endif
