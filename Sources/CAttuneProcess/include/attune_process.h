/// What Swift cannot call, being particular to GNU and Linux: process handles, detached processes, many waits.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// A descriptor of the process with this pid, closed on exec, that becomes readable when it ends. -1 sets errno.
int attune_pidfd_open(pid_t pid);

/// Signals the very process the descriptor stands for, never one that got its number later. -1 sets errno.
int attune_pidfd_send_signal(int descriptor, int number);

/// Spawns `executable argument` in a session of its own, with an empty environment, and with no descriptor of ours.
///
/// Its standard error is a pipe whose reading end comes back in `standard_error`, closed on exec.
/// Returns its pid, to be reaped by the caller, or -1 with errno set.
pid_t attune_spawn_detached(const char *executable, const char *argument, int *standard_error);

/// copy_file_range(2) from a place in one file to the same place in another. Swift's Glibc leaves it out.
ssize_t attune_copy_range(int from, int to, off_t offset, size_t length);

/// A set of descriptors to wait for, closed on exec. -1 sets errno.
int attune_events_open(void);

/// Tells `attune_events_wait` of `id`, once, when the descriptor is readable or hung up. Returns 0 or an error number:
/// EPERM for a file, which always is.
int attune_events_add(int events, int descriptor, uint64_t id);

/// Forgets a descriptor, which must still be open.
void attune_events_remove(int events, int descriptor);

/// Waits until there are some of `ids`, and returns how many, at most `capacity` and 64; -1 sets errno.
int attune_events_wait(int events, uint64_t *ids, int capacity);
