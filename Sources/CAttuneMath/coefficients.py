"""Writes coefficients.h: the polynomials of elementary.h, fitted at Chebyshev's points with 60 digits.

Where mpmath is installed, run

    python3 coefficients.py > coefficients.h
"""

import mpmath as mp

mp.mp.dps = 60


def chebyshev_fit(f, degree):
    """The polynomial through f at the Chebyshev points of [-1, 1], by powers."""
    n = degree + 1
    points = [mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    values = [f(x) for x in points]
    powers = [mp.mpf(0)] * n
    chebyshev = [[mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]]
    while len(chebyshev) < n:
        following = [mp.mpf(0)] + [2 * v for v in chebyshev[-1]]
        for i, v in enumerate(chebyshev[-2]):
            following[i] -= v
        chebyshev.append(following)
    for j in range(n):
        weight = sum(v * mp.cos(mp.pi * j * (2 * k + 1) / (2 * n)) for k, v in enumerate(values))
        for i, v in enumerate(chebyshev[j]):
            powers[i] += v * weight * (2 if j else 1) / n
    return powers


def rescaled(powers, centre, radius):
    """The polynomial of (x - centre) / radius as one of x."""
    result = [mp.mpf(0)] * len(powers)
    for n, coefficient in enumerate(powers):
        for i in range(n + 1):
            result[i] += coefficient * mp.binomial(n, i) * (-centre) ** (n - i) / radius**n
    return result


def fit(f, lower, upper, degree):
    centre, radius = (mp.mpf(lower) + upper) / 2, (mp.mpf(upper) - lower) / 2
    return rescaled(chebyshev_fit(lambda y: f(centre + radius * y), degree), centre, radius)


def exp_rest(r):
    return (mp.expm1(r) - r) / r**2 if abs(r) > 1e-15 else mp.mpf(1) / 2 + r / 6


def fraction(t):
    """f with Mills' ratio 1 / (t + 1 / (t + f)), by Laplace's continued fraction."""
    value = mp.mpf(0)
    for i in range(400, 1, -1):
        value = i / (t + value)
    return value


def mills(t):
    if t < 30:
        return mp.sqrt(mp.pi / 2) * mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2))
    return 1 / (t + 1 / (t + fraction(t)))


def mills_gap(t):
    """1 - t times Mills' ratio."""
    return 1 - t * mills(t) if t < 30 else 1 / (t * (t + fraction(t)) + 1)


def tail(f):
    """A fit over [0, infinity) in y = (t - 5) / (t + 5)."""
    return chebyshev_fit(lambda y: f(5 * (1 + y) / (1 - y)), 24)


half = mp.log(2) / 2
s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
tables = [
    ("exp_rest", "(e^r - 1 - r) / r^2 for |r| up to log(2) / 2", fit(exp_rest, -half, half, 10)),
    ("atanh_rest", "(atanh(s) - s) / s^3 by s^2 for |s| up to 0.1716",
     fit(lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, 0, s**2, 8)),
    ("mills", "(1 + t) R(t) by (t - 5) / (t + 5) for t from 0, with Mills' ratio R",
     tail(lambda t: (1 + t) * mills(t))),
    ("mills_gap", "(1 + t)^2 (1 - t R(t)) by the same", tail(lambda t: (1 + t) ** 2 * mills_gap(t))),
]
print("// Polynomials for elementary.h, constant term first, written by coefficients.py.\n")
print("#ifndef COEFFICIENTS_H\n#define COEFFICIENTS_H\n")
for name, meaning, powers in tables:
    print("/// %s." % meaning)
    print("static const double %s[%d] = {" % (name, len(powers)))
    texts = ["%.17g," % float(v) for v in powers]
    for start in range(0, len(texts), 4):
        print("    " + " ".join(texts[start : start + 4]))
    print("};\n")
print("#endif")
