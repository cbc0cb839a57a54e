import AttuneCore
import Foundation

/// Chooses among acquisitions by what each has brought (Hoffman, Brochu & de Freitas 2011, GP-Hedge).
///
/// The paper also credits the points that each function would have chosen; only those that were tried count here, so that
/// the log says all there is to know.
struct AcquisitionPortfolio: Sendable {
    /// The label of a suggestion that says which function chose it.
    static let label = "acquisition"
    static let members: [Acquisition] = [
        .logExpectedImprovement, .logProbabilityOfImprovement, .confidenceBound(1.96),
    ]

    /// A member, the likelier the better what it chose turned out: P ∝ exp(mean gain).
    ///
    /// - Parameters:
    ///   - choosers: the name of the member that chose each trial, if one did.
    ///   - targets: what those trials brought, standardised, smaller is better.
    static func choice(_ choosers: [String?], _ targets: [Double], using random: inout RandomSource) -> Acquisition {
        let gains = members.map { member in
            let own = zip(choosers, targets).filter { $0.0 == member.name }.map { -$0.1 }
            return own.reduce(0, +) / Double(own.count + 1)
        }
        let shares = gains.map { exp($0) }
        var rest = random.uniform() * shares.reduce(0, +)
        for (member, share) in zip(members, shares) {
            rest -= share
            if rest < 0 { return member }
        }
        return members[members.count - 1]
    }
}
