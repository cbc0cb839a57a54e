// Elementary functions without branches, which a compiler can apply to several numbers at once.

#ifndef ELEMENTARY_H
#define ELEMENTARY_H

#include "coefficients.h"
#include "dispatch.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

PART int64_t bits_of(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

PART double double_of(int64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// A polynomial, constant term first.
#define POLYNOMIAL(coefficients, x) polynomial(coefficients, sizeof(coefficients) / sizeof(double), x)

PART double polynomial(const double *coefficients, size_t count, double x) {
#pragma clang fp contract(fast)
    double sum = coefficients[count - 1];
#pragma clang loop unroll(full)
    for (size_t i = count - 1; i > 0; i--) sum = sum * x + coefficients[i - 1];
    return sum;
}

/// 1.5 · 2⁵²: added to a smaller number it leaves the nearest integer in the lowest bits.
#define ROUNDER 0x1.8p52

/// e^x as 2ⁿ e^r with |r| up to log(2) / 2. Below −708 it is 0, where it would have too few digits.
PART double exponential(double x) {
    double confined = x < -708 ? -708 : x;
    confined = confined > 710 ? 710 : confined;
    double shifted = confined * 0x1.71547652b82fep0 + ROUNDER;
    double n = shifted - ROUNDER;
    double r = (confined - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;  // log 2 in two parts
    double power = 1 + (r + r * r * POLYNOMIAL(exp_rest, r));
    // 2ⁿ⁻¹ · 2, as 2¹⁰²⁴ alone is no number.
    double half_scale = double_of((int64_t)((uint64_t)(bits_of(shifted) + 1022) << 52));
    double result = power * half_scale * 2;
    return x < -708 ? 0 : result;
}

/// log x as n log 2 + log(1 + f) with 1 + f from √½ to √2, and log(1 + f) = 2 atanh(f / (2 + f)).
PART double logarithm(double x) {
    int is_tiny = x < DBL_MIN;
    double scaled = is_tiny ? x * 0x1p54 : x;
    // The exponent of x / √½, and the rest.
    int64_t from_root = bits_of(scaled) - 0x3fe6a09e667f3bcd;
    int64_t exponent_bits = from_root & (int64_t)0xfff0000000000000;
    double f = double_of(bits_of(scaled) - exponent_bits) - 1;
    // An arithmetic shift and a conversion, in instructions that vectors have: n + 2048 in the low bits of 2⁵².
    int64_t biased = (int64_t)(((uint64_t)from_root + ((uint64_t)2048 << 52)) >> 52) & 0xfff;
    double n = double_of(biased | 0x4330000000000000) - (0x1p52 + 2048);
    n -= is_tiny ? 54 : 0;
    double s = f / (2 + f);
    double z = s * s;
    double low = f - s * (f - 2 * z * POLYNOMIAL(atanh_rest, z)) + n * 0x1.ef35793c76730p-45;
    double result = n * 0x1.62e42fefa3800p-1 + low;
    result = x == 0 ? -INFINITY : result;
    result = x < 0 ? NAN : result;
    return x < INFINITY ? result : x;  // ∞ and NaN are their own.
}

/// log(1 + x): the logarithm of the rounded sum, with what rounding took.
PART double logarithm_of_one_plus(double x) {
    double sum = 1 + x;
    double lost = x - (sum - 1);
    return logarithm(sum) + lost / sum;
}

/// e^(−t²/2), with the digits that t² loses by rounding.
PART double gaussian(double t) {
    double high = double_of(bits_of(t) & (int64_t)0xfffffffff8000000);
    double low = t - high;
    double square = t * t;
    double lost = ((high * high - square) + 2 * high * low) + low * low;
    double result = exponential(-square / 2) * (1 - lost / 2);
    return square < 1416 ? result : t == t ? 0 : t;
}

/// Where t from 0 to ∞ lies between −1 and 1.
PART double tail_place(double t) {
    return t < 1e300 ? (t - 5) / (t + 5) : t == t ? 1 : t;
}

/// Mills' ratio (1 − Φ(t)) / φ(t) for t from 0.
PART double mills_ratio(double t) {
    return POLYNOMIAL(mills, tail_place(t)) / (1 + t);
}

#define ONE_OVER_ROOT_TWO_PI 0.39894228040143268
#define LOG_ROOT_TWO_PI 0.91893853320467274

#endif
