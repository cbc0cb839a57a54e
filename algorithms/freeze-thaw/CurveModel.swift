import AttuneCore
import AttuneMath
import Foundation

/// What learning curves say of where trials would end: a Gaussian process over configuration, resource and trial.
///
/// Two values of one trial vary together more than those of two trials with the same configuration would: the trial is a
/// coordinate of its own, so that a curve that began above what its configuration promised goes on so (the role of the
/// curve kernel of Swersky et al. 2014, section 3). Resource counts in logarithms.
struct CurveModel: Sendable {
    /// A trial's value at a level.
    struct Value: Sendable, Hashable {
        var trial: Trial.Number
        var level: Int
        var loss: Double
    }

    /// Configurations, without resource.
    let configurations: ModelSpace
    private let joint: ModelSpace
    private let ladder: ResourceLadder
    private(set) var process: GaussianProcess
    private let scale: LossScale
    /// By trial of the model, its value of the trial coordinate.
    private let identities: [Trial.Number: Int]
    private let strangers: Int

    /// How many values a model is made of at most, and its hyperparameters are fitted to.
    static let capacity = 200
    static let fitted = 80

    /// - Parameters:
    ///   - values: at least one.
    ///   - hyperparameters: of configuration, resource and trial; see `fit`.
    ///   - points: by trial, its configuration as a point of `configurations`.
    init(
        _ configurations: ModelSpace, _ ladder: ResourceLadder, _ values: [Value],
        _ hyperparameters: Hyperparameters, points: (Trial.Number) -> [Double]
    ) {
        self.configurations = configurations
        self.ladder = ladder
        let trials = CurveModel.distinct(values)
        identities = Dictionary(uniqueKeysWithValues: zip(trials, trials.indices))
        // Two places more: for a trial that the model does not know, and one so that there are always two.
        strangers = trials.count
        joint = CurveModel.jointSpace(configurations.space, ladder, trials: trials.count + 2)
        scale = LossScale(values.map(\.loss))
        let (joint, identities, scale) = (self.joint, identities, scale)
        let features = values.flatMap { value in
            joint.features(
                of: points(value.trial) + [
                    ladder.position(of: value.level), Double(identities[value.trial] ?? 0),
                ])
        }
        process = GaussianProcess(
            joint, .matern52, hyperparameters, features: features, targets: values.map { scale($0.loss) })
    }

    private static func distinct(_ values: [Value]) -> [Trial.Number] { Array(Set(values.map(\.trial))).sorted() }

    /// Hyperparameters that make the values likeliest.
    ///
    /// - Parameter values: of many, an even choice is taken.
    /// - Complexity: some hundred times O(`fitted`³).
    static func fit(
        _ configurations: ModelSpace, _ ladder: ResourceLadder, _ values: [Value],
        points: (Trial.Number) -> [Double]
    ) -> Hyperparameters {
        let count = min(values.count, fitted)
        let chosen = (0..<count).map { values[$0 * values.count / count] }
        let trials = distinct(chosen)
        let identities = Dictionary(uniqueKeysWithValues: zip(trials, trials.indices))
        let joint = jointSpace(configurations.space, ladder, trials: trials.count + 2)
        let scale = LossScale(chosen.map(\.loss))
        let features = chosen.flatMap { value in
            joint.features(
                of: points(value.trial) + [
                    ladder.position(of: value.level), Double(identities[value.trial] ?? 0),
                ])
        }
        return Hyperparameters.fitted(
            to: joint, .matern52, features: features, targets: chosen.map { scale($0.loss) }
        ).hyperparameters
    }

    /// The configurations' space with two more coordinates: how much resource, and which trial.
    private static func jointSpace(_ space: SearchSpace, _ ladder: ResourceLadder, trials: Int) -> ModelSpace {
        let taken = Set(space.names)
        func name(_ wanted: String) -> String { taken.contains(wanted) ? name(wanted + "'") : wanted }
        let extra = [
            ParameterSpec(name("resource"), .double(0.0...1.0, .uniform)),
            ParameterSpec(name("trial"), .categorical((0..<trials).map(String.init))),
        ]
        do {
            return ModelSpace(try SearchSpace(space.parameters + extra))
        } catch {
            preconditionFailure("a space with two more parameters is one: \(error)")
        }
    }

    /// How bad the worst are does not matter: beyond the third quartile all count the same.
    private struct LossScale: Sendable {
        private let limit: Double
        private let transform: OutputTransform

        init(_ losses: [Double]) {
            let sorted = losses.sorted()
            let limit = sorted[(3 * sorted.count) / 4]
            self.limit = limit
            transform = OutputTransform(losses.map { min($0, limit) }, exponent: 1)
        }

        func callAsFunction(_ loss: Double) -> Double { transform(min(loss, limit)) }
    }

    /// A loss in the units of beliefs.
    func target(of loss: Double) -> Double { scale(loss) }

    // MARK: Beliefs

    /// As if trials that are on their way had brought at their levels what is expected of them.
    mutating func imagine(_ running: [(point: [Double], level: Int, trial: Trial.Number)]) {
        let points = running.map { $0.point + [ladder.position(of: $0.level), identity(of: $0.trial)] }
        process = process.imagining(points)
    }

    private func identity(of trial: Trial.Number) -> Double { Double(identities[trial] ?? strangers) }

    /// What is believed of trials at levels.
    func beliefs(
        _ trials: [(point: [Double], level: Int, trial: Trial.Number)]
    ) -> (means: [Double], deviations: [Double]) {
        process.posterior(
            features: trials.flatMap { trial in
                joint.features(of: trial.point + [ladder.position(of: trial.level), identity(of: trial.trial)])
            })
    }

    /// What is believed of new trials at a level, by configuration.
    func newTrials(at level: Int) -> some Surrogate {
        let point = configurations.point(at: [Double](repeating: 0.5, count: configurations.dimensions))
        let features = joint.features(of: point + [ladder.position(of: level), Double(strangers)])
        return NewTrialSurrogate(
            process: process, tail: Array(features.dropFirst(configurations.featureCount)),
            width: configurations.featureCount)
    }
}

/// A belief about configurations made of one about configurations and more, the rest being given.
private struct NewTrialSurrogate: Surrogate {
    let process: GaussianProcess
    /// Features after those of a configuration.
    let tail: [Double]
    /// How many features a configuration has.
    let width: Int

    private func completed(_ features: [Double]) -> [Double] {
        stride(from: 0, to: features.count, by: width).flatMap { features[$0..<$0 + width] + tail }
    }

    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        process.posterior(features: completed(features))
    }

    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior? {
        let whole = features + tail
        var (byMean, byDeviation) = (
            [Double](repeating: 0, count: whole.count), [Double](repeating: 0, count: whole.count)
        )
        let belief = process.posterior(at: whole, meanGradient: &byMean, deviationGradient: &byDeviation)
        for index in 0..<width {
            meanGradient[index] = byMean[index]
            deviationGradient[index] = byDeviation[index]
        }
        return belief
    }

    func draw(features: [Double], using random: inout RandomSource) -> [Double] {
        process.draw(features: completed(features), using: &random)
    }
}

extension ResourceLadder {
    /// Where a level lies between nothing (one unit) and the top, in logarithms: 0 to 1.
    func position(of level: Int) -> Double {
        maximum > 1 ? min(log(Double(max(level, 1))) / log(Double(maximum)), 1) : 1
    }
}
