#include "attune_math.h"
#include "elementary.h"

FOR_EACH_MACHINE void attune_normal_cumulative(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double x = values[i];
        double t = fabs(x);
        double tail = gaussian(t) * ONE_OVER_ROOT_TWO_PI * mills_ratio(t);
        values[i] = x < 0 ? tail : 1 - tail;
    }
}

FOR_EACH_MACHINE void attune_normal_log_cumulative(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double x = values[i];
        double t = fabs(x);
        double ratio = mills_ratio(t) * ONE_OVER_ROOT_TWO_PI;
        double tail = gaussian(t) * ratio;
        // One logarithm for both halves: of Mills' ratio below the mean, of 1 − tail above.
        double argument = x < 0 ? ratio : 1 - tail;
        double lost = x < 0 ? 0 : -tail - (argument - 1);
        double result = logarithm(argument) + lost / argument - (x < 0 ? t * t / 2 : 0);
        values[i] = t < INFINITY ? result : x < 0 ? x : x > 0 ? 0 : x;
    }
}

/// With t = |z| and g = 1 − t R(t) for Mills' ratio R, φ(z) + z Φ(z) is φ(t) g where z is negative and z + φ(t) g where
/// it is not, and its derivative is Φ(z): nothing cancels.
FOR_EACH_MACHINE void attune_log_expected_improvement(
    const double *standardized, size_t count, double *logarithms, double *derivatives
) {
    for (size_t i = 0; i < count; i++) {
        double z = standardized[i];
        double t = fabs(z);
        double place = tail_place(t);
        double ratio = POLYNOMIAL(mills, place) / (1 + t);
        double gap = POLYNOMIAL(mills_gap, place) / ((1 + t) * (1 + t));
        double density = gaussian(t) * ONE_OVER_ROOT_TWO_PI;
        double above = z + density * gap;
        double log_of = logarithm(z < 0 ? gap : above);
        logarithms[i] = z < 0 ? log_of - LOG_ROOT_TWO_PI - t * t / 2 : log_of;
        derivatives[i] = z < 0 ? ratio / gap : (1 - density * ratio) / above;
    }
}
