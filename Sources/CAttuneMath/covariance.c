#include "attune_math.h"
#include "elementary.h"

/// The square root, without the error number that keeps sqrt out of vectors.
PART double square_root(double x) {
    return __builtin_elementwise_sqrt(x);
}

FOR_EACH_MACHINE void attune_matern52(double *restrict values, size_t count, double *restrict slopes) {
    if (slopes) {
        for (size_t i = 0; i < count; i++) {
            double s = square_root(5 * values[i]);
            double decay = exponential(-s);
            values[i] = (1 + s + s * s / 3) * decay;
            slopes[i] = -5.0 / 6 * (1 + s) * decay;
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            double s = square_root(5 * values[i]);
            values[i] = (1 + s + s * s / 3) * exponential(-s);
        }
    }
}

FOR_EACH_MACHINE void attune_squared_exponential(double *restrict values, size_t count, double *restrict slopes) {
    if (slopes) {
        for (size_t i = 0; i < count; i++) {
            values[i] = exponential(-values[i] / 2);
            slopes[i] = -values[i] / 2;
        }
    } else {
        for (size_t i = 0; i < count; i++) values[i] = exponential(-values[i] / 2);
    }
}
