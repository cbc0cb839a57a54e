import AttuneCore
import Foundation

/// How a coordinate of a landscape is declared as a parameter.
public enum Coordinate: Sendable, Hashable {
    /// The coordinate itself.
    case real
    /// A real of another, positive range whose logarithm is the coordinate; declared `logUniform`.
    case logarithmic(ClosedRange<Double>)
    /// Integers, evenly spread over the coordinate's range.
    case integer(ClosedRange<Int>)
    /// Multiples of a step from 0 on: `steps` + 1 of them.
    case stepped(Double, steps: Int)
    /// Numbers of a list, evenly spread over the coordinate's range in ascending order.
    case listed([Double])
}

/// A coordinate declared: from the parameter's value to the landscape's coordinate and back.
struct Axis: Sendable {
    let domain: Domain
    let range: ClosedRange<Double>
    private let coordinate: Coordinate
    /// A share of the grid, and the coordinate that stands there: the minimiser, which else would fall between two
    /// values. The grid is stretched on one side of it and squeezed on the other; its ends stay where they are.
    private let anchor: (share: Double, value: Double)?

    init(_ coordinate: Coordinate, over range: ClosedRange<Double>, minimizer: Double) {
        self.coordinate = coordinate
        self.range = range
        domain = coordinate.domain(over: range)
        anchor = domain.count.map { count in
            let (cells, share) = (Double(count - 1), range.share(of: minimizer))
            let cell = (share * cells).rounded()
            let isInside = count > 2 && share > 0 && share < 1
            return ((isInside ? min(max(cell, 1), cells - 1) : cell) / cells, minimizer)
        }
    }

    /// The landscape's coordinate.
    func position(of value: ParameterValue) -> Double {
        if coordinate == .real { return value.number ?? .nan }
        return range.lowerBound + anchored(coordinate.share(of: value)) * range.width
    }

    private func anchored(_ share: Double) -> Double {
        guard let anchor else { return share }
        let best = range.share(of: anchor.value)
        if share == anchor.share { return best }
        return share < anchor.share
            ? best * share / anchor.share : best + (1 - best) * (share - anchor.share) / (1 - anchor.share)
    }

    /// The parameter's value that stands at a coordinate, or nearest to it.
    func value(at position: Double) -> ParameterValue {
        switch coordinate {
        case .real: return .double(position)
        case .logarithmic(let scale):
            let value = scale.lowerBound * pow(scale.upperBound / scale.lowerBound, range.share(of: position))
            return .double(min(max(value, scale.lowerBound), scale.upperBound))
        case .integer, .stepped, .listed:
            let values = (0..<(domain.count ?? 0)).map { domain.value(number: $0) }
            return values.min { abs(self.position(of: $0) - position) < abs(self.position(of: $1) - position) }
                ?? values[0]
        }
    }
}

extension Coordinate {
    fileprivate func domain(over range: ClosedRange<Double>) -> Domain {
        switch self {
        case .real: .double(range)
        case .logarithmic(let scale): .double(scale, .logUniform)
        case .integer(let integers): .int(integers)
        case .stepped(let step, let steps): .double(0...step * Double(steps), step: step)
        case .listed(let numbers): .discrete(numbers.sorted().map(\.text))
        }
    }

    /// Which share of the parameter's range lies below a value.
    fileprivate func share(of value: ParameterValue) -> Double {
        guard let number = value.number else { return .nan }
        return switch self {
        case .real: .nan
        case .logarithmic(let scale): log(number / scale.lowerBound) / log(scale.upperBound / scale.lowerBound)
        case .integer(let integers): (number - Double(integers.lowerBound)) / Double(integers.count - 1)
        case .stepped(let step, let steps): (number / step).rounded() / Double(steps)
        case .listed(let numbers):
            numbers.sorted().firstIndex(of: number).map { Double($0) / Double(numbers.count - 1) } ?? .nan
        }
    }
}
