/// Reads decimal numbers from bytes, an order of magnitude faster than by way of strings.
enum DecimalNumber {
    /// The number that is all of `bytes`, correctly rounded; nil when it is none. `nan` and `inf` are numbers.
    static func read(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        readShort(bytes) ?? Double(String(decoding: bytes, as: UTF8.self))
    }

    /// Numbers whose digits and power of ten are both doubles without rounding, so that one multiplication or division
    /// rounds once (Clinger 1990, "How to read floating point numbers accurately"). Nil for any other.
    private static func readShort(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        var index = bytes.startIndex
        let end = bytes.endIndex
        let base = bytes.base
        let isNegative = index < end && base[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var digits: UInt64 = 0
        var count = 0
        var power = 0
        var isFraction = false
        while index < end {
            let byte = base[index]
            if byte &- 0x30 < 10 {
                digits = digits &* 10 &+ UInt64(byte &- 0x30)
                count += 1
                if isFraction { power -= 1 }
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            index += 1
        }
        guard count > 0, count <= 18, digits < 1 << 53 else { return nil }
        if index < end {
            guard let exponent = exponent(base, from: index, to: end) else { return nil }
            power += exponent
        }
        guard power.magnitude < powersOfTen.count else { return nil }
        let magnitude = power < 0 ? Double(digits) / powersOfTen[-power] : Double(digits) * powersOfTen[power]
        return isNegative ? -magnitude : magnitude
    }

    /// The integer after `e`, of at most three digits.
    private static func exponent(_ base: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard base[start] | 0x20 == UInt8(ascii: "e"), start + 1 < end else { return nil }
        var index = start + 1
        let isNegative = base[index] == UInt8(ascii: "-")
        if isNegative || base[index] == UInt8(ascii: "+") { index += 1 }
        guard (1...3).contains(end - index) else { return nil }
        var value = 0
        for position in index..<end {
            let digit = base[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return isNegative ? -value : value
    }

    /// The powers of ten that are doubles without rounding.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}
