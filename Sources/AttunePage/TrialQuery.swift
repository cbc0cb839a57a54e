import AttuneCore

/// Which trials a table shows, and in what order.
public struct TrialQuery: Sendable, Hashable {
    /// What a trial is sorted or filtered by.
    public enum Field: Sendable, Hashable {
        case number, value, state, start, duration
        /// How good it is: the front first, and then by the objective.
        case best
        case metric(String)
        case parameter(String)

        public init(_ text: String) {
            switch text {
            case "number": self = .number
            case "best": self = .best
            case "value": self = .value
            case "state": self = .state
            case "start": self = .start
            case "duration": self = .duration
            default: self = text.hasPrefix("parameter:") ? .parameter(String(text.dropFirst(10))) : .metric(text)
            }
        }

        /// Whether parameters and metrics must have been read.
        var needsTexts: Bool {
            switch self {
            case .number, .value, .state, .start, .duration: false
            // Of several objectives the others are in the metrics.
            case .best, .metric, .parameter: true
            }
        }
    }

    /// A comparison that a trial must pass, such as `parameter:rate<0.1`.
    public struct Filter: Sendable, Hashable {
        public enum Comparison: String, Sendable, Hashable, CaseIterable {
            case atMost = "<="
            case atLeast = ">="
            case isNot = "!="
            case less = "<"
            case more = ">"
            case equals = "="

            func holds(_ a: Double, _ b: Double) -> Bool {
                switch self {
                case .atMost: a <= b
                case .atLeast: a >= b
                case .isNot: a != b
                case .less: a < b
                case .more: a > b
                case .equals: a == b
                }
            }
        }

        public let field: Field
        public let comparison: Comparison
        /// What it is compared with; of several, with `|` between, any one.
        public let texts: [String]

        /// - Throws: `AttuneError` where there is no comparison in it.
        public init(_ text: String) throws(AttuneError) {
            guard let match = text.firstMatch(of: /^(.+?)(<=|>=|!=|<|>|=)(.*)$/),
                let comparison = Comparison(rawValue: String(match.2))
            else { throw AttuneError("filter: found \"\(text)\"; write a comparison, such as parameter:rate<0.1") }
            field = Field(String(match.1))
            self.comparison = comparison
            let text = String(match.3)
            let isList = comparison == .equals || comparison == .isNot
            texts = isList ? text.split(separator: "|", omittingEmptySubsequences: false).map(String.init) : [text]
        }
    }

    public var sort = Field.number
    public var isDescending = false
    /// Nil for all.
    public var states: Set<TrialState>?
    public var filters: [Filter] = []

    public init() {}

    /// - Parameters:
    ///   - sort: a field's name, after a `-` for descending.
    ///   - states: names of conditions; empty for all.
    ///   - filters: comparisons.
    public init(sort: String, states: [String], filters: [String]) throws(AttuneError) {
        isDescending = sort.hasPrefix("-")
        self.sort = Field(isDescending ? String(sort.dropFirst()) : sort)
        if !states.isEmpty {
            var chosen: Set<TrialState> = []
            for name in states {
                guard let state = TrialState(name: name) else {
                    throw AttuneError("states: found \"\(name)\"; must be one of \(TrialState.allNames)")
                }
                chosen.insert(state)
            }
            self.states = chosen
        }
        for filter in filters { self.filters.append(try Filter(filter)) }
    }

    public var needsTexts: Bool { sort.needsTexts || filters.contains { $0.field.needsTexts } }
}

extension TrialState {
    fileprivate static var allNames: String { allCases.map(\.name).joined(separator: ", ") }
}

extension ExperimentView {
    /// The places of the trials that the query finds, in its order; what has no value of the field comes last.
    ///
    /// - Parameter matches: whether a trial may be among them, for what only its texts tell.
    /// - Throws: `AttuneError` where a field is none of the experiment's, or a value none of the parameter's.
    public func trials(
        for query: TrialQuery, among matches: Set<Trial.Number>? = nil
    ) throws(AttuneError) -> [Int] {
        var found: [Int] = Array(states.indices)
        if let matches { found = found.filter { matches.contains($0 + 1) } }
        if let wanted = query.states { found = found.filter { wanted.contains(states[$0]) } }
        for filter in query.filters {
            let column = try column(of: filter.field)
            var bounds: [Double] = []
            for text in filter.texts { bounds.append(try number(text, of: filter.field)) }
            let isMet = { (value: Double) in
                filter.comparison == .isNot
                    ? !bounds.contains(value) : bounds.contains { filter.comparison.holds(value, $0) }
            }
            found = found.filter { !column[$0].isNaN && isMet(column[$0]) }
        }
        if query.sort == .number { return query.isDescending ? found.reversed() : found }
        let keys = try column(of: query.sort)
        let known = found.filter { !keys[$0].isNaN }
        let sorted = known.sorted { a, b in
            keys[a] == keys[b] ? a < b : query.isDescending ? keys[a] > keys[b] : keys[a] < keys[b]
        }
        return sorted + found.filter { keys[$0].isNaN }
    }

    private func column(of field: TrialQuery.Field) throws(AttuneError) -> [Double] {
        switch field {
        case .number: return states.indices.map { Double($0 + 1) }
        case .value: return values
        case .best: return goodness
        case .state: return states.map { Double($0.rawValue) }
        case .start: return starts
        case .duration: return zip(starts, ends).map { $1 - $0 }
        case .parameter(let name):
            guard let column = parameter(name) else { throw AttuneError("there is no parameter \(name)") }
            return column.values
        case .metric(let name):
            guard let column = metrics[name] else { throw AttuneError("there is no metric \(name)") }
            return column.latest
        }
    }

    /// By trial its place among all, 0 for the best; NaN where it has no value.
    private var goodness: [Double] {
        let front = objective.hasSeveralTargets ? Set(front().members) : []
        let usable = states.indices.filter { !values[$0].isNaN }
        let order = usable.sorted { a, b in
            if front.contains(a) != front.contains(b) { return front.contains(a) }
            // One that was stopped or breaks a constraint is never best.
            if standings[a].isNaN != standings[b].isNaN { return standings[b].isNaN }
            return values[a] == values[b] ? a < b : objective.prefers(values[a], to: values[b])
        }
        var places = [Double](repeating: .nan, count: count)
        for (place, index) in order.enumerated() { places[index] = Double(place) }
        return places
    }

    private func number(_ text: String, of field: TrialQuery.Field) throws(AttuneError) -> Double {
        let number: Double? =
            switch field {
            case .state: TrialState(name: text).map { Double($0.rawValue) }
            case .parameter(let name):
                experiment.space.parameters.first { $0.name == name }.flatMap {
                    ParameterAxis($0).number(reading: text)
                }
            case .number, .value, .start, .duration, .best, .metric: Double(text)
            }
        guard let number else { throw AttuneError("filter: \"\(text)\" is no value of its field") }
        return number
    }
}
