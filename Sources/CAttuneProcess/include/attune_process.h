/// What Swift cannot call, being particular to GNU and Linux: process handles and detached processes.
#pragma once
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
