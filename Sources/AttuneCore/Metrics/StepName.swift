/// The names under which a training program says how far it is, finest first: within an epoch there are many steps.
enum StepName: Int, CaseIterable {
    case step, iteration, epoch

    /// Case does not matter: `Epoch=3` is common.
    init?(_ bytes: Bytes) {
        // The count first: this is asked of every name on every line.
        switch bytes.count {
        case 4 where Self.equals(bytes, "step"): self = .step
        case 5 where Self.equals(bytes, "epoch"): self = .epoch
        case 9 where Self.equals(bytes, "iteration"): self = .iteration
        default: return nil
        }
    }

    var name: String {
        switch self {
        case .step: "step"
        case .iteration: "iteration"
        case .epoch: "epoch"
        }
    }

    private static func equals(_ bytes: Bytes, _ name: StaticString) -> Bool {
        let name = Bytes(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return bytes.elementsEqual(name) { $0.lowercased == $1 }
    }
}

/// The finest step a line states; of two under one name, the first.
struct StatedStep {
    private var name: StepName?
    private(set) var value: Int?

    mutating func state(_ newName: StepName, _ newValue: Int?) {
        guard let newValue else { return }
        if let name, name.rawValue <= newName.rawValue { return }
        name = newName
        value = newValue
    }
}
