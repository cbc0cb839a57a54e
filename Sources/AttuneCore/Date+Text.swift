import Foundation

extension Date {
    /// RFC 3339 in UTC, to the millisecond.
    public var rfc3339: String {
        formatted(.iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
    }
}
