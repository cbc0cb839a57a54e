import Foundation

/// Stochastic gradient descent of a network's weights: momentum, decay, a bound on the gradient's length.
final class MomentumDescent<Scalar: NetworkScalar> {
    private(set) var velocity: [Scalar] = []
    private let momentum: Double
    private let decay: Double
    private let bound: Double

    init(momentum: Double, decay: Double, bound: Double) {
        self.momentum = momentum
        self.decay = decay
        self.bound = bound
    }

    func step(_ weights: Weights<Scalar>, rate: Double) {
        let length = weights.gradients.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let shrink = Scalar(min(1, bound / max(length, .leastNormalMagnitude)))
        if velocity.isEmpty { velocity = [Scalar](repeating: 0, count: weights.count) }
        let (momentum, decay, rate) = (Scalar(self.momentum), Scalar(self.decay), Scalar(rate))
        for index in velocity.indices {
            let slope = shrink * weights.gradients[index] + decay * weights.values[index]
            velocity[index] = momentum * velocity[index] + slope
            weights.values[index] -= rate * velocity[index]
        }
    }

    func restore(velocity: [Scalar]) { self.velocity = velocity }

    /// The step that would be made of a gradient to come.
    func next(rate: Double) -> WeightStep<Scalar> {
        WeightStep(rate: rate, momentum: momentum, decay: decay, velocity: velocity)
    }
}

/// Adam (Kingma and Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015) with decay added to the gradient.
struct AdamDescent: Sendable {
    var rate: Double
    var decay: Double
    /// Decays of the means of gradients and of their squares.
    var betas = (0.5, 0.999)
    private(set) var steps = 0
    private(set) var means: [Double] = []
    private(set) var squares: [Double] = []

    init(rate: Double, decay: Double) {
        self.rate = rate
        self.decay = decay
    }

    mutating func restore(steps: Int, means: [Double], squares: [Double]) {
        (self.steps, self.means, self.squares) = (steps, means, squares)
    }

    mutating func step(_ values: inout [Double], slopes: [Double]) {
        if means.isEmpty { (means, squares) = (slopes.map { _ in 0 }, slopes.map { _ in 0 }) }
        steps += 1
        let corrections = (1 - pow(betas.0, Double(steps)), 1 - pow(betas.1, Double(steps)))
        for index in values.indices {
            let slope = slopes[index] + decay * values[index]
            means[index] = betas.0 * means[index] + (1 - betas.0) * slope
            squares[index] = betas.1 * squares[index] + (1 - betas.1) * slope * slope
            let size = (squares[index] / corrections.1).squareRoot() + 1e-8
            values[index] -= rate * means[index] / corrections.0 / size
        }
    }
}

/// A rate that falls from one value to another along half a cosine (Loshchilov and Hutter, *SGDR*, ICLR 2017).
struct CosineRate: Sendable, Hashable {
    var first: Double
    var last: Double

    /// - Parameter progress: from 0 to 1.
    func value(at progress: Double) -> Double { last + (first - last) * (1 + cos(.pi * progress)) / 2 }
}
