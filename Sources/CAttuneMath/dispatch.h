#ifndef DISPATCH_H
#define DISPATCH_H

#include <stddef.h>
#include <stdint.h>  // which defines __GLIBC__ there

/// Compiles a function several times, for the vector instructions that a machine may have, of which the best is chosen
/// when the program is loaded. Elsewhere than on x86-64 with glibc it is compiled once: every arm64 has the same.
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define FOR_EACH_MACHINE __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define FOR_EACH_MACHINE
#endif

/// Part of the function that calls it, and so compiled for the same machines.
#define PART static inline __attribute__((always_inline))

#endif
