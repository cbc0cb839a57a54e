#include "attune_parzen.h"
#include "dispatch.h"
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// Partial results of a reduction; as many on every machine.
enum { LANES = 16 };

/// e^x within 2 units in the last place for x <= 0, and 0 below -87: x = n ln 2 + r, then a polynomial of r.
PART float exponential(float x) {
    const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to a whole number
    float clamped = x < -87.0f ? -87.0f : x;
    float n = (clamped * 1.44269504f + magic) - magic;
    float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r) * r + r + 1.0f;
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return x < -87.0f ? 0.0f : p * power;
}

/// The error function of x >= 0 within 2e-7 (Abramowitz & Stegun 1964, 7.1.26).
PART float error_function(float x) {
    float t = 1.0f / (1.0f + 0.3275911f * x);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    return 1.0f - (p * t) * exponential(-x * x);
}

FOR_EACH_MACHINE
void attune_parzen_add_normal(float *restrict logs, const float *restrict centres, size_t count, float x, float rate) {
    for (size_t i = 0; i < count; i++) {
        float distance = x - centres[i];
        logs[i] -= rate * (distance * distance);
    }
}

FOR_EACH_MACHINE
void attune_parzen_add_partial_normal(
    float *restrict logs, const float *restrict centres, const float *restrict constants, size_t count, float x,
    float rate) {
    for (size_t i = 0; i < count; i++) {
        float distance = x - centres[i];
        float term = constants[i] - rate * (distance * distance);
        logs[i] += centres[i] < 0.0f ? 0.0f : term;
    }
}

FOR_EACH_MACHINE
void attune_parzen_add_category(
    float *restrict logs, const float *restrict categories, size_t count, float x, float own, float other) {
    for (size_t i = 0; i < count; i++) {
        float term = categories[i] == x ? own : other;
        logs[i] += categories[i] < 0.0f ? 0.0f : term;
    }
}

FOR_EACH_MACHINE
void attune_parzen_multiply_mass(double *restrict masses, const float *restrict centres, size_t count, float inverse) {
    float scale = inverse * 0.70710678f;
    for (size_t i = 0; i < count; i++) {
        float centre = centres[i] < 0.0f ? 0.5f : centres[i];
        float mass = 0.5f * (error_function(centre * scale) + error_function((1.0f - centre) * scale));
        masses[i] *= centres[i] < 0.0f ? 1.0 : (double)mass;
    }
}

PART float largest(const float *numbers, size_t count) {
    float lanes[LANES];
    for (size_t l = 0; l < LANES; l++) lanes[l] = numbers[0];
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t l = 0; l < LANES; l++) lanes[l] = numbers[i + l] > lanes[l] ? numbers[i + l] : lanes[l];
    for (; i < count; i++) lanes[0] = numbers[i] > lanes[0] ? numbers[i] : lanes[0];
    for (size_t l = 1; l < LANES; l++) lanes[0] = lanes[l] > lanes[0] ? lanes[l] : lanes[0];
    return lanes[0];
}

FOR_EACH_MACHINE
float attune_parzen_exponentials(float *logs, size_t count) {
    float top = largest(logs, count);
    for (size_t i = 0; i < count; i++) logs[i] = exponential(logs[i] - top);
    return top;
}

FOR_EACH_MACHINE
float attune_parzen_sum(const float *numbers, size_t count) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t l = 0; l < LANES; l++) lanes[l] += numbers[i + l];
    for (size_t l = 0; i < count; i++, l++) lanes[l] += numbers[i];
    for (size_t width = LANES / 2; width > 0; width /= 2)
        for (size_t l = 0; l < width; l++) lanes[l] += lanes[l + width];
    return lanes[0];
}
