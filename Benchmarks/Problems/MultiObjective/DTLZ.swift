import AttuneCore
import Foundation

/// Any number of metrics (Deb, Thiele, Laumanns & Zitzler 2002, "Scalable multi-objective optimization test problems"),
/// with the reference points of BoTorch's test functions.
///
/// The first parameters, one less than there are metrics, say where on the front; the others make g, 0 on the front.
public enum DTLZ {
    /// A plane front, Σf = 0.5, behind 11⁵ false ones. The simplex below it has volume 0.5^m / m!.
    public static func dtlz1(metrics m: Int) -> BenchmarkProblem {
        problem(1, m, "plane front behind false ones", distance: 5, reference: 400) { position, rest in
            let g = 100 * (Double(rest.count) + sum(rest) { squared($0 - 0.5) - cos(20 * .pi * ($0 - 0.5)) })
            return (0..<m).map { index in
                let share = position.prefix(m - 1 - index).reduce(1, *)
                return 0.5 * (1 + g) * share * (index == 0 ? 1 : 1 - position[m - 1 - index])
            }
        } below: {
            (1...m).reduce(1) { $0 * 0.5 / Double($1) }
        }
    }

    /// A spherical front, Σf² = 1. Below it lies the part of the unit ball where all is positive.
    public static func dtlz2(metrics m: Int) -> BenchmarkProblem {
        problem(2, m, "spherical front", distance: 10, reference: 1.1) { position, rest in
            let g = sum(rest) { squared($0 - 0.5) }
            return (0..<m).map { index in
                let share = position.prefix(m - 1 - index).reduce(1) { $0 * cos($1 * .pi / 2) }
                return (1 + g) * share * (index == 0 ? 1 : sin(position[m - 1 - index] * .pi / 2))
            }
        } below: {
            power(.pi, Double(m) / 2) / tgamma(Double(m) / 2 + 1) / power(2, Double(m))
        }
    }

    /// A front in 2^(m−1) pieces: f_m = 2m − Σ s(f), s(f) = f·(1 + sin 3πf).
    ///
    /// The least f_m up to given other metrics is 2m − Σ S(f), S being the largest s so far; so what lies below the front
    /// is r^(m−1)·2m − (m − 1)·r^(m−2)·∫S.
    public static func dtlz7(metrics m: Int) -> BenchmarkProblem {
        let reference = 15.0
        return problem(7, m, "front in pieces", distance: 20, reference: reference) { position, rest in
            let g = 1 + 9 * sum(rest) { $0 } / Double(rest.count)
            let h = Double(m) - sum(position) { $0 / (1 + g) * (1 + sin(3 * .pi * $0)) }
            return position + [(1 + g) * h]
        } below: {
            power(reference, Double(m - 1)) * Double(2 * m)
                - Double(m - 1) * power(reference, Double(m - 2)) * integralOfLargest(to: reference)
        }
    }

    /// ∫ S from 0, where s first peaks, comes back to that height, and peaks again.
    private static func integralOfLargest(to end: Double) -> Double {
        let (peak, back, highest) = (0.251411836088917119, 0.6316265307000612, 0.859400856644723916)
        let k = 3 * Double.pi
        func s(_ f: Double) -> Double { f * (1 + sin(k * f)) }
        func integral(_ f: Double) -> Double { f * f / 2 + sin(k * f) / (k * k) - f * cos(k * f) / k }
        return integral(peak) - integral(0) + s(peak) * (back - peak) + integral(highest) - integral(back)
            + s(highest) * (end - highest)
    }

    /// - Parameters:
    ///   - distance: how many parameters make g.
    ///   - values: of the position on the front and the parameters of g.
    ///   - below: the volume between zero and the front, up to the reference point.
    private static func problem(
        _ number: Int, _ m: Int, _ shape: String, distance: Int, reference: Double,
        values: @escaping @Sendable (_ position: [Double], _ rest: [Double]) -> [Double], below: () -> Double
    ) -> BenchmarkProblem {
        .multiObjective(
            "multi/dtlz\(number)-\(m)", "A \(shape), \(m) metrics (Deb et al. 2002, DTLZ\(number))",
            box: ZDT.unitBox(m - 1 + distance), reference: point(reference, m),
            hypervolume: power(reference, Double(m)) - below()
        ) { x in values(Array(x.prefix(m - 1)), Array(x.dropFirst(m - 1))) }
    }
}
