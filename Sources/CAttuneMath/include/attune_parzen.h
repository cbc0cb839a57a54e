#ifndef ATTUNE_PARZEN_H
#define ATTUNE_PARZEN_H

#include <stddef.h>

// Loops of Parzen estimators in single precision. Each is compiled for several instruction sets and gives the same bits
// on all of them: no fused operations, and sums in an order that does not depend on the width of a register.

/// Adds to each of `count` logarithms that of a normal kernel at `x`: -rate (x - centre)^2.
void attune_parzen_add_normal(float *logs, const float *centres, size_t count, float x, float rate);

/// The same where some kernels have no centre (a negative number stands there) and count as 1, and the others have
/// `constants`, added too.
void attune_parzen_add_partial_normal(
    float *logs, const float *centres, const float *constants, size_t count, float x, float rate);

/// Adds `own` where the kernel has the category `x`, `other` where it has another, nothing where it has none (negative).
void attune_parzen_add_category(float *logs, const float *categories, size_t count, float x, float own, float other);

/// Multiplies each of `count` numbers by the mass that a normal kernel about `centre` has in [0, 1], 1 where there is no
/// centre (a negative number). `inverse` is 1 / deviation; the error is below 3e-7 for deviations up to 10.
void attune_parzen_multiply_mass(double *masses, const float *centres, size_t count, float inverse);

/// Replaces logarithms by their exponentials relative to the largest of them, and returns that. `count` is at least 1.
float attune_parzen_exponentials(float *logs, size_t count);

/// The sum of `count` numbers, in sixteen interleaved parts.
float attune_parzen_sum(const float *numbers, size_t count);

#endif
