#include <math.h>

#include "attune_math.h"
#include "dispatch.h"

// Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1 with its settings.
FOR_EACH_MACHINE void attune_adam(
    double *values, const double *gradient, double *first, double *second, size_t count, double rate, double step
) {
    const double decay1 = 0.9, decay2 = 0.999, epsilon = 1e-8;
    const double scale = rate / (1 - pow(decay1, step)), scale2 = 1 / (1 - pow(decay2, step));
    for (size_t i = 0; i < count; i++) {
        first[i] = decay1 * first[i] + (1 - decay1) * gradient[i];
        second[i] = decay2 * second[i] + (1 - decay2) * gradient[i] * gradient[i];
        values[i] -= scale * first[i] / (sqrt(second[i] * scale2) + epsilon);
    }
}
