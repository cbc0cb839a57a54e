import Foundation

extension Double {
    /// The number to so many significant digits, trailing zeros kept; a dash for what is not finite.
    ///
    /// Very small and very large ones as `1.23e-5`.
    func rounded(toDigits digits: Int) -> String {
        guard isFinite else { return "–" }
        guard self != 0 else { return "0" }
        let scientific = String(format: "%.\(digits - 1)e", self)
        let parts = scientific.split(separator: "e")
        guard let exponent = Int(parts[1]), exponent < -3 || exponent > 5 else {
            return fixed(decimals: Swift.max(0, digits - 1 - (Int(parts[1]) ?? 0)))
        }
        return "\(parts[0])e\(exponent)"
    }

    /// The number with so many decimals, never as minus zero.
    func fixed(decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", self)
        return text.first == "-" && text.allSatisfy("-0.".contains) ? String(text.dropFirst()) : text
    }

    /// At most six significant digits, without trailing zeros.
    var plain: String { String(format: "%.6g", self) }

    /// A probability as a test reports it.
    var probabilityText: String {
        isNaN ? "–" : self < 0.001 ? "<0.001" : fixed(decimals: 3)
    }

    /// A span of seconds in the unit that suits it: `3.1 ms`, `12.0 s`, `2.50 h`.
    var secondsText: String {
        guard isFinite else { return "–" }
        for (unit, size) in [("h", 3600.0), ("min", 60), ("s", 1), ("ms", 1e-3)] where self >= size * (size > 1 ? 2 : 1)
        {
            return "\((self / size).rounded(toDigits: 3)) \(unit)"
        }
        return "\((self * 1e6).rounded(toDigits: 3)) µs"
    }
}

/// Tenths of a pixel, without a needless zero.
func coordinateText(_ coordinate: Double) -> String {
    let tenths = Int((coordinate * 10).rounded())
    let magnitude = abs(tenths)
    let whole = magnitude % 10 == 0 ? "\(magnitude / 10)" : "\(magnitude / 10).\(magnitude % 10)"
    return tenths < 0 ? "-" + whole : whole
}

/// A power of ten as axes show it: plain from 0.001 to 1000, else `10⁻⁵`.
func powerOfTenText(_ exponent: Int) -> String {
    guard exponent < -3 || exponent > 3 else {
        return exponent < 0
            ? "0." + String(repeating: "0", count: -exponent - 1) + "1" : "1" + String(repeating: "0", count: exponent)
    }
    let superscripts: [Character: Character] = [
        "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(exponent).compactMap { superscripts[$0] })
}
