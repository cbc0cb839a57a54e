/// Where a call stands in a trace that spans services, as the header `traceparent` carries it (W3C Trace Context).
public struct TraceContext: Sendable, Hashable {
    /// 32 hexadecimal digits: the same in all services that a request passes through.
    public let traceID: String
    /// 16 hexadecimal digits: this service's part.
    public let spanID: String
    /// Two hexadecimal digits; 01 asks everyone to record the trace.
    public let flags: String

    public static let header = "traceparent"

    /// Goes on with the caller's trace, or begins one where the caller has none, or none that is well-formed.
    ///
    /// Ids distinguish calls in logs; no decision depends on them.
    public init(parent: String?) {
        var random = SystemRandomNumberGenerator()
        self.init(parent: parent, random: &random)
    }

    init(parent: String?, random: inout some RandomNumberGenerator) {
        let given = parent.flatMap(TraceContext.parse)
        traceID = given?.traceID ?? (random.next() as UInt64).hexadecimal + (random.next() as UInt64 | 1).hexadecimal
        spanID = (random.next() as UInt64 | 1).hexadecimal
        flags = given?.flags ?? "00"
    }

    /// To be passed on.
    public var headerValue: String { "00-\(traceID)-\(spanID)-\(flags)" }

    private static func parse(_ text: String) -> (traceID: String, flags: String)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        // A later version may add parts; the first four stay what they are.
        guard parts.count >= 4, parts[0] != "00" || parts.count == 4, parts[0] != "ff",
            zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.utf8.count == $1 && $0.utf8.allSatisfy(isDigit) }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return (String(parts[1]), String(parts[3]))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension UInt64 {
    /// 16 digits.
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
