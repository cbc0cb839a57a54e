#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "record.h"

extern char **environ;

// MARK: Starting

/// Why the program does not run. Small enough for a pipe to carry it whole.
struct failure {
    enum { CANNOT_ENTER, CANNOT_EXECUTE } step;
    int error;
};

static void default_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/// The new process: waits at the gate, then becomes the program.
static _Noreturn void become_program(const struct spec *spec, int output, int gate, int report) {
    char go;
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a program nobody supervises could run twice
#endif
    if (read(gate, &go, 1) != 1) _exit(0);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    default_signals();
    struct failure failure = { .step = CANNOT_ENTER };
    if (chdir(spec->directory) == 0) {
        failure.step = CANNOT_EXECUTE;
        environ = spec->environment;  // execvp looks PATH up here
        execvp(spec->arguments[0], spec->arguments);
    }
    failure.error = errno;
    ssize_t written = write(report, &failure, sizeof failure);
    _exit(written == sizeof failure ? 127 : 126);
}

bool program_prepare(const struct spec *spec, int output, struct program *program) {
    int gate[2], report[2];
    if (pipe2(gate, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) return false;
    program->pid = fork();
    if (program->pid == 0) {
        close(gate[1]);  // so that the gate ends with the supervisor
        become_program(spec, output, gate[0], report[1]);
    }
    close(gate[0]);
    close(report[1]);
    program->gate = gate[1];
    program->report = report[0];
    if (program->pid > 0) setpgid(program->pid, program->pid);  // whichever of the two comes first
    return program->pid > 0;
}

void program_abandon(struct program *program) {
    int error = errno;
    close(program->gate);
    waitpid(program->pid, NULL, 0);
    errno = error;
}

bool program_release(struct program *program, const struct spec *spec, struct end *end) {
    struct failure failure;
    ssize_t count = write(program->gate, "!", 1);
    close(program->gate);
    if (count == 1)
        do count = read(program->report, &failure, sizeof failure);
        while (count < 0 && errno == EINTR);
    close(program->report);
    if (count != sizeof failure) return true;
    bool missing = failure.step == CANNOT_EXECUTE && failure.error == ENOENT;
    snprintf(end->text, sizeof end->text, "unstartable %d cannot %s %s: %s", missing ? 127 : 126,
             failure.step == CANNOT_ENTER ? "enter" : "start",
             failure.step == CANNOT_ENTER ? spec->directory : spec->arguments[0], strerror(failure.error));
    return false;
}

// MARK: Waiting

static const int64_t never = INT64_MAX;

/// Milliseconds of a clock that never jumps.
static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/// Sleeps until SIGCHLD or SIGUSR1 comes, and returns it, or until the deadline, and returns 0.
static int next_signal(int64_t deadline) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGUSR1);
    for (;;) {
        int64_t left = deadline - now_ms();
        if (deadline != never && left <= 0) left = 0;
        struct timespec wait = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
        int number = deadline == never ? sigwaitinfo(&signals, NULL) : sigtimedwait(&signals, NULL, &wait);
        if (number > 0) return number;
        if (errno == EAGAIN) return 0;
    }
}

/// Signals the whole group. What is stopped is woken, as it could not end otherwise.
static void signal_group(pid_t group, int number) {
    kill(-group, number);
    kill(-group, SIGCONT);
}

/// Whether the program has ended, and how. Reaps orphans that ended before it, and leaves the program a zombie.
static bool has_ended(pid_t program, siginfo_t *info) {
    for (;;) {
        info->si_pid = 0;
        if (waitid(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT) != 0 || info->si_pid == 0) return false;
        if (info->si_pid == program) return true;
        waitpid(info->si_pid, NULL, 0);
    }
}

static void describe(const siginfo_t *info, const char *cause, struct end *end) {
    if (cause != NULL)
        snprintf(end->text, sizeof end->text, "%s", cause);
    else if (info->si_code == CLD_EXITED)
        snprintf(end->text, sizeof end->text, "exited %d", info->si_status);
    else
        snprintf(end->text, sizeof end->text, "signalled %d", info->si_status);
}

/// Whether somebody wants the program ended. Where the program removed the directory there is nowhere to say so, and
/// the signal alone counts.
static bool is_to_stop(int directory) {
    struct stat status;
    return record_exists(directory, "stop") || (fstat(directory, &status) == 0 && status.st_nlink == 0);
}

void program_watch(const struct program *program, const struct spec *spec, int directory, struct end *end) {
    int64_t deadline = spec->timeout_ms > 0 ? now_ms() + spec->timeout_ms : never;
    const char *cause = NULL;  // why it is being ended, NULL while it is not
    siginfo_t info;
    while (!has_ended(program->pid, &info)) {
        int number = next_signal(deadline);
        if (number == 0 && cause != NULL) {
            signal_group(program->pid, SIGKILL);
            deadline = never;
        } else if (cause == NULL && (number == 0 || (number == SIGUSR1 && is_to_stop(directory)))) {
            cause = number == 0 ? "timeout" : "stopped";
            signal_group(program->pid, SIGTERM);
            deadline = now_ms() + spec->grace_ms;
        }
    }
    describe(&info, cause, end);
}

// MARK: Clearing

/// Opens the kernel's list of our children, zombies included, or returns NULL where it keeps none.
static FILE *open_children(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    return fopen(path, "re");
}

/// One pass over our children other than the program, which is a zombie: reaps the dead, and signals the living
/// outside the program's group. Returns whether any was reaped; counts the living.
static bool pass_over_orphans(pid_t program, int number, int *living) {
    FILE *list = open_children();
    if (list == NULL) return false;
    bool reaped = false;
    int child;
    while (fscanf(list, "%d", &child) == 1) {
        if (child == program) continue;
        if (waitpid(child, NULL, WNOHANG) != 0) {
            reaped = true;
            continue;
        }
        *living += 1;
        if (getpgid(child) != program) kill(child, number);
    }
    fclose(list);
    return reaped;
}

/// Signals what the program left behind outside its group, and reaps what has ended. Returns how many are left.
///
/// We are the subreaper: whatever was left behind, at any depth, hangs below our children and becomes our child
/// before the process above it can be reaped. So after a pass that reaps nothing, none left means none at all.
static int signal_orphans(pid_t program, int number) {
    int living = 0;
    while (pass_over_orphans(program, number, &living)) living = 0;
    return living;
}

void program_clear(const struct program *program, const struct spec *spec) {
    const int64_t patience_ms = 5000;  // for processes that not even KILL ends, stuck in the kernel
    int64_t deadline = now_ms() + spec->grace_ms;
    FILE *children = open_children();
    int number = children != NULL ? SIGTERM : SIGKILL;  // without the list there is nobody to wait for
    if (children != NULL) fclose(children);
    signal_group(program->pid, number);
    while (signal_orphans(program->pid, number) > 0) {
        if (next_signal(deadline) != 0) continue;
        if (number == SIGKILL) break;
        number = SIGKILL;
        signal_group(program->pid, number);
        deadline = now_ms() + patience_ms;
    }
    waitpid(program->pid, NULL, 0);
}
