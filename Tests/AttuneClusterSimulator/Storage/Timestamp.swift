import Foundation

/// Times as the API writes them, without a formatter's cost.
enum Timestamp {
    /// `2026-11-21T00:16:01Z`
    static func seconds(_ date: Date) -> String { text(Int(date.timeIntervalSince1970.rounded(.down))) + "Z" }

    /// `2026-11-21T00:17:56.719288618Z`, as in logs.
    static func nanoseconds(_ date: Date) -> String { text(date, digits: 9) }

    /// `2026-11-21T00:17:56.719288Z`, as in leases.
    static func microseconds(_ date: Date) -> String { text(date, digits: 6) }

    static func date(_ text: String) -> Date? {
        let parts = text.split(whereSeparator: { "-T:Z".contains($0) })
        guard parts.count == 6, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            let hour = Int(parts[3]), let minute = Int(parts[4]), let second = Double(parts[5])
        else { return nil }
        let whole = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60
        return Date(timeIntervalSince1970: Double(whole) + second)
    }

    private static func text(_ date: Date, digits: Int) -> String {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let unit = (0..<digits).reduce(1) { unit, _ in unit * 10 }
        let fraction = min(unit - 1, Int((date.timeIntervalSince1970 - seconds) * Double(unit)))
        return text(Int(seconds)) + "." + padded(fraction, digits) + "Z"
    }

    private static func text(_ seconds: Int) -> String {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        let (year, month, date) = civil(day)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T"
            + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The proleptic Gregorian date of a day since 1970, by years that begin in March.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
