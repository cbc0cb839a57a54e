import COpenBLAS

/// Moves parameters down a gradient, remembering what it needs between steps.
protocol Optimizer {
    /// One step.
    ///
    /// - Parameters:
    ///   - parameters: all parameters of the network.
    ///   - gradient: the loss's gradient, `[parameters.count]`.
    ///   - rate: the learning rate, positive.
    mutating func step(_ parameters: inout [Float], along gradient: [Float], rate: Float)

    /// All that it remembers. What is put back must have come from an optimizer of its kind, for as many parameters.
    var memory: [Float] { get set }
}

/// Which optimizer to use.
enum OptimizerKind: String, CaseIterable, Sendable, Codable {
    case sgd, adam
}

/// Stochastic gradient descent with momentum (Polyak 1964): v ← μv + g, θ ← θ - rate·v.
struct MomentumDescent: Optimizer {
    /// μ, in `0..<1`; zero is plain descent.
    let momentum: Float
    private var velocity: [Float]

    init(momentum: Float, parameterCount: Int) {
        self.momentum = momentum
        velocity = Array(repeating: 0, count: parameterCount)
    }

    mutating func step(_ parameters: inout [Float], along gradient: [Float], rate: Float) {
        let count = Int32(parameters.count)
        cblas_saxpby(count, 1, gradient, 1, momentum, &velocity, 1)
        cblas_saxpy(count, -rate, velocity, 1, &parameters, 1)
    }

    var memory: [Float] {
        get { velocity }
        set { velocity = newValue }
    }
}

/// Adam (Kingma and Ba 2015, algorithm 1) with the paper's β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
struct Adam: Optimizer {
    private let meanDecay: Float = 0.9
    private let squareDecay: Float = 0.999
    private let epsilon: Float = 1e-8
    /// Decayed means of the gradient and of its square.
    private var mean: [Float]
    private var square: [Float]
    /// β₁ and β₂ to the power of the number of steps taken.
    private var meanBias: Float = 1
    private var squareBias: Float = 1

    init(parameterCount: Int) {
        mean = Array(repeating: 0, count: parameterCount)
        square = mean
    }

    mutating func step(_ parameters: inout [Float], along gradient: [Float], rate: Float) {
        meanBias *= meanDecay
        squareBias *= squareDecay
        cblas_saxpby(Int32(parameters.count), 1 - meanDecay, gradient, 1, meanDecay, &mean, 1)
        updateSquares(with: gradient)
        move(&parameters, rate: rate)
    }

    var memory: [Float] {
        get { mean + square + [meanBias, squareBias] }
        set {
            let count = mean.count
            mean = Array(newValue.prefix(count))
            square = Array(newValue.dropFirst(count).prefix(count))
            (meanBias, squareBias) = (newValue[2 * count], newValue[2 * count + 1])
        }
    }

    private mutating func updateSquares(with gradient: [Float]) {
        let count = gradient.count
        let decay = squareDecay
        square.withUnsafeMutableBufferPointer { square in
            gradient.withUnsafeBufferPointer { gradient in
                for i in 0..<count {
                    square[i] = decay * square[i] + (1 - decay) * gradient[i] * gradient[i]
                }
            }
        }
    }

    private func move(_ parameters: inout [Float], rate: Float) {
        let count = parameters.count
        // The end of §2 of the paper: both bias corrections folded into the rate and ε.
        let correction = (1 - squareBias).squareRoot()
        let step = rate * correction / (1 - meanBias)
        let floor = epsilon * correction
        parameters.withUnsafeMutableBufferPointer { parameters in
            mean.withUnsafeBufferPointer { mean in
                square.withUnsafeBufferPointer { square in
                    for i in 0..<count {
                        parameters[i] -= step * mean[i] / (square[i].squareRoot() + floor)
                    }
                }
            }
        }
    }
}

extension [Float] {
    /// Decoupled weight decay (Loshchilov and Hutter 2019): all parameters shrink by the factor `1 - amount`.
    mutating func decay(by amount: Float) {
        cblas_sscal(Int32(count), 1 - amount, &self, 1)
    }
}
