// CBLAS and LAPACKE for Swift.
//
// Swift imports nothing that mentions C99's `_Complex`, so the complex types of both headers are plain structs here.
// The layout is the same, and on x86-64 and arm64 so is the way they are passed and returned.

#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H

#define FORCE_OPENBLAS_COMPLEX_STRUCT
#include <cblas.h>

#define LAPACK_COMPLEX_CUSTOM
typedef struct { float real, imaginary; } lapack_complex_float;
typedef struct { double real, imaginary; } lapack_complex_double;
#include <lapacke.h>

#endif
