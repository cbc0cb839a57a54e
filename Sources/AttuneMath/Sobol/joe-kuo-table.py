"""Writes JoeKuoTable.swift: the first 1,111 dimensions of Joe & Kuo's new-joe-kuo-6 direction numbers.

The numbers are read from the copy that SciPy (1.17.1) carries. Run as

    python3 joe-kuo-table.py > JoeKuoTable.swift
"""

import os

import numpy
import scipy

DIMENSIONS = 1111

table = numpy.load(
    os.path.join(os.path.dirname(scipy.__file__), "stats", "_sobol_direction_numbers.npz")
)

print('''\
/// Direction numbers for Sobol' sequences (Joe & Kuo 2008, "Constructing Sobol sequences with better
/// two-dimensional projections", set new-joe-kuo-6), written by joe-kuo-table.py.
///
/// Copyright (c) 2008, Frances Y. Kuo and Stephen Joe. All rights reserved. Used under the licence in JOE-KUO-LICENSE.
enum JoeKuoTable {
    /// The dimensions there are numbers for: one a line below, and the first, which needs none.
    static let dimensions = %d

    /// For each dimension from the second a line `a m₁ … m_s`: the coefficients a of the primitive polynomial
    /// of degree s between its first and last, as binary digits of one number, and the initial numbers m.
    ///
    /// One string, because it compiles seven times as fast as an array and no more is read than is needed.
    static let text: StaticString = """''' % DIMENSIONS)

for polynomial, initial in zip(table["poly"][1:DIMENSIONS], table["vinit"][1:DIMENSIONS]):
    degree = int(polynomial).bit_length() - 1
    inner = (int(polynomial) >> 1) & ((1 << (degree - 1)) - 1)
    print("       ", inner, *initial[:degree])

print('        """\n}')
