#include "attune_math.h"
#include <math.h>

void attune_exp(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = exp(values[i]);
}
