#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int open_regular(int directory, const char *name, int flags) {
    struct stat status;
    int file = openat(directory, name, flags | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (file < 0) return -1;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
    close(file);
    errno = EINVAL;
    return -1;
}

static bool write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/// Gives up on a half-made record, keeping errno.
static bool undo(int directory, const char *name) {
    int error = errno;
    unlinkat(directory, name, 0);
    errno = error;
    return false;
}

static bool write_durably(int directory, const char *name, const char *text, size_t length) {
    // Where the program put a pipe, this fails, and the next try finds the name free.
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file < 0) return undo(directory, name);
    bool written = write_all(file, text, length) && fsync(file) == 0;
    int error = errno;
    close(file);
    errno = error;
    return written || undo(directory, name);
}

/// Moves `draft` to `name` unless that name is taken.
static bool move_once(int directory, const char *draft, const char *name) {
    if (linkat(directory, draft, directory, name, 0) != 0) return false;
    unlinkat(directory, draft, 0);
    return true;
}

bool record_write(int directory, const char *name, const char *text, size_t length, bool only_once) {
    char draft[64];  // only the holder of the lock writes, so one name for drafts will do
    snprintf(draft, sizeof draft, "%s.new", name);
    if (!write_durably(directory, draft, text, length)) return false;
    bool moved = only_once ? move_once(directory, draft, name)
                           : renameat(directory, draft, directory, name) == 0;
    if (!moved) return undo(directory, draft);
    if (fsync(directory) != 0) return undo(directory, name);
    return true;
}

bool record_exists(int directory, const char *name) {
    return faccessat(directory, name, F_OK, 0) == 0;
}

/// When the process began, in clock ticks since boot: with its pid, its identity. 0 where that cannot be had.
static unsigned long long start_ticks(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    const char *field = strrchr(text, ')');  // field 2 is the name, which may hold anything
    for (int number = 2; field != NULL && number < 22; number++) field = strchr(field + 1, ' ');
    return field == NULL ? 0 : strtoull(field, NULL, 10);
}

bool record_start(int directory, pid_t program) {
    char text[256];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(text, sizeof text, "supervisor %d\nprogram %d\nticks %llu\ntime %lld.%09ld\n",
                          (int)getpid(), (int)program, start_ticks(program),
                          (long long)now.tv_sec, now.tv_nsec);
    return record_write(directory, "started", text, (size_t)length, true);
}

void record_end(int directory, struct timespec time, const char *end) {
    char text[4096];
    int length = snprintf(text, sizeof text, "time %lld.%09ld\n%s\n", (long long)time.tv_sec, time.tv_nsec, end);
    if (length >= (int)sizeof text) length = sizeof text - 1;
    while (!record_write(directory, "exit", text, (size_t)length, false)) {
        if (errno == ENOENT || errno == EISDIR || errno == EEXIST) return;
        nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
    }
}
