/// What Swift cannot call: system calls that are variadic in C, and process handles, which glibc has no header for.
#pragma once
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/// A descriptor of the process with this pid, closed on exec, that becomes readable when it ends. -1 sets errno.
static inline int attune_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0u);
}

/// Signals the very process the descriptor stands for, never one that got its number later. -1 sets errno.
static inline int attune_pidfd_send_signal(int descriptor, int number) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, (void *)0, 0u);
}
