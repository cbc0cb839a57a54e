import Foundation

extension Double {
    /// For a table that people read: so many places after the point.
    func rounded(toPlaces places: Int) -> String { String(format: "%.\(places)f", self) }

    /// For a table that people read: three significant digits.
    var short: String { isFinite ? String(format: "%.3g", self) : isNaN ? "–" : self > 0 ? "∞" : "−∞" }
}
