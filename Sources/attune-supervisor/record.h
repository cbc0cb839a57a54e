/// The files a supervisor leaves in the attempt directory, read by AttemptRecords.swift.
///
/// `started`, once and for ever, before the program's first instruction:
///
///     supervisor PID
///     program PID              also its process group
///     ticks N                  when the program's process began, field 22 of /proc/PID/stat; 0 where there is none
///     time SECONDS.NANOSECONDS since 1970
///
/// `exit`, when the program and what it left behind are gone:
///
///     time SECONDS.NANOSECONDS since 1970, when the program itself ended
///     exited CODE | signalled N | timeout | stopped | unstartable CODE MESSAGE
///
/// MESSAGE runs to the end of the file, less its last newline.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/// Makes `name` hold `text`, whole or not at all, and durable before returning.
///
/// Takes the name only if it is free where `only_once`, and replaces what is there otherwise.
/// Returns false with errno set when that failed; then `name` is as it was.
bool record_write(int directory, const char *name, const char *text, size_t length, bool only_once);

/// Opens a file of the attempt directory, making it where it is missing. Never waits for the other end of a pipe.
///
/// Returns -1 with errno set when that failed, EINVAL where what has the name is no regular file.
int open_regular(int directory, const char *name, int flags);

/// Whether the attempt directory has a file of this name.
bool record_exists(int directory, const char *name);

/// Records, once, that `program` is about to run. Returns false with errno set when that failed.
bool record_start(int directory, pid_t program);

/// Records how the program ended at `time`.
///
/// The exit code must not be lost: while the disk is full (or anything else is wrong with it) this tries again
/// every second for as long as it takes. It gives up only when the directory itself was deleted, or somebody put there
/// what no file can replace.
void record_end(int directory, struct timespec time, const char *end);
