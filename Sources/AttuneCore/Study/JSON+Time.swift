import Foundation

/// Times as events keep them: seconds since 1970, with seven digits behind the point where they are not whole.
///
/// Seven tell apart any two `Date`s from 2018 to 2035, which lie 2⁻²³ s apart. To add the 31 years between 1970 and the
/// epoch of `Date` as a `Double` would round, and of two close values another could be the latest after a restart.
extension JSON {
    static func time(_ time: Date) -> JSON {
        let whole = time.timeIntervalSinceReferenceDate.rounded(.down)
        let digits = ((time.timeIntervalSinceReferenceDate - whole) * 1e7).rounded()
        let seconds = whole + Date.timeIntervalBetween1970AndReferenceDate + (digits == 1e7 ? 1 : 0)
        guard (0..<1e15).contains(seconds) else { return .number(time.timeIntervalSince1970) }
        guard (1..<1e7).contains(digits) else { return .number(Int(seconds)) }
        return .number("\(Int(seconds)).\(String(Int(digits) + 10_000_000).dropFirst())")
    }

    var time: Date? {
        guard case .number(let text) = self else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1)
        guard !text.hasPrefix("-"), let seconds = Int(parts[0]),
            let fraction = Double("0.\(parts.dropFirst().first ?? "0")")
        else { return double.map { Date(timeIntervalSince1970: $0) } }
        return Date(
            timeIntervalSinceReferenceDate: Double(seconds) - Date.timeIntervalBetween1970AndReferenceDate + fraction)
    }
}
