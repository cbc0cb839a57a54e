/// The program of a trial: started once, watched, and ended with everything it started.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "spec.h"

/// A process that has been forked, in a process group of its own, and waits to be let go.
struct program {
    pid_t pid;   // also its process group
    int gate;    // one byte written here lets it go; closing it instead ends it
    int report;  // closed when the program runs, or carries why it does not
};

/// How a program ended, as the record `exit` puts it.
struct end {
    char text[2048];
};

/// Forks the process that will become the program, with both outputs going to `output`.
///
/// Returns false with errno set when that failed.
bool program_prepare(const struct spec *spec, int output, struct program *program);

/// Ends a prepared program that never ran.
void program_abandon(struct program *program);

/// Lets the program go. Returns false, with the reason in `end`, when it cannot be executed.
bool program_release(struct program *program, const struct spec *spec, struct end *end);

/// Watches the program to its end, enforcing the timeout and a stop asked for by the file `stop` and SIGUSR1.
///
/// The program's process is left a zombie, so that its process group's number stays taken.
/// SIGCHLD and SIGUSR1 must be blocked.
void program_watch(const struct program *program, const struct spec *spec, int directory, struct end *end);

/// Ends whatever the program left behind: its process group and every orphan, first with TERM and after the grace
/// with KILL, then reaps the program. Takes at most the grace and five seconds.
void program_clear(const struct program *program, const struct spec *spec);
