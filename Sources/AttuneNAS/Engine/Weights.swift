import AttuneCore

/// All that a network learns by gradient, as one vector, with the gradient beside it.
public final class Weights<Scalar: NetworkScalar> {
    /// A part of the vector.
    struct Slot: Sendable {
        var start: Int
        var count: Int
    }

    private(set) var values = UnsafeMutableBufferPointer<Scalar>(start: nil, count: 0)
    private(set) var gradients = UnsafeMutableBufferPointer<Scalar>(start: nil, count: 0)
    /// What layers remember of the batches they saw, which no gradient changes.
    private(set) var memories = UnsafeMutableBufferPointer<Scalar>(start: nil, count: 0)

    deinit {
        values.deallocate()
        gradients.deallocate()
        memories.deallocate()
    }

    public var count: Int { values.count }

    func add(_ count: Int, drawing draw: () -> Scalar) -> Slot {
        let slot = Slot(start: self.count, count: count)
        values = grown(values, by: (0..<count).map { _ in draw() })
        gradients = grown(gradients, by: [Scalar](repeating: 0, count: count))
        return slot
    }

    /// Numbers uniform within ±1/√`fan`, as convolutions commonly begin.
    func addUniform(_ count: Int, fan: Int, using random: inout RandomSource) -> Slot {
        let bound = 1 / Double(fan).squareRoot()
        return add(count) { Scalar((random.uniform() * 2 - 1) * bound) }
    }

    /// Room for what a layer remembers, beginning with these numbers.
    func addMemory(_ first: [Scalar]) -> Slot {
        let slot = Slot(start: memories.count, count: first.count)
        memories = grown(memories, by: first)
        return slot
    }

    private func grown(
        _ old: UnsafeMutableBufferPointer<Scalar>, by more: [Scalar]
    ) -> UnsafeMutableBufferPointer<Scalar> {
        let new = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: old.count + more.count)
        _ = new.initialize(from: [Scalar](old) + more)
        old.deallocate()
        return new
    }

    func value(_ slot: Slot) -> UnsafeMutablePointer<Scalar> { values.baseAddress! + slot.start }
    func gradient(_ slot: Slot) -> UnsafeMutablePointer<Scalar> { gradients.baseAddress! + slot.start }

    func memory(_ slot: Slot) -> UnsafeMutablePointer<Scalar> { memories.baseAddress! + slot.start }

    public func clearGradients() { gradients.baseAddress?.clear(count) }

    /// The values, all of them at once.
    public var vector: [Scalar] {
        get { Array(values) }
        set {
            precondition(newValue.count == count, "the network has \(count) weights, not \(newValue.count)")
            _ = values.update(fromContentsOf: newValue)
        }
    }

    public var gradient: [Scalar] { Array(gradients) }

    /// All that layers remember, all of it at once.
    var memory: [Scalar] {
        get { Array(memories) }
        set {
            precondition(newValue.count == memories.count, "the network remembers \(memories.count) numbers")
            _ = memories.update(fromContentsOf: newValue)
        }
    }

    /// values += `factor` · `direction`.
    func move(_ factor: Scalar, along direction: [Scalar]) {
        precondition(direction.count == count, "a direction has a number for each weight")
        guard let to = values.baseAddress else { return }
        direction.withUnsafeBufferPointer { Scalar.kernels.add(factor, $0.baseAddress!, to, count) }
    }
}
