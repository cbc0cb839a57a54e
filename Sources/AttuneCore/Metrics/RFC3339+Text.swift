import Foundation

extension RFC3339 {
    /// A time in UTC to the nanosecond: `2026-06-22T08:15:00.250000000Z`. Read again it is the same `Date`.
    ///
    /// Times outside the years 0 to 9999, which the format lacks, become the first or the last of those.
    public static func text(_ time: Date) -> String {
        let (seconds, nanoseconds) = parts(of: time)
        let day = Int((Double(seconds) / 86_400).rounded(.down))
        let second = seconds - day * 86_400
        let date = civilDate(daysSinceEpoch: day)
        let digits = [
            (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"), (second / 3600, 2, ":"),
            (second / 60 % 60, 2, ":"), (second % 60, 2, "."), (nanoseconds, 9, "Z"),
        ]
        return digits.map { number, width, end in padded(number, width) + end }.joined()
    }

    /// Whole seconds since 1970, and nanoseconds after them.
    private static func parts(of time: Date) -> (Int, Int) {
        let first = -62_167_219_200
        let last = 253_402_300_799
        // Not as seconds since 1970: adding the years to the epoch of `Date` would round.
        let interval = time.timeIntervalSinceReferenceDate
        guard interval.isFinite else { return (interval > 0 ? last : first, 0) }
        let whole = interval.rounded(.down)
        let nanoseconds = Int(((interval - whole) * 1e9).rounded())
        let epoch = Date.timeIntervalBetween1970AndReferenceDate
        guard whole + epoch >= Double(first) else { return (first, 0) }
        guard whole + epoch < Double(last) else { return (last, 0) }
        let seconds = Int(whole) + Int(epoch)
        return nanoseconds == 1_000_000_000 ? (seconds + 1, 0) : (seconds, nanoseconds)
    }

    /// Counts years from March, so that the leap day is the last of its year.
    private static func civilDate(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        // Days since 1 March of the year -400, so that nothing is negative; 400 years have 146,097 days.
        let days = daysSinceEpoch + 719_468 + 146_097
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = (era - 1) * 400 + yearOfEra + (month < 3 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
