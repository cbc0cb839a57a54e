#ifndef ATTUNE_MULTI_H
#define ATTUNE_MULTI_H

#include <stddef.h>

/// Transfers that share connections. All functions but `attune_multi_wake` belong to one thread.
typedef struct attune_multi attune_multi;
typedef struct attune_transfer attune_transfer;

typedef struct {
    const void *_Nullable bytes;
    size_t size;
} attune_bytes;

/// A request, and how its server is to be reached and known. Nothing of it need outlive the call that takes it.
typedef struct {
    const char *_Nonnull method;
    const char *_Nonnull url;
    /// `NAME: VALUE`, the last one null.
    const char *_Nullable const *_Nonnull headers;
    attune_bytes body;
    /// `HOST:PORT:HOST:PORT`: where to connect instead; the certificate is checked for the URL's host. May be null.
    const char *_Nullable route;
    /// Empty for none; null takes the environment's.
    const char *_Nullable proxy;
    /// PEM. Without authorities the machine's count.
    attune_bytes authorities;
    attune_bytes certificate;
    attune_bytes key;
    /// Not 0: any certificate of the server is good enough.
    int insecure;
    long connect_timeout_ms;
    /// Of the whole transfer; 0 for one that may last.
    long timeout_ms;
} attune_transfer_request;

/// Who takes an answer. Called by `attune_multi_work` and `attune_transfer_resume`.
typedef struct {
    void *_Nonnull context;
    /// A line of the head, its end included, and the status; the last line is empty.
    void (*_Nonnull header)(void *_Nonnull context, long status, const char *_Nonnull line, size_t size);
    /// A part of the body. 0 when taken; anything else pauses the transfer, and the part comes again on resuming.
    int (*_Nonnull body)(void *_Nonnull context, const char *_Nonnull bytes, size_t size);
} attune_transfer_sink;

enum attune_ending {
    ATTUNE_COMPLETE,
    ATTUNE_LOST,
    ATTUNE_TIMED_OUT,
    /// A certificate, a key or the address is wrong.
    ATTUNE_HOPELESS,
};

typedef struct {
    /// The sink's; null when no further transfer has ended.
    void *_Nullable context;
    enum attune_ending ending;
    /// Why the transfer is not complete.
    char error[256];
} attune_transfer_end;

/// To be called first by the thread: a server that hangs up must not end the process.
void attune_multi_enter(void);

attune_multi *_Nullable attune_multi_create(void);
/// Every transfer must have been removed.
void attune_multi_free(attune_multi *_Nonnull multi);

/// Null when there is no memory.
attune_transfer *_Nullable attune_multi_add(
    attune_multi *_Nonnull multi, const attune_transfer_request *_Nonnull request, attune_transfer_sink sink);
/// Ends the transfer, if it has not ended, and frees it.
void attune_multi_remove(attune_multi *_Nonnull multi, attune_transfer *_Nonnull transfer);

/// Sends and receives what can be without waiting.
void attune_multi_work(attune_multi *_Nonnull multi);
/// The next transfer that ended; it is still to be removed.
attune_transfer_end attune_multi_next_end(attune_multi *_Nonnull multi);
/// Waits until there is work, for `attune_multi_wake`, or `timeout_ms` at the most.
void attune_multi_wait(attune_multi *_Nonnull multi, int timeout_ms);
/// Ends a wait, the next one if there is none. From any thread.
void attune_multi_wake(attune_multi *_Nonnull multi);

void attune_transfer_resume(attune_transfer *_Nonnull transfer);

#endif
