/// attune-supervisor DIR: runs the program of one trial attempt, and outlives attune.
///
/// DIR is the attempt directory. It holds `spec` (spec.h) when this starts, perhaps `stop`, and in the end:
///
///     lock        locked (fcntl) for as long as the supervisor lives; F_GETLK names its pid, so no number
///                 in a file is ever trusted. No child inherits such a lock, and readers never take it
///     started     written once, before the program runs (record.h)
///     output.log  the program's standard output and error, in order, appended
///     exit        written when the program has ended (record.h)
///     stop        made by whoever wants the program ended, who then sends SIGUSR1. Made early enough, it keeps
///                 the program from starting at all
///
/// However many supervisors are started on DIR, one at most starts the program, and only once, ever: `started` is
/// durable before the program's first instruction. The others leave quietly with status 0.
/// What keeps the program from being started, such as a full disk, is said on standard error with status 1, and
/// another supervisor may try again. Standard error is closed as soon as the program runs.
///
/// When the supervisor itself is killed, the program is killed with it: `started` without `exit` and an unlocked
/// `lock` mean that the attempt is lost.
///
/// For Linux. What is particular to it: the subreaper, the parent-death signal, the list of children in /proc.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "record.h"
#include "spec.h"

static _Noreturn void refuse(const char *what, const char *why) {
    dprintf(STDERR_FILENO, "%s: %s\n", what, why);
    exit(1);
}

/// Nothing sent to us may end us: all signals stay blocked, and the two that matter are waited for.
static void block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, SIG_DFL);  // where it was ignored, children would vanish with their status
}

/// Keeps standard error and nothing else of what was inherited.
static void keep_standard_error_only(void) {
    int null;
    do null = open("/dev/null", O_RDWR);
    while (null >= 0 && null <= STDERR_FILENO);  // fills what was closed
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    syscall(SYS_close_range, 3u, ~0u, 0u);
}

/// Says by closing standard error that all is well.
static void close_standard_error(void) {
    dup2(STDIN_FILENO, STDERR_FILENO);
}

/// Takes the lock until the process ends. Leaves when another supervisor has it.
static void take_lock(int directory) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int file = open_regular(directory, "lock", O_RDWR);
    if (file < 0) refuse("lock", strerror(errno));
    if (fcntl(file, F_SETLK, &lock) == 0) return;
    if (errno == EACCES || errno == EAGAIN) exit(0);
    refuse("lock", strerror(errno));
}

static struct timespec wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now;
}

/// Gets the program ready, records the start, and only then could let it go.
static void prepare_and_record(int directory, const struct spec *spec, struct program *program) {
    int output = open_regular(directory, "output.log", O_WRONLY | O_APPEND);
    if (output < 0) refuse("output.log", strerror(errno));
    fcntl(output, F_SETFL, O_APPEND);  // a program may look how its output was opened
    if (!program_prepare(spec, output, program)) refuse("fork", strerror(errno));
    close(output);
    if (record_start(directory, program->pid)) return;
    program_abandon(program);
    if (errno == EEXIST) exit(0);
    refuse("started", strerror(errno));
}

/// Runs the program from start to end and records both.
static void supervise(int directory, const struct spec *spec) {
    struct program program;
    struct end end;
    prepare_and_record(directory, spec, &program);
    close_standard_error();
    bool runs = program_release(&program, spec, &end);
    struct end ignored;
    program_watch(&program, spec, directory, runs ? &end : &ignored);
    struct timespec ended = wall_clock();
    program_clear(&program, spec);
    record_end(directory, ended, end.text);
}

int main(int count, char **arguments) {
    if (count != 2) refuse("usage", "attune-supervisor DIR");
    block_signals();  // before the lock: who sees the lock may send SIGUSR1
    keep_standard_error_only();
    setsid();  // fails where we lead a session already
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int directory = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) refuse(arguments[1], strerror(errno));
    take_lock(directory);
    if (record_exists(directory, "started") || record_exists(directory, "exit")) return 0;
    if (record_exists(directory, "stop")) {
        close_standard_error();
        record_end(directory, wall_clock(), "stopped");
        return 0;
    }
    struct spec spec;
    const char *wrong = spec_read(directory, &spec);
    if (wrong != NULL) refuse("spec", wrong);
    supervise(directory, &spec);
    return 0;
}
