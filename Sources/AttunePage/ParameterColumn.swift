import AttuneCore

/// One parameter of all trials: numbers as they are, choices by their place in the list; NaN where it is inactive.
public struct ParameterColumn: Sendable, Hashable {
    public let name: String
    public internal(set) var values: [Double] = []
    private let places: [String: Double]

    init(_ spec: ParameterSpec) {
        name = spec.name
        if case .categorical(let list) = spec.domain {
            places = Dictionary(zip(list, (0..<list.count).map(Double.init))) { first, _ in first }
        } else {
            places = [:]
        }
    }

    func number(of value: JSON?) -> Double {
        guard let text = value?.scalarText else { return .nan }
        return places.isEmpty ? Double(text) ?? .nan : places[text] ?? .nan
    }
}

/// A metric of all trials; NaN where it was not reported.
public struct MetricColumn: Sendable, Hashable {
    public internal(set) var latest: [Double] = []
    public internal(set) var min: [Double] = []
    public internal(set) var max: [Double] = []

    init(count: Int) { grow(to: count) }

    mutating func grow(to count: Int) {
        let missing = [Double](repeating: .nan, count: Swift.max(0, count - latest.count))
        latest += missing
        min += missing
        max += missing
    }

    func values(by strategy: MetricStrategy) -> [Double] {
        switch strategy {
        case .min: min
        case .max: max
        case .latest: latest
        }
    }

    mutating func set(_ index: Int, _ summary: JSON) {
        latest[index] = summary["latest"]?.double ?? .nan
        min[index] = summary["min"]?.double ?? .nan
        max[index] = summary["max"]?.double ?? .nan
    }
}
