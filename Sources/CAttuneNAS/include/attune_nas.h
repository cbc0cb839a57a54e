/// The loops of the neural networks, in single and in double precision.
///
/// Feature maps lie as [channel][row][column][image], the images of a batch innermost: whatever the size of the images,
/// the inner loop runs over a whole batch, borders are whole pixels, and a channel is one stretch of memory.
#pragma once
#include <stddef.h>

/// A window that slides over one image.
typedef struct {
    /// Sides of the input and of the output, pixels.
    int rows, columns, output_rows, output_columns;
    /// Side of the window, distance of its places, distance of its pixels, pixels beyond the border.
    int kernel, stride, dilation, padding;
    int batch;
} AttuneWindow;

#define ATTUNE_NAS_KERNELS(REAL, NAME)                                                                                \
    /* Each channel with a filter of its own, [channels][kernel * kernel]. */                                         \
    void NAME(depthwise)(const REAL *input, const REAL *filters, REAL *output, int channels, AttuneWindow window);     \
    /* The gradient with respect to the input, from that of the output. */                                            \
    void NAME(depthwise_input)(                                                                                        \
        const REAL *gradient, const REAL *filters, REAL *input_gradient, int channels, AttuneWindow window);           \
    /* Adds the gradient with respect to the filters. */                                                              \
    void NAME(depthwise_filters)(                                                                                      \
        const REAL *input, const REAL *gradient, REAL *filter_gradients, int channels, AttuneWindow window);           \
    /* output[rows][count] = weights[rows][columns] input[columns][count]; weights at i * row_step + j * column_step */ \
    void NAME(pointwise)(                                                                                              \
        const REAL *weights, ptrdiff_t row_step, ptrdiff_t column_step, const REAL *input, REAL *output, int rows,     \
        int columns, size_t count);                                                                                    \
    /* weights[rows][columns] += gradient[rows][count] transposed input[columns][count] */                             \
    void NAME(pointwise_weights)(                                                                                      \
        const REAL *gradient, const REAL *input, REAL *weights, int rows, int columns, size_t count);                  \
    /* Input pixels under each place of the window, [channels][kernel * kernel][output pixels][batch]. */              \
    void NAME(unfold)(const REAL *input, REAL *columns, int channels, AttuneWindow window);                            \
    void NAME(fold)(const REAL *columns, REAL *input, int channels, AttuneWindow window);                              \
    /* `places` keeps which pixel of the window was largest. */                                                       \
    void NAME(max_pool)(const REAL *input, REAL *output, unsigned char *places, int channels, AttuneWindow window);    \
    void NAME(max_pool_input)(                                                                                         \
        const REAL *gradient, const unsigned char *places, REAL *input_gradient, int channels, AttuneWindow window);   \
    /* Means of the pixels within the image. */                                                                       \
    void NAME(average_pool)(const REAL *input, REAL *output, int channels, AttuneWindow window);                       \
    void NAME(average_pool_input)(const REAL *gradient, REAL *input_gradient, int channels, AttuneWindow window);      \
    void NAME(rectify)(const REAL *input, REAL *output, size_t count);                                                 \
    /* gradient[i] where input[i] is positive, else 0; in place if equal. */                                           \
    void NAME(rectify_input)(const REAL *input, const REAL *gradient, REAL *input_gradient, size_t count);             \
    REAL NAME(sum)(const REAL *values, size_t count);                                                                  \
    REAL NAME(dot)(const REAL *a, const REAL *b, size_t count);                                                        \
    /* Sum of squared differences from `center`. */                                                                   \
    REAL NAME(squares)(const REAL *values, REAL center, size_t count);                                                 \
    /* output = constant + sum over k of factors[k] * inputs[k] */                                                     \
    void NAME(combine)(const REAL *const *inputs, const REAL *factors, int terms, REAL constant, REAL *output, size_t count); \
    /* y += factor * x */                                                                                             \
    void NAME(add)(REAL factor, const REAL *x, REAL *y, size_t count);

#define ATTUNE_F32(name) attune_f32_##name
#define ATTUNE_F64(name) attune_f64_##name
ATTUNE_NAS_KERNELS(float, ATTUNE_F32)
ATTUNE_NAS_KERNELS(double, ATTUNE_F64)
