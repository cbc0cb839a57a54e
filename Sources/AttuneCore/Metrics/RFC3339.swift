import Foundation

/// Reads RFC 3339 times, such as `2026-06-22T08:15:00.25+02:00`.
///
/// Foundation's parsers take a microsecond or more a line; this takes a few nanoseconds to say no.
public enum RFC3339 {
    /// The time that `bytes` is, all of it; nil if it is anything else.
    static func date(_ bytes: Bytes) -> Date? {
        guard bytes.count >= 20, bytes[10].lowercased == UInt8(ascii: "t"),
            let day = day(bytes), let second = secondOfDay(bytes)
        else { return nil }
        var cursor = ByteCursor(bytes, at: 19)
        guard let fraction = fraction(&cursor), let offset = offset(&cursor), cursor.isAtEnd else { return nil }
        // Seconds since 1970 would lose a bit of the fraction, which `Date` keeps.
        let seconds = day * 86_400 + second - offset - Int(Date.timeIntervalBetween1970AndReferenceDate)
        return Date(timeIntervalSinceReferenceDate: Double(seconds) + fraction)
    }

    /// The time that `text` is, all of it; nil if it is anything else.
    public static func date(_ text: String) -> Date? { text.withBytes { date($0) } }

    /// The time a line begins with, if its first word is one.
    static func prefix(of line: Bytes) -> Date? {
        guard line.count >= 20, line[4] == UInt8(ascii: "-"), line[10].lowercased == UInt8(ascii: "t") else {
            return nil
        }
        var cursor = ByteCursor(line)
        return date(line.part(cursor.take { !$0.isSpace }))
    }

    /// Days since 1970-01-01.
    private static func day(_ bytes: Bytes) -> Int? {
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes, 0, 4), let month = number(bytes, 5, 2), let day = number(bytes, 8, 2),
            1...12 ~= month, day >= 1, day <= length(ofMonth: month, year: year)
        else { return nil }
        return daysSinceEpoch(year: year, month: month, day: day)
    }

    /// The second 60 of a leap second is the first of the next minute.
    private static func secondOfDay(_ bytes: Bytes) -> Int? {
        guard bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = number(bytes, 11, 2), let minute = number(bytes, 14, 2), let second = number(bytes, 17, 2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private static func fraction(_ cursor: inout ByteCursor) -> Double? {
        guard cursor.take(UInt8(ascii: ".")) else { return 0 }
        let digits = cursor.take { $0.isDigit }
        return digits.isEmpty ? nil : Double("0." + cursor.text(digits))
    }

    /// Seconds east of UTC.
    private static func offset(_ cursor: inout ByteCursor) -> Int? {
        guard let sign = cursor.byte else { return nil }
        cursor.position += 1
        if sign.lowercased == UInt8(ascii: "z") { return 0 }
        let start = cursor.position
        guard sign.isSign, start + 5 <= cursor.bytes.count, cursor.bytes[start + 2] == UInt8(ascii: ":"),
            let hours = number(cursor.bytes, start, 2), let minutes = number(cursor.bytes, start + 3, 2),
            hours < 24, minutes < 60
        else { return nil }
        cursor.position += 5
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
    }

    private static func number(_ bytes: Bytes, _ start: Int, _ count: Int) -> Int? {
        var result = 0
        for index in start..<start + count {
            guard bytes[index].isDigit else { return nil }
            result = result * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return result
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Counts years from March, so that the leap day is the last of its year.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        // 400 years of 146,097 days are added and taken off, so that no negative year is divided.
        let marchYear = (month > 2 ? year : year - 1) + 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        return marchYear * 365 + leapDays + dayOfYear - 719_468 - 146_097
    }
}
