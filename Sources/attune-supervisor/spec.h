/// What to run: the file `spec` in the attempt directory, written by ProcessSpec.swift.
///
/// Every field is ended by one NUL byte, so nothing is quoted and nothing but NUL is forbidden:
///
///     attune-spec-1
///     working directory
///     timeout in milliseconds, 0 for none
///     grace in milliseconds, between TERM and KILL
///     number of arguments, at least 1, then that many arguments, the command first
///     number of variables, then that many NAME=VALUE
#pragma once
#include <stdint.h>

struct spec {
    const char *directory;
    int64_t timeout_ms;
    int64_t grace_ms;
    char **arguments;    // ended by NULL
    char **environment;  // ended by NULL
};

/// Reads `spec` from the attempt directory. It lives as long as the process.
///
/// Returns NULL when it is there and whole, otherwise what is wrong with it.
const char *spec_read(int directory, struct spec *spec);
