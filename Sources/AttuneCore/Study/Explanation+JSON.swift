extension Explanation {
    /// The explanation as events, exports and the protocol of `attune optimize` have it: only what is known, and of
    /// numbers only finite ones.
    public var json: JSON {
        var fields: JSON.Fields = ["method": .string(method)]
        fields["mean"] = mean.finite
        fields["deviation"] = deviation.finite
        fields["acquisition"] = acquisition.map { .string($0) }
        fields["score"] = score.finite
        fields["exploration"] = exploration.finite
        return .object(fields)
    }

    /// Reads what `json` wrote; nil where no method is named.
    public init?(json: JSON) {
        guard let method = json["method"]?.string else { return nil }
        self.init(
            method, mean: json["mean"]?.double, deviation: json["deviation"]?.double,
            acquisition: json["acquisition"]?.string, score: json["score"]?.double,
            exploration: json["exploration"]?.double)
    }
}

extension Double? {
    fileprivate var finite: JSON? { flatMap { $0.isFinite ? .number($0) : nil } }
}
