extension Duration {
    /// Reads `90s`, `5m`, `1h30m`, `1.5h`, `250ms` as Go and Kubernetes do, or a plain number of seconds.
    init?(reading text: String) {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var sum = Duration.zero
        while !rest.isEmpty {
            guard let amount = Duration.takeAmount(from: &rest) else { return nil }
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let part = amount.times(unit: unit, isOnly: rest.isEmpty && sum == .zero) else { return nil }
            sum += part
        }
        self = isNegative ? .zero - sum : sum
    }

    /// As many seconds as the digits at the start of `text` say; at most twelve before the point and eighteen after it.
    private static func takeAmount(from text: inout Substring) -> Duration? {
        let whole = text.prefix { $0.isASCII && $0.isNumber }
        text = text.dropFirst(whole.count)
        var fraction: Substring = ""
        if text.first == "." {
            fraction = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
            text = text.dropFirst(fraction.count + 1)
        }
        guard whole.count + fraction.count > 0, whole.count <= 12, fraction.count <= 18 else { return nil }
        let digits = fraction + String(repeating: "0", count: 18 - fraction.count)
        return Duration(secondsComponent: Int64(whole) ?? 0, attosecondsComponent: Int64(digits) ?? 0)
    }

    private func times(unit: Substring, isOnly: Bool) -> Duration? {
        switch unit {
        case "": isOnly ? self : nil
        case "h": self * 3600
        case "m": self * 60
        case "s": self
        case "ms": self / 1000
        case "us", "µs", "μs": self / 1_000_000
        case "ns": self / 1_000_000_000
        default: nil
        }
    }

    /// Seconds, as short as is exact: `90s`, `0.25s`.
    var text: String {
        let (seconds, attoseconds) = components
        let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
        let digits = String(attoseconds.magnitude)
        let padded = String(repeating: "0", count: 18 - digits.count) + digits
        let fraction = padded.reversed().drop { $0 == "0" }.reversed()
        return sign + String(seconds.magnitude) + (fraction.isEmpty ? "" : "." + String(fraction)) + "s"
    }
}
