import AttuneCore
import Foundation

/// Two metrics whose true front is a formula (Zitzler, Deb & Thiele 2000, "Comparison of multiobjective evolutionary
/// algorithms"). ZDT5, over bits, is left out as is usual.
///
/// The front is reached where g is 1. Its hypervolume from (r, s) is the integral over f₁ of s − f₂, f₂ being the least
/// value of the front up to f₁.
public enum ZDT {
    /// A convex front, f₂ = 1 − √f₁.
    public static var zdt1: BenchmarkProblem {
        problem(1, "convex front", hypervolume: reference * reference - 1.0 / 3) { f1, g in
            g * (1 - (f1 / g).squareRoot())
        }
    }

    /// A concave front, f₂ = 1 − f₁².
    public static var zdt2: BenchmarkProblem {
        problem(2, "concave front", hypervolume: reference * reference - 2.0 / 3) { f1, g in g * (1 - squared(f1 / g)) }
    }

    /// A front in five pieces, f₂ = 1 − √f₁ − f₁·sin(10π·f₁).
    public static var zdt3: BenchmarkProblem {
        problem(3, "front in five pieces", hypervolume: hypervolumeOfPieces) { f1, g in
            g * (1 - (f1 / g).squareRoot() - f1 / g * sin(10 * .pi * f1))
        }
    }

    /// The front of ZDT1 behind 21⁹ false ones. Values reach far, and so does the reference point: (11, 200).
    public static var zdt4: BenchmarkProblem {
        let box: [ClosedRange<Double>] = [0...1] + Array(repeating: -5...5, count: 9)
        return .multiObjective(
            "multi/zdt4", "Convex front behind many false ones (Zitzler et al. 2000, ZDT4)", box: box,
            reference: [reference, 200], hypervolume: 200 * reference - 1.0 / 3
        ) { x in
            let g = 91 + sum(x.dropFirst()) { $0 * $0 - 10 * cos(4 * .pi * $0) }
            return [x[0], g * (1 - (x[0] / g).squareRoot())]
        }
    }

    /// A concave front, thinly populated: f₁ = 1 − e^(−4x)·sin⁶(6πx), from 0.28 on.
    public static var zdt6: BenchmarkProblem {
        // The least f₁, at x = 0.0814577968799835512.
        let least = 0.280775318815369703
        let below = (1 - least) - (1 - least * least * least) / 3
        return .multiObjective(
            "multi/zdt6", "Concave front, thinly populated (Zitzler et al. 2000, ZDT6)", box: unitBox(10),
            reference: [reference, reference], hypervolume: reference * (reference - least) - below
        ) { x in
            let f1 = 1 - exp(-4 * x[0]) * integerPower(sin(6 * .pi * x[0]), 6)
            let g = 1 + 9 * power(sum(x.dropFirst()) { $0 } / 9, 0.25)
            return [f1, g * (1 - squared(f1 / g))]
        }
    }

    /// The reference point that is usual for these problems in Bayesian optimisation, (11, 11).
    private static let reference = 11.0

    static func unitBox(_ dimensions: Int) -> [ClosedRange<Double>] { Array(repeating: 0...1, count: dimensions) }

    /// ZDT1 to 3: 30 parameters, the first is f₁, the others' mean makes g, from 1 to 10.
    private static func problem(
        _ number: Int, _ shape: String, hypervolume: Double,
        f2: @escaping @Sendable (_ f1: Double, _ g: Double) -> Double
    ) -> BenchmarkProblem {
        .multiObjective(
            "multi/zdt\(number)", "A \(shape) (Zitzler et al. 2000, ZDT\(number))", box: unitBox(30),
            reference: [reference, reference], hypervolume: hypervolume
        ) { x in [x[0], f2(x[0], 1 + 9 * sum(x.dropFirst()) { $0 } / 29)] }
    }

    /// Where the pieces of ZDT3's front begin and end in f₁: minima, and where the curve falls below the minimum before.
    private static let pieces = [
        (0, 0.0830015349269116327), (0.18222872802939978, 0.257762363387830222),
        (0.409313674808656842, 0.453882104088830166),
        (0.618396794439265793, 0.652511703804662519), (0.823331798326632738, 0.851832865436413896),
    ]

    private static var hypervolumeOfPieces: Double {
        // ∫ 1 − √f − f·sin(kf) df
        func integral(_ f: Double) -> Double {
            let k = 10 * Double.pi
            return f - 2 / 3 * f * f.squareRoot() - (sin(k * f) / (k * k) - f * cos(k * f) / k)
        }
        func front(_ f: Double) -> Double { 1 - f.squareRoot() - f * sin(10 * .pi * f) }
        let nexts = pieces.dropFirst().map(\.0) + [reference]
        let below = zip(pieces, nexts).map { piece, next in
            integral(piece.1) - integral(piece.0) + front(piece.1) * (next - piece.1)
        }
        return reference * reference - below.reduce(0, +)
    }
}
