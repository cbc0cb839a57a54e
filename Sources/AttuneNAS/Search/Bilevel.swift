import AttuneCore

/// Weights that lessen one loss, and an architecture that lessens another at those weights.
protocol BilevelProblem<Scalar> {
    associatedtype Scalar: NetworkScalar

    var weights: [Scalar] { get nonmutating set }
    var architectureVector: [Double] { get nonmutating set }

    /// The gradient of the training loss at the weights and the architecture as they are.
    func trainingSlopes() -> BilevelSlopes<Scalar>
    func validationSlopes() -> BilevelSlopes<Scalar>
    /// The same without those of the weights, which need not be computed.
    func trainingArchitectureSlopes() -> [Double]
    func validationArchitectureSlopes() -> [Double]
}

struct BilevelSlopes<Scalar: NetworkScalar> {
    var weights: [Scalar]
    var architecture: [Double]
}

/// The step of the weights that is about to be made: stochastic gradient descent with momentum and decay.
struct WeightStep<Scalar: NetworkScalar> {
    var rate: Double
    var momentum: Double
    var decay: Double
    /// Of the gradients so far, [weights]; empty before the first.
    var velocity: [Scalar]
}

extension BilevelProblem {
    /// The gradient of the validation loss with respect to the architecture after the weights' next step (Liu et al. 2019,
    /// eq. 7 and 8): the Hessian-vector product by a central difference of step 0.01 over the vector's length. The weights
    /// are as before when it returns.
    ///
    /// Costs four gradients, two of them of the architecture alone.
    func architectureSlopes(lookingAhead step: WeightStep<Scalar>) -> [Double] {
        let start = weights
        defer { weights = start }
        let (rate, decay) = (Scalar(step.rate), Scalar(step.decay))
        let training = trainingSlopes().weights
        weights = start.indices.map { index in
            let velocity = step.velocity.isEmpty ? 0 : Scalar(step.momentum) * step.velocity[index]
            return start[index] - rate * (velocity + training[index] + decay * start[index])
        }
        let ahead = validationSlopes()
        let length = ahead.weights.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard length > 0 else { return ahead.architecture }
        let reach = Scalar(0.01 / length)
        weights = zip(start, ahead.weights).map { $0 + reach * $1 }
        let above = trainingArchitectureSlopes()
        weights = zip(start, ahead.weights).map { $0 - reach * $1 }
        let below = trainingArchitectureSlopes()
        return ahead.architecture.indices.map { index in
            ahead.architecture[index] - step.rate * (above[index] - below[index]) / (2 * Double(reach))
        }
    }
}

extension BilevelProblem {
    /// The eigenvalue of largest size of the validation loss' Hessian with respect to the architecture: how sharp the place is
    /// at which the search has arrived (Zela et al., *Understanding and Robustifying DARTS*, ICLR 2020, section 4).
    ///
    /// Power iteration with Hessian-vector products by central differences; two gradients of the architecture a round. The
    /// architecture is as before when it returns.
    ///
    /// - Parameter random: draws the direction to begin with.
    func curvature(rounds: Int = 8, using random: inout RandomSource) -> Double {
        let start = architectureVector
        defer { architectureVector = start }
        // Far enough for single precision, near enough for the softmax to be nearly straight.
        let reach = 0.01
        var direction = normalised(start.map { _ in random.normal() })
        var eigenvalue = 0.0
        for _ in 0..<rounds {
            architectureVector = zip(start, direction).map { $0 + reach * $1 }
            let above = validationArchitectureSlopes()
            architectureVector = zip(start, direction).map { $0 - reach * $1 }
            let product = zip(above, validationArchitectureSlopes()).map { ($0 - $1) / (2 * reach) }
            eigenvalue = zip(direction, product).reduce(0) { $0 + $1.0 * $1.1 }
            direction = normalised(product)
        }
        return eigenvalue
    }

    /// Zero stays zero.
    private func normalised(_ vector: [Double]) -> [Double] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }
}
