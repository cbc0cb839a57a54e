#include "attune_math.h"
#include "dispatch.h"

FOR_EACH_MACHINE void attune_squared_distances(
    const double *restrict a, size_t rows_a, const double *restrict b_columns, size_t rows_b, size_t columns,
    const double *restrict weights, double *restrict results
) {
#pragma clang fp contract(fast)
    for (size_t i = 0; i < rows_a; i++) {
        double *row = results + i * rows_b;
        for (size_t j = 0; j < rows_b; j++) row[j] = 0;
        for (size_t k = 0; k < columns; k++) {
            double place = a[i * columns + k];
            double weight = weights[k];
            const double *column = b_columns + k * rows_b;
            for (size_t j = 0; j < rows_b; j++) {
                double difference = place - column[j];
                row[j] += weight * difference * difference;
            }
        }
    }
}

FOR_EACH_MACHINE void attune_squared_difference_sums(
    const double *restrict a, size_t rows_a, const double *restrict b_columns, size_t rows_b, size_t columns,
    const double *restrict coefficients, double *restrict results
) {
#pragma clang fp reassociate(on) contract(fast)
    for (size_t k = 0; k < columns; k++) results[k] = 0;
    for (size_t i = 0; i < rows_a; i++) {
        const double *row = coefficients + i * rows_b;
        for (size_t k = 0; k < columns; k++) {
            double place = a[i * columns + k];
            const double *column = b_columns + k * rows_b;
            double sum = 0;
            for (size_t j = 0; j < rows_b; j++) {
                double difference = place - column[j];
                sum += row[j] * difference * difference;
            }
            results[k] += sum;
        }
    }
}
