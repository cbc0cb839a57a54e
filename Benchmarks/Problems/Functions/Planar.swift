import Foundation

/// Functions of two coordinates.
extension Landscape {
    /// Three equal valleys (Branin 1972).
    public static var branin: Landscape {
        Landscape(
            "branin", "Three equal valleys (Branin 1972)", box: [-5...10, 0...15], optimum: 5 / (4 * .pi),
            at: [[-.pi, 12.275], [.pi, 2.275], [3 * .pi, 2.475]]
        ) { x in
            let parabola = x[1] - 5.1 / (4 * .pi * .pi) * x[0] * x[0] + 5 / .pi * x[0] - 6
            return squared(parabola) + 10 * (1 - 1 / (8 * .pi)) * cos(x[0]) + 10
        }
    }

    /// A plain with steep corners (Beale 1958).
    public static var beale: Landscape {
        Landscape("beale", "A plain with steep corners (Beale 1958)", box: [-4.5...4.5, -4.5...4.5], at: [[3, 0.5]]) {
            x in
            let (a, b) = (x[0], x[1])
            return squared(1.5 - a + a * b) + squared(2.25 - a + a * b * b) + squared(2.625 - a + a * b * b * b)
        }
    }

    /// Six valleys, two of them deepest (Dixon & Szegő 1978).
    public static var sixHumpCamel: Landscape {
        let (a, b) = (0.0898420131003180624, 0.712656403020739633)
        return Landscape(
            "six-hump-camel", "Six valleys in pairs (Dixon & Szegő 1978)", box: [-3...3, -2...2],
            optimum: -1.03162845348987735, at: [[a, -b], [-a, b]]
        ) { x in
            let (s, t) = (x[0] * x[0], x[1] * x[1])
            return (4 - 2.1 * s + s * s / 3) * s + x[0] * x[1] + (4 * t - 4) * t
        }
    }

    /// Values from 3 to a million (Goldstein & Price 1971).
    public static var goldsteinPrice: Landscape {
        Landscape(
            "goldstein-price", "Values from 3 to a million (Goldstein & Price 1971)", box: [-2...2, -2...2], optimum: 3,
            at: [[0, -1]], holdsEverywhere: false
        ) { x in
            let (a, b) = (x[0], x[1])
            let first = 19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b
            let second = 18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b
            return (1 + squared(a + b + 1) * first) * (30 + squared(2 * a - 3 * b) * second)
        }
    }

    /// Four equal valleys (Himmelblau 1972).
    public static var himmelblau: Landscape {
        Landscape(
            "himmelblau", "Four equal valleys (Himmelblau 1972)", box: [-5...5, -5...5],
            at: [
                [3, 2], [-2.80511808695274485, 3.13131251825057297], [-3.77931025337774689, -3.28318599128616941],
                [3.58442834033049174, -1.84812652696440355],
            ]
        ) { x in squared(x[0] * x[0] + x[1] - 11) + squared(x[0] + x[1] * x[1] - 7) }
    }

    /// A sharp, bent ridge on whose floor the minimum lies (Bukin 1997, N. 6).
    public static var bukin6: Landscape {
        Landscape("bukin6", "A sharp, bent ridge (Bukin 1997)", box: [-15 ... -5, -3...3], at: [[-10, 1]]) { x in
            100 * abs(x[1] - x[0] * x[0] / 100).squareRoot() + 0.01 * abs(x[0] + 10)
        }
    }

    /// A plain with one small hole (Easom 1990).
    public static var easom: Landscape {
        Landscape(
            "easom", "A plain with one small hole (Easom 1990)", box: [-100...100, -100...100], optimum: -1,
            at: [[.pi, .pi]]
        ) { x in -cos(x[0]) * cos(x[1]) * exp(-squared(x[0] - .pi) - squared(x[1] - .pi)) }
    }

    /// Rings whose depth falls with the radius (Jamil & Yang 2013).
    public static var dropWave: Landscape {
        Landscape(
            "drop-wave", "Rings that fade with the radius (Jamil & Yang 2013)", box: [-5.12...5.12, -5.12...5.12],
            optimum: -1,
            at: [[0, 0]]
        ) { x in
            let square = x[0] * x[0] + x[1] * x[1]
            return -(1 + cos(12 * square.squareRoot())) / (0.5 * square + 2)
        }
    }

    /// Rugged, the minimum on the edge of the box (Whitley et al. 1996).
    public static var eggholder: Landscape {
        Landscape(
            "eggholder", "Rugged, with its minimum on the edge (Whitley et al. 1996)", box: [-512...512, -512...512],
            optimum: -959.640662720850803, at: [[512, 404.231805113757811]], holdsEverywhere: false
        ) { x in
            let ridge = x[1] + 47
            return -ridge * sin(abs(ridge + x[0] / 2).squareRoot()) - x[0] * sin(abs(x[0] - ridge).squareRoot())
        }
    }
}
