import Foundation

/// An axis of a chart: where a value lies between its ends, and where to put ticks.
struct Axis: Sendable, Hashable {
    enum Scale: Sendable, Hashable { case linear, log }

    struct Tick: Sendable, Hashable {
        var value: Double
        var label: String
    }

    private(set) var scale: Scale
    private(set) var lower: Double
    private(set) var upper: Double
    /// The lower end stands for zero, which a log axis has no place for.
    private(set) var endsAtZero = false

    /// A linear axis over at least the given span, its ends moved out a little where there is no span.
    static func linear(_ lower: Double, _ upper: Double) -> Axis {
        let room = upper > lower ? 0 : max(abs(upper) * 0.01, 1e-3)
        return Axis(scale: .linear, lower: lower - room, upper: upper + room)
    }

    /// A log axis over positive values, with a little room. With `endsAtZero` it gets half a decade below for those that are zero.
    static func log(_ lower: Double, _ upper: Double, endsAtZero: Bool = false) -> Axis {
        precondition(lower > 0 && upper >= lower, "a log axis is for positive values")
        let room = max(pow(upper / lower, 0.03), 1.02)
        return Axis(scale: .log, lower: lower / (endsAtZero ? 3 : room), upper: upper * room, endsAtZero: endsAtZero)
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper, kept between the two.
    func fraction(_ value: Double) -> Double {
        guard !value.isNaN else { return 0 }
        let part =
            switch scale {
            case .linear: (value - lower) / (upper - lower)
            case .log: value <= lower ? 0 : Foundation.log(value / lower) / Foundation.log(upper / lower)
            }
        return min(1, max(0, part))
    }

    /// About `count` ticks at round values, ascending.
    func ticks(about count: Int = 5) -> [Tick] {
        switch scale {
        case .linear: linearTicks(about: count)
        case .log: (endsAtZero ? [Tick(value: lower, label: "0")] : []) + logTicks(about: count)
        }
    }
}

extension Axis {
    private func linearTicks(about count: Int) -> [Tick] {
        let step = roundStep(atLeast: (upper - lower) / Double(count))
        let first = Int((lower / step - 1e-9).rounded(.up))
        let last = Int((upper / step + 1e-9).rounded(.down))
        guard first <= last else { return [] }
        let decimals = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
        return (first...last).map { index in
            let value = Double(index) * step
            let isPlain = max(abs(lower), abs(upper)) < 1e6 && decimals <= 5
            return Tick(value: value, label: isPlain ? value.fixed(decimals: decimals) : value.shortest)
        }
    }

    private func logTicks(about count: Int) -> [Tick] {
        // Beside a tick for zero no other may stand.
        let first = endsAtZero ? lower * 2 : lower
        let decades = log10(upper / lower)
        if decades < 0.8 { return Axis.linear(first, upper).linearTicks(about: count).filter { $0.value >= first } }
        let stride = max(1, Int((decades / Double(count + 1)).rounded(.up)))
        let multiples = decades < 1.3 ? [1.0, 2, 3, 5, 7] : decades < 2.2 ? [1, 2, 5] : [1]
        let exponents = Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up))
        return exponents.filter { $0.isMultiple(of: stride) }.flatMap { exponent in
            multiples.map { multiple in
                let value = multiple * pow(10, Double(exponent))
                return Tick(value: value, label: multiple == 1 ? powerOfTenText(exponent) : value.shortest)
            }
        }.filter { $0.value >= first * (1 - 1e-9) && $0.value <= upper * (1 + 1e-9) }
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `size`.
private func roundStep(atLeast size: Double) -> Double {
    let power = pow(10, log10(size).rounded(.down))
    return [1, 2, 5, 10].first { $0 * power >= size * (1 - 1e-9) }.map { $0 * power } ?? size
}

extension Double {
    /// As few digits as tell round numbers: `0.002`, `2e-5`, `1.5e7`.
    fileprivate var shortest: String {
        String(format: "%.4g", self).replacing("e-0", with: "e-").replacing("e+0", with: "e")
    }
}
