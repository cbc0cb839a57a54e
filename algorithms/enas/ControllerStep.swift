import AttuneMath
import Foundation

/// One step of a long short-term memory without biases (Hochreiter & Schmidhuber 1997, with forget gates), kept for the
/// way back.
struct ControllerStep: Sendable {
    /// Input, then last state.
    private let read: [Double]
    private let lastMemory: [Double]
    private let input, forget, output, candidate: [Double]
    private let squashedMemory: [Double]
    let memory: [Double]
    let state: [Double]

    init(_ input: [Double], after last: ControllerStep?, _ weights: ControllerWeights) {
        let hidden = weights.hidden
        read = input + (last?.state ?? [Double](repeating: 0, count: hidden))
        lastMemory = last?.memory ?? [Double](repeating: 0, count: hidden)
        let sums = weights.cell * read
        func gate(_ index: Int) -> [Double] { sums[index * hidden..<(index + 1) * hidden].map(logistic) }
        self.input = gate(0)
        forget = gate(1)
        output = gate(2)
        candidate = sums[3 * hidden..<4 * hidden].map { tanh($0) }
        var memory = [Double](repeating: 0, count: hidden)
        for i in memory.indices { memory[i] = forget[i] * lastMemory[i] + self.input[i] * candidate[i] }
        self.memory = memory
        squashedMemory = memory.map { tanh($0) }
        state = zip(output, squashedMemory).map { $0 * $1 }
    }

    /// What the loss changes by with all that went into the step.
    struct Slopes {
        var input: [Double]
        var state: [Double]
        var memory: [Double]
    }

    /// - Parameters:
    ///   - state: the loss's derivative by `state`, from everything that reads it.
    ///   - memory: that by `memory`, from the next step.
    func slopes(
        state slope: [Double], memory nextMemory: [Double], _ weights: ControllerWeights,
        _ gradient: inout ControllerWeights
    ) -> Slopes {
        let hidden = slope.count
        var sums = [Double](repeating: 0, count: 4 * hidden)
        var earlier = [Double](repeating: 0, count: hidden)
        for i in 0..<hidden {
            let byMemory = nextMemory[i] + slope[i] * output[i] * (1 - squashedMemory[i] * squashedMemory[i])
            sums[i] = byMemory * candidate[i] * input[i] * (1 - input[i])
            sums[hidden + i] = byMemory * lastMemory[i] * forget[i] * (1 - forget[i])
            sums[2 * hidden + i] = slope[i] * squashedMemory[i] * output[i] * (1 - output[i])
            sums[3 * hidden + i] = byMemory * input[i] * (1 - candidate[i] * candidate[i])
            earlier[i] = byMemory * forget[i]
        }
        gradient.cell.add(sums, times: read)
        let byRead = weights.cell.transposedTimes(sums)
        return Slopes(input: Array(byRead[..<hidden]), state: Array(byRead[hidden...]), memory: earlier)
    }
}

/// 1 / (1 + e⁻ˣ).
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
