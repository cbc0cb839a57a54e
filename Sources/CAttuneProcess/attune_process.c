#define _GNU_SOURCE
#include "attune_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

int attune_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0u);
}

int attune_pidfd_send_signal(int descriptor, int number) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0u);
}

/// Returns 0 or an error number.
static int spawn_detached(char *const arguments[], int standard_error, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, standard_error, STDERR_FILENO);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    // Threads of Dispatch block signals, and what is spawned would inherit that.
    sigset_t none;
    sigemptyset(&none);
    if (error == 0) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (error == 0) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    char *const environment[] = { NULL };
    if (error == 0) error = posix_spawn(pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

pid_t attune_spawn_detached(const char *executable, const char *argument, int *standard_error) {
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    char *const arguments[] = { (char *)executable, (char *)argument, NULL };
    int error = spawn_detached(arguments, ends[1], &pid);
    close(ends[1]);
    if (error == 0) {
        *standard_error = ends[0];
        return pid;
    }
    close(ends[0]);
    errno = error;
    return -1;
}

ssize_t attune_copy_range(int from, int to, off_t offset, size_t length) {
    off_t here = offset, there = offset;
    return copy_file_range(from, &here, to, &there, length, 0);
}

int attune_events_open(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int attune_events_add(int events, int descriptor, uint64_t id) {
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.u64 = id };
    return epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void attune_events_remove(int events, int descriptor) {
    epoll_ctl(events, EPOLL_CTL_DEL, descriptor, NULL);
}

int attune_events_wait(int events, uint64_t *ids, int capacity) {
    struct epoll_event ready[64];
    int count = epoll_wait(events, ready, capacity < 64 ? capacity : 64, -1);
    for (int i = 0; i < count; i++) ids[i] = ready[i].data.u64;
    return count;
}
