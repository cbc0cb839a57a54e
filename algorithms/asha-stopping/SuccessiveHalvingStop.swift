import AttuneCore
import Foundation

/// Stops a trial at a rung unless it is among the best 1/η of those that had come to the rung by then: asynchronous
/// successive halving in its stopping variant (Li et al. 2020, "A system for massively parallel hyperparameter tuning",
/// with the change of Klein et al. 2020 that a trial is judged where it is instead of being promoted later).
///
/// A trial is judged by the highest rung it has reached. Who had come there before it is told by the times of the
/// reports, so that the verdict does not depend on when it is asked for.
struct SuccessiveHalvingStop: EarlyStopping {
    /// Units of resource at each rung, ascending.
    let rungs: [Int]
    /// η: one in so many goes on.
    let reduction: Double
    private var curves = LearningCurves()

    /// Rungs at r_min · ηᵏ, below the most that a trial may use.
    ///
    /// - Precondition: minimum ≥ 1, reduction > 1.
    init(minimum: Int, maximum: Int?, reduction: Double) {
        self.reduction = reduction
        let end = Double(maximum ?? 1 << 40)
        let levels = sequence(first: Double(minimum)) { $0 * reduction }.prefix { $0 < end }
        rungs = levels.map { Int($0.rounded()) }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// The rungs of a ladder below its top.
    init(_ ladder: ResourceLadder) {
        reduction = ladder.reduction
        rungs = ladder.levels.dropLast()
    }

    /// - Complexity: O(trials log reports) from the first rung on; with several objectives also the sorting into fronts.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        guard let place = place(of: trial, in: study) else { return .proceed }
        return place.better < place.spared ? .proceed : .stop
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        guard verdict(on: trial, in: study) == .stop, let place = place(of: trial, in: study) else { return nil }
        return StoppingGrounds(
            "at the rung of \(place.rung) units of resource it was number \(place.better + 1) of the \(place.earlier + 1) "
                + "that had come there, of which the best \(place.spared) went on (one in \(reduction.short))",
            [
                .init("rung", Double(place.rung)), .init("better trials", Double(place.better)),
                .init("trials at the rung", Double(place.earlier + 1)),
                .init("trials that go on", Double(place.spared)),
            ])
    }

    /// How many of those that were at its highest rung before it were better there; nil before the first rung.
    private mutating func place(
        of trial: Trial, in study: Study
    ) -> (rung: Int, better: Int, earlier: Int, spared: Int)? {
        curves.follow(study)
        guard let own = arrivals(of: trial.number).last, let standing = own.standing else { return nil }
        let earlier = curves.curves.keys.compactMap { number in
            number == trial.number ? nil : arrival(of: number, at: own.rung).flatMap { $0.precedes(own) ? $0 : nil }
        }.compactMap(\.standing)
        // A hair is added because 0.3 · 10/3 may come out below 1.
        let spared = max(1, Int(Double(earlier.count + 1) / reduction + 1e-9))
        return (own.rung, standing.countBetter(among: earlier), earlier.count, spared)
    }

    /// That a trial came to a rung.
    private struct Arrival {
        let trial: Trial.Number
        let rung: Int
        let time: Date
        let standing: Standing?

        func precedes(_ other: Arrival) -> Bool { (time, trial) < (other.time, other.trial) }
    }

    private func arrivals(of number: Trial.Number) -> [Arrival] {
        rungs.prefix { curves[number].position(reaching: $0) != nil }.compactMap { arrival(of: number, at: $0) }
    }

    private func arrival(of number: Trial.Number, at rung: Int) -> Arrival? {
        let curve = curves[number]
        return curve.position(reaching: rung).map {
            Arrival(trial: number, rung: rung, time: curve.times[$0], standing: curve.standings[$0])
        }
    }
}

extension StoppingRule {
    private static let minimum = AlgorithmSetting(
        ResourceLadder.SettingName.minimum, .integer(1...Int.max), default: "3",
        "units of resource (epochs, mostly) at the first rung",
        complaint: "r_min must be an integer greater than zero (>0)")
    private static let maximum = AlgorithmSetting(
        ResourceLadder.SettingName.maximum, .integer(1...Int.max),
        "the most that a trial may use; there is no rung from there on",
        complaint: "r_l must be an integer greater than zero (>0)")
    private static let reduction = AlgorithmSetting(
        ResourceLadder.SettingName.reduction, .number(1.0.nextUp...Double.greatestFiniteMagnitude), default: "3",
        "one trial in so many goes on from each rung", complaint: "eta must be a number greater than one (>1)")

    static let asha = StoppingRule(
        "asha",
        summary: "Stops a trial, at rungs of resource that grow by eta, unless it is among the best 1/eta there.",
        settings: [minimum, maximum, reduction]
    ) { experiment in
        let settings = RuleSettings(experiment)
        let (least, most) = (settings.integer(minimum) ?? 3, settings.integer(maximum))
        if let most, most <= least { throw settings.invalid(maximum, "must be greater than r_min, which is \(least)") }
        return SuccessiveHalvingStop(minimum: least, maximum: most, reduction: settings.number(reduction) ?? 3)
    }
}
