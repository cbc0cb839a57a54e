/// What values a parameter may take, and with what probability they are tried when nothing is known.
public enum Domain: Sendable, Hashable {
    /// Real numbers of `range`, or with a step those of `min, min + step, …` that do not exceed the range.
    case double(ClosedRange<Double>, step: Double? = nil, Distribution = .uniform)
    /// Integers `min, min + step, …` of `range`.
    case int(ClosedRange<Int>, step: Int = 1, Distribution = .uniform)
    /// Numbers from a list, each spelled as the list spells it.
    case discrete([String])
    /// Unordered choices.
    case categorical([String])
}

/// How probability lies over a numeric range. Normal laws have the range's middle as mean and a sixth of its width as
/// deviation, and are truncated to the range; logarithmic ones do the same to the logarithm (Katib's mu and sigma).
public enum Distribution: String, Sendable, Hashable, CaseIterable {
    case uniform, logUniform, normal, logNormal

    var isLogarithmic: Bool { self == .logUniform || self == .logNormal }
    var isNormal: Bool { self == .normal || self == .logNormal }
}

extension Domain {
    /// How many values there are; nil for a continuum.
    public var count: Int? {
        switch self {
        case .double, .int: grid?.count
        case .discrete(let list), .categorical(let list): list.count
        }
    }

    /// The `index`-th value in the order in which a grid goes through them: ascending, or as listed.
    ///
    /// - Precondition: the domain is finite and `index` lies in `0..<count`.
    public func value(number index: Int) -> ParameterValue {
        switch self {
        case .double(let range, _, _): grid.map { .double($0.value(index)) } ?? .double(range.lowerBound)
        case .int: .int(Int(grid?.value(index) ?? 0))
        case .discrete(let list), .categorical(let list): .text(list[index])
        }
    }

    /// The value at `u` in [0, 1): the quantile function of the domain's law, so that a uniform `u` samples it.
    public func value(at u: Double) -> ParameterValue {
        let u = min(max(u, 0), 1)
        switch self {
        case .double:
            let x = law.quantile(u)
            return .double(grid.map { $0.value(nearest: x) } ?? x)
        case .int: return .int(Int(grid?.value(nearest: law.quantile(u)) ?? 0))
        case .discrete: return .text(ascending[cell(u)])
        case .categorical(let list): return .text(list[cell(u)])
        }
    }

    /// The middle of the interval of `u` that gives `value`: the inverse of `value(at:)`. Nil when it is not of the domain.
    public func unit(of value: ParameterValue) -> Double? {
        guard contains(value) else { return nil }
        switch self {
        case .double, .int:
            guard let x = value.number else { return nil }
            guard let grid else { return law.cumulative(x) }
            let cell = grid.cell(around: x)
            return (law.cumulative(cell.lowerBound) + law.cumulative(cell.upperBound)) / 2
        case .discrete: return ascending.firstIndex(of: value.description).map(middle)
        case .categorical(let list): return list.firstIndex(of: value.description).map(middle)
        }
    }

    public func contains(_ value: ParameterValue) -> Bool {
        switch (self, value) {
        case (.double(let range, _, _), .double(let x)):
            range.contains(x) && (grid.map { $0.value(nearest: x) == x } ?? true)
        case (.int(let range, _, _), .int(let x)):
            range.contains(x) && grid.map { Int($0.value(nearest: Double(x))) == x } ?? true
        case (.discrete(let list), .text(let text)), (.categorical(let list), .text(let text)): list.contains(text)
        default: false
        }
    }

    /// Reads a value of this domain as users write it; nil when the text is not one of its values.
    ///
    /// A number within a millionth of a step of a grid value, or another spelling of a listed number, is that value.
    public func value(reading text: String) -> ParameterValue? {
        switch self {
        case .double(let range, let step, _):
            guard let x = Double(text), range.contains(x) else { return nil }
            guard let grid, let step else { return .double(x) }
            let nearest = grid.value(nearest: x)
            return abs(nearest - x) <= 1e-6 * step ? .double(nearest) : nil
        case .int:
            guard let x = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else { return nil }
            return contains(.int(x)) ? .int(x) : nil
        case .discrete(let list):
            if list.contains(text) { return .text(text) }
            return Double(text).flatMap { x in list.first { Double($0) == x } }.map { .text($0) }
        case .categorical(let list): return list.contains(text) ? .text(text) : nil
        }
    }

    /// A discrete list's spellings by ascending number, so that neighbours on the unit interval are neighbours in value.
    private var ascending: [String] {
        guard case .discrete(let list) = self else { return [] }
        return list.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) }
    }

    private func cell(_ u: Double) -> Int {
        let count = self.count ?? 1
        return min(Int(u * Double(count)), count - 1)
    }

    private func middle(_ index: Int) -> Double { (Double(index) + 0.5) / Double(count ?? 1) }

    var grid: Grid? {
        switch self {
        case .double(let range, let step?, _): Grid(first: range.lowerBound, last: range.upperBound, step: step)
        case .double(let range, nil, _):
            range.lowerBound == range.upperBound ? Grid(first: range.lowerBound, last: range.upperBound, step: 1) : nil
        case .int(let range, let step, _):
            Grid(first: Double(range.lowerBound), last: Double(range.upperBound), step: Double(step))
        case .discrete, .categorical: nil
        }
    }

    private var law: Law {
        switch self {
        case .double(let range, _, let distribution): Law(distribution, over: range, grid: grid)
        case .int(let range, _, let distribution):
            Law(distribution, over: Double(range.lowerBound)...Double(range.upperBound), grid: grid)
        case .discrete, .categorical: Law(.uniform, over: 0...1, grid: nil)
        }
    }
}

/// The numbers `first, first + step, …` up to `last`.
struct Grid {
    let first: Double
    let step: Double
    let count: Int
    private let last: Double
    /// Powers of ten that make `first` and `step` whole, so that 0.1 · 3 is 0.3 and not 0.30000000000000004.
    private let scale: Double

    init(first: Double, last: Double, step: Double) {
        self.first = first
        self.last = last
        self.step = step
        // Decimals are not exact, nor is their quotient: (1 − 0) / 0.1 is 9.999….
        let steps = (last - first) / step
        let error = 4 * (max(first.magnitude, last.magnitude).ulp / step + steps.ulp)
        count = Int((steps + min(error, 0.01)).rounded(.down)) + 1
        scale = Grid.pow10(max(Grid.decimals(first), Grid.decimals(step)))
    }

    func value(_ index: Int) -> Double {
        let way = Double(index) * step
        let raw = first + way
        let snapped = (raw * scale).rounded() / scale
        let error = 16 * max(first.magnitude, way.magnitude).ulp
        // Adding 0 makes −0 of −0.3 + 3 · 0.1 plain.
        return min(abs(snapped - raw) <= error ? snapped + 0 : raw, last)
    }

    func index(nearest x: Double) -> Int { min(max(Int(((x - first) / step).rounded()), 0), count - 1) }
    func value(nearest x: Double) -> Double { value(index(nearest: x)) }

    /// Half a step either side of the grid value nearest `x`.
    func cell(around x: Double) -> ClosedRange<Double> {
        let centre = first + Double(index(nearest: x)) * step
        return (centre - step / 2)...(centre + step / 2)
    }

    private static func pow10(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { power, _ in power * 10 } }

    private static func decimals(_ x: Double) -> Int {
        var scale = 1.0
        for digits in 0...22 {  // the powers of ten that are exact
            if (x * scale).rounded() / scale == x { return digits }
            scale *= 10
        }
        return 15
    }
}
