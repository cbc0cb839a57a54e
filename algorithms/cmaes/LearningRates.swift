import Foundation

/// Learning rates that fall where values are noisy or valleys many (Nomura, Akimoto & Ono 2023, "CMA-ES with Learning
/// Rate Adaptation", arXiv 2304.03473, section 3): of the mean and of Σ = σ² C each, so that the signal of a step to
/// its noise keeps to what the rate can use.
struct LearningRates: Sendable {
    private var ofMean: SignalToNoise
    private var ofCovariance: SignalToNoise

    init(_ law: Gaussian) {
        ofMean = SignalToNoise(count: law.dimensions, averaging: 0.1)
        ofCovariance = SignalToNoise(count: law.covariance.count, averaging: 0.03)
    }

    /// η_m, 1 for steps as long as the tutorial's.
    var rateOfMean: Double { ofMean.rate }

    /// Takes back what the rates leave out of a law's last change.
    mutating func damp(_ law: inout Gaussian, since old: Gaussian) {
        let σ = old.stepSize
        let meanStep = zip(law.mean, old.mean).map { $0 - $1 }
        let oldΣ = old.covariance.map { σ * σ * $0 }
        let ΣStep = zip(law.covariance, oldΣ).map { law.stepSize * law.stepSize * $0 - $1 }
        let rateBefore = ofMean.rate
        ofMean.observe(old.factors.whitened(meanStep.map { $0 / σ }))
        ofCovariance.observe(old.factors.whitenedBothSides(ΣStep.map { $0 / (σ * σ * 2.0.squareRoot()) }))
        law.mean = zip(old.mean, meanStep).map { $0 + ofMean.rate * $1 }
        law.setΣ(zip(oldΣ, ΣStep).map { $0 + ofCovariance.rate * $1 })
        law.stepSize *= rateBefore / ofMean.rate
    }
}

/// A learning rate kept where the signal-to-noise ratio of its steps is α times it.
private struct SignalToNoise: Sendable {
    /// η, at most 1.
    private(set) var rate = 1.0
    /// E and V: moving averages of the step, and of its squared length.
    private var mean: [Double]
    private var squaredLength = 0.0
    /// β.
    private let averaging: Double

    init(count: Int, averaging: Double) {
        mean = [Double](repeating: 0, count: count)
        self.averaging = averaging
    }

    /// - Parameter step: in coordinates in which the law is standard, so that its length is that of Fisher's metric.
    mutating func observe(_ step: [Double]) {
        let β = averaging
        for index in mean.indices { mean[index] = (1 - β) * mean[index] + β * step[index] }
        squaredLength = (1 - β) * squaredLength + β * step.reduce(0) { $0 + $1 * $1 }
        let signal = mean.reduce(0) { $0 + $1 * $1 }
        let ratio = (signal - β / (2 - β) * squaredLength) / max(squaredLength - signal, .leastNormalMagnitude)
        let excess = min(max(ratio / (SignalToNoise.α * rate) - 1, -1), 1)
        rate = min(rate * exp(min(SignalToNoise.γ * rate, β) * excess), 1)
    }

    private static let α = 1.4
    private static let γ = 0.1
}

extension Gaussian {
    /// Makes σ² C of Σ with a determinant of C of 1, and decomposes it.
    fileprivate mutating func setΣ(_ Σ: [Double]) {
        let unscaled = CovarianceFactors(of: Σ, dimensions: dimensions, isSeparable: isSeparable)
        stepSize = exp(unscaled.deviations.reduce(0) { $0 + log($1) } / Double(max(dimensions, 1)))
        covariance = Σ.map { $0 / (stepSize * stepSize) }
        decompose()
    }
}
