#include "attune_math.h"
#include "elementary.h"

FOR_EACH_MACHINE void attune_exp(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = exponential(values[i]);
}

FOR_EACH_MACHINE void attune_log(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = logarithm(values[i]);
}

PART double largest_of(const double *values, size_t count) {
    double largest = -INFINITY;
    for (size_t i = 0; i < count; i++) largest = values[i] > largest ? values[i] : largest;
    return largest;
}

FOR_EACH_MACHINE void attune_log_sum_exp_rows(const double *values, size_t rows, size_t columns, double *results) {
#pragma clang fp reassociate(on)
    for (size_t row = 0; row < rows; row++) {
        const double *numbers = values + row * columns;
        double largest = largest_of(numbers, columns);
        // Of nothing but −∞, or of one ∞, the result is the largest itself; differences from it would be NaN.
        double origin = isfinite(largest) ? largest : 0;
        double sum = 0;
        for (size_t i = 0; i < columns; i++) sum += exponential(numbers[i] - origin);
        results[row] = origin + logarithm(sum);
    }
}
