import Foundation

/// Functions of many local minima, in any number of dimensions.
extension Landscape {
    /// Egg-box on a bowl (Rastrigin 1974).
    public static func rastrigin(_ d: Int) -> Landscape {
        Landscape("rastrigin", d, "An egg-box on a bowl (Rastrigin 1974)", over: -5.12...5.12, at: [point(0, d)]) { x in
            sum(x) { 10 + $0 * $0 - 10 * cos(2 * .pi * $0) }
        }
    }

    /// A nearly flat, rippled plain with a hole (Ackley 1987).
    public static func ackley(_ d: Int) -> Landscape {
        Landscape("ackley", d, "A rippled plain with a hole (Ackley 1987)", over: -32.768...32.768, at: [point(0, d)]) {
            x in
            let mean = sum(x) { $0 * $0 } / Double(d)
            let ripple = sum(x) { cos(2 * .pi * $0) } / Double(d)
            return -20 * exp(-0.2 * mean.squareRoot()) - exp(ripple) + 20 + M_E
        }
    }

    /// Waves across a parabola (Levy & Montalvo 1985; Laguna & Martí 2005).
    public static func levy(_ d: Int) -> Landscape {
        Landscape("levy", d, "Waves across a parabola (Laguna & Martí 2005)", over: -10...10, at: [point(1, d)]) { x in
            let w = x.map { 1 + ($0 - 1) / 4 }
            let inner = sum(w.dropLast()) { squared($0 - 1) * (1 + 10 * squared(sin(.pi * $0 + 1))) }
            let last = squared(w[d - 1] - 1) * (1 + squared(sin(2 * .pi * w[d - 1])))
            return squared(sin(.pi * w[0])) + inner + last
        }
    }

    /// Two valleys for every coordinate, one deeper (Styblinski & Tang 1990).
    public static func styblinskiTang(_ d: Int) -> Landscape {
        Landscape(
            "styblinski-tang", d, "Two valleys a coordinate (Styblinski & Tang 1990)", over: -5...5,
            optimum: -39.1661657037714155 * Double(d), at: [point(-2.9035340277711771, d)]
        ) { x in sum(x) { squared($0 * $0) - 16 * $0 * $0 + 5 * $0 } / 2 }
    }

    /// Narrow ravines of steepness 10 on flats (Michalewicz 1992). Separable; at most 10 coordinates are tabulated.
    public static func michalewicz(_ d: Int) -> Landscape {
        precondition(d <= 10, "the minimum of Michalewicz's function is tabulated for 10 coordinates")
        return Landscape(
            "michalewicz", d, "Narrow ravines on flats (Michalewicz 1992)", over: 0...Double.pi,
            optimum: sum(michalewiczMinima.prefix(d)) { $0.value }, at: [michalewiczMinima.prefix(d).map(\.at)],
            holdsEverywhere: false
        ) { x in -sum(0..<d) { i in sin(x[i]) * integerPower(sin(Double(i + 1) * x[i] * x[i] / .pi), 20) } }
    }

    /// Where each coordinate's term is least, by golden section in 30 digits; sums agree with Vanaret et al. 2014.
    private static var michalewiczMinima: [(at: Double, value: Double)] {
        [
            (2.20290552017260933, -0.801303410098552533), (1.57079632679489678, -1),
            (1.28499157055292445, -0.959091269896005948),
            (1.92305846986636287, -0.93846241847208341), (1.72046977256584125, -0.988801080621504361),
            (1.57079632679489667, -1), (1.45441397136237902, -0.993227135355881605),
            (1.75608652094502636, -0.982872036272210599), (1.65571741682102911, -0.996394364925102958),
            (1.57079632679489665, -1),
        ]
    }

    /// The best valley far from the second best, near a corner (Schwefel 1981).
    public static func schwefel(_ d: Int) -> Landscape {
        Landscape(
            "schwefel", d, "Best and second-best valleys far apart (Schwefel 1981)", over: -500...500,
            at: [point(420.968746359982027, d)], holdsEverywhere: false
        ) { x in sum(x) { 418.982887272433706 - $0 * sin(abs($0).squareRoot()) } }
    }

    /// A wide bowl with fine, regular ripples (Griewank 1981).
    public static func griewank(_ d: Int) -> Landscape {
        Landscape("griewank", d, "A wide bowl with fine ripples (Griewank 1981)", over: -600...600, at: [point(0, d)]) {
            x in
            let ripples = (0..<d).reduce(1) { $0 * cos(x[$1] / Double($1 + 1).squareRoot()) }
            return sum(x) { $0 * $0 } / 4000 - ripples + 1
        }
    }

    /// Kinked and oscillating (Alpine N. 1; Rahnamayan et al. 2007).
    public static func alpine(_ d: Int) -> Landscape {
        Landscape("alpine", d, "Kinked and oscillating (Rahnamayan et al. 2007)", over: -10...10, at: [point(0, d)]) {
            x in
            sum(x) { abs($0 * sin($0) + 0.1 * $0) }
        }
    }

    /// Rings around a shallow cone (Salomon 1996).
    public static func salomon(_ d: Int) -> Landscape {
        Landscape("salomon", d, "Rings around a shallow cone (Salomon 1996)", over: -100...100, at: [point(0, d)]) {
            x in
            let radius = sum(x) { $0 * $0 }.squareRoot()
            return 1 - cos(2 * .pi * radius) + 0.1 * radius
        }
    }
}
