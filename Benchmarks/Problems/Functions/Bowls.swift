/// Functions of one valley, wide or narrow, straight or bent.
extension Landscape {
    /// The sum of squares (De Jong 1975, F1).
    public static func sphere(_ d: Int) -> Landscape {
        Landscape("sphere", d, "The sum of squares (De Jong 1975)", over: -5.12...5.12, at: [point(0, d)]) { x in
            sum(x) { $0 * $0 }
        }
    }

    /// Squares weighted from 1 to a million (Hansen et al. 2009, f2).
    public static func ellipsoid(_ d: Int) -> Landscape {
        let weights = (0..<d).map { power(1e6, Double($0) / Double(max(d - 1, 1))) }
        return Landscape(
            "ellipsoid", d, "Squares with weights from 1 to a million (Hansen et al. 2009)", over: -5...5,
            at: [point(0, d)]
        ) { x in sum(0..<d) { weights[$0] * x[$0] * x[$0] } }
    }

    /// A bent valley with a flat floor (Rosenbrock 1960).
    public static func rosenbrock(_ d: Int) -> Landscape {
        Landscape("rosenbrock", d, "A bent, flat valley (Rosenbrock 1960)", over: -5...10, at: [point(1, d)]) { x in
            sum(0..<d - 1) { i in 100 * squared(x[i + 1] - x[i] * x[i]) + squared(1 - x[i]) }
        }
    }

    /// A plate whose steepness grows with the fourth power (Zakharov; Jamil & Yang 2013, 173).
    public static func zakharov(_ d: Int) -> Landscape {
        Landscape("zakharov", d, "A plate with a steep rise (Jamil & Yang 2013, 173)", over: -5...10, at: [point(0, d)])
        { x in
            let slope = sum(0..<d) { 0.5 * Double($0 + 1) * x[$0] }
            return sum(x) { $0 * $0 } + squared(slope) + squared(squared(slope))
        }
    }

    /// A chain of parabolas (Dixon & Price 1989).
    public static func dixonPrice(_ d: Int) -> Landscape {
        let best = (1...d).map { i in power(2, power(2, 1 - Double(i)) - 1) }
        let mirrored = best.dropLast() + [-best[d - 1]]
        return Landscape(
            "dixon-price", d, "A chain of parabolas (Dixon & Price 1989)", over: -10...10, at: [best, Array(mirrored)]
        ) { x in
            squared(x[0] - 1) + sum(1..<d) { i in Double(i + 1) * squared(2 * x[i] * x[i] - x[i - 1]) }
        }
    }

    /// A quadratic whose neighbours pull on one another (Neumaier; Jamil & Yang 2013, 150).
    public static func trid(_ d: Int) -> Landscape {
        let best = (1...d).map { Double($0 * (d + 1 - $0)) }
        let edge = Double(d * d)
        return Landscape(
            "trid", d, "A quadratic with coupled neighbours (Jamil & Yang 2013, 150)", over: -edge...edge,
            optimum: -Double(d * (d + 4) * (d - 1)) / 6, at: [best]
        ) { x in sum(x) { squared($0 - 1) } - sum(1..<d) { x[$0] * x[$0 - 1] } }
    }

    /// Powers of permuted integers, hard to tell apart (Neumaier; Jamil & Yang 2013, 88), β = 0.5.
    public static func perm(_ d: Int) -> Landscape {
        let edge = Double(d)
        return Landscape(
            "perm", d, "Powers of integers, a flat and bent valley (Jamil & Yang 2013, 88)", over: -edge...edge,
            at: [(1...d).map(Double.init)]
        ) { x in
            sum(1..<d + 1) { i in
                let inner = sum(1..<d + 1) { j in
                    let weight = power(Double(j), Double(i)) + 0.5
                    return weight * (integerPower(x[j - 1] / Double(j), i) - 1)
                }
                return squared(inner)
            }
        }
    }

    /// Groups of four coordinates, its Hessian singular at the optimum (Powell 1962).
    public static func powell(_ d: Int) -> Landscape {
        precondition(d.isMultiple(of: 4), "Powell's function has four coordinates a group")
        return Landscape("powell", d, "Singular at its optimum (Powell 1962)", over: -4...5, at: [point(0, d)]) { x in
            sum(0..<d / 4) { group in
                let (a, b, c, e) = (x[4 * group], x[4 * group + 1], x[4 * group + 2], x[4 * group + 3])
                return squared(a + 10 * b) + 5 * squared(c - e) + squared(squared(b - 2 * c)) + 10
                    * squared(squared(a - e))
            }
        }
    }

    /// Four coordinates in two crossed valleys (Colville 1968).
    public static var colville: Landscape {
        Landscape("colville", 4, "Two valleys, crossed (Colville 1968)", over: -10...10, at: [point(1, 4)]) { x in
            let valleys =
                100 * squared(x[0] * x[0] - x[1]) + squared(x[0] - 1)
                + 90 * squared(x[2] * x[2] - x[3]) + squared(x[2] - 1)
            let crossing = 10.1 * (squared(x[1] - 1) + squared(x[3] - 1)) + 19.8 * (x[1] - 1) * (x[3] - 1)
            return valleys + crossing
        }
    }
}
