#ifndef ATTUNE_CONNECTION_H
#define ATTUNE_CONNECTION_H

#include <stddef.h>

/// A connection to a server that is kept open between requests. One request at a time.
typedef struct attune_connection attune_connection;

/// A POST, and how its server is to be known.
typedef struct {
    const char *_Nonnull url;
    /// `NAME: VALUE`, the last one null.
    const char *_Nullable const *_Nonnull headers;
    const void *_Nonnull body;
    size_t body_size;
    /// Files in PEM. Null takes the machine's authorities, and shows no certificate.
    const char *_Nullable authorities;
    const char *_Nullable certificate;
    const char *_Nullable key;
    long connect_timeout_ms;
    /// Of the whole request; 0 for a stream that may last.
    long timeout_ms;
    /// Not 0: past any proxy.
    int direct;
} attune_request;

typedef struct {
    /// The status, such as 200; 0 when there was none.
    long status;
    /// What the server asks to wait before the next try, seconds; 0 where it does not say.
    long retry_after;
    /// Whether the request was cut short by `attune_connection_cancel`.
    int cancelled;
    /// Whether another try is pointless: the server's certificate, the URL or a file is wrong.
    int hopeless;
    /// Why there is no status; empty where there is one.
    char error[256];
} attune_outcome;

/// Takes a part of the answer's body, and its status.
typedef void (*attune_sink)(void *_Nonnull context, long status, const char *_Nonnull bytes, size_t count);

attune_connection *_Nullable attune_connection_create(void);
void attune_connection_free(attune_connection *_Nonnull connection);

/// Makes a request and waits for its end.
attune_outcome attune_connection_post(
    attune_connection *_Nonnull connection, const attune_request *_Nonnull request, attune_sink _Nonnull sink,
    void *_Nonnull context);

/// Cuts the request short that is under way, and every later one until `attune_connection_renew`. From any thread.
void attune_connection_cancel(attune_connection *_Nonnull connection);
void attune_connection_renew(attune_connection *_Nonnull connection);

#endif
