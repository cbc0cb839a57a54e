#ifndef ATTUNE_MATH_H
#define ATTUNE_MATH_H

#include <stddef.h>

// Matrices lie row by row. Results may not overlap inputs, and no pointer is kept. "ulp": units in the last place.

/// Replaces each of `count` numbers by its exponential, within 2 ulp; 0 below −708.
void attune_exp(double *values, size_t count);

/// Replaces each of `count` numbers by its natural logarithm, within 2 ulp; NaN for negative ones.
void attune_log(double *values, size_t count);

/// The logarithm of the sum of exponentials of each row of a `rows` × `columns` matrix; −∞ for rows without elements.
void attune_log_sum_exp_rows(const double *values, size_t rows, size_t columns, double *results);

/// Replaces each of `count` numbers x by Φ(x), to a relative error of 10⁻¹⁵; 0 below −37.6.
void attune_normal_cumulative(double *values, size_t count);

/// Replaces each of `count` numbers x by log Φ(x), to a relative error of 10⁻¹⁵.
void attune_normal_log_cumulative(double *values, size_t count);

/// log(φ(z) + z Φ(z)) and its derivative by z for each of `count` numbers z.
void attune_log_expected_improvement(
    const double *standardized, size_t count, double *logarithms, double *derivatives);

/// Adds offsetⱼ − ((xᵢ − meanⱼ) · precisionⱼ)² / 2 to `results[points · components]`, for every point i and component j;
/// `precisions` are inverse deviations.
void attune_add_normal_log_densities(
    const double *points, size_t point_count, const double *means, const double *precisions, const double *offsets,
    size_t component_count, double *results);

/// Σₖ wₖ (aᵢₖ − bⱼₖ)² for every row i of a and j of b, `results[rows_a · rows_b]`, with b given column by column.
void attune_squared_distances(
    const double *a, size_t rows_a, const double *b_columns, size_t rows_b, size_t columns, const double *weights,
    double *results);

/// Σᵢⱼ cᵢⱼ (aᵢₖ − bⱼₖ)² for every column k, with coefficients c, `[rows_a · rows_b]`, and b given column by
/// column.
void attune_squared_difference_sums(
    const double *a, size_t rows_a, const double *b_columns, size_t rows_b, size_t columns,
    const double *coefficients, double *results);

/// Replaces squared distances r² by Matérn's covariance of smoothness 5/2, (1 + √5 r + 5/3 r²) e^(−√5 r), and gives its
/// derivative by r² unless `slopes` is null.
void attune_matern52(double *values, size_t count, double *slopes);

/// Replaces squared distances r² by the squared-exponential covariance e^(−r²/2), and gives its derivative by r² unless
/// `slopes` is null.
void attune_squared_exponential(double *values, size_t count, double *slopes);

/// One step of Adam for `count` numbers: `first` and `second` are the running means of the gradient and of its square, which
/// begin at 0, and `step` counts from 1.
void attune_adam(
    double *values, const double *gradient, double *first, double *second, size_t count, double rate, double step);

#endif
