#include "attune_math.h"
#include "dispatch.h"

FOR_EACH_MACHINE void attune_add_normal_log_densities(
    const double *restrict points, size_t point_count, const double *restrict means,
    const double *restrict precisions, const double *restrict offsets, size_t component_count,
    double *restrict results
) {
#pragma clang fp contract(fast)
    for (size_t i = 0; i < point_count; i++) {
        double point = points[i];
        double *row = results + i * component_count;
        for (size_t j = 0; j < component_count; j++) {
            double z = (point - means[j]) * precisions[j];
            row[j] += offsets[j] - z * z / 2;
        }
    }
}
