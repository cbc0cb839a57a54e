#ifndef ATTUNE_MATH_H
#define ATTUNE_MATH_H

#include <stddef.h>

/// Replaces each of `count` numbers by its exponential, within 2 units in the last place on [-700, 700].
void attune_exp(double *values, size_t count);

#endif
