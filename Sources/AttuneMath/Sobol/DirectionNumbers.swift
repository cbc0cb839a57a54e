extension JoeKuoTable {
    /// The direction numbers of the first dimensions, `[dimensions · count]`, each with its first binary digit on top.
    ///
    /// - Parameter count: how many for each dimension, at most 64.
    static func directions(dimensions: Int, count: Int) -> [UInt64] {
        var directions = (0..<count).map { UInt64(1) << (63 - $0) }  // the first dimension counts backwards
        directions.reserveCapacity(dimensions * count)
        text.withUTF8Buffer { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: dimensions - 1).prefix(dimensions - 1) {
                let numbers = line.split(separator: UInt8(ascii: " ")).map(decimal)
                directions += extended(numbers.dropFirst(), polynomial: numbers[0], count: count)
            }
        }
        return directions
    }

    /// Direction numbers from the first few, by the recurrence of the primitive polynomial (Joe & Kuo 2008, eq. 2).
    private static func extended(_ initial: ArraySlice<UInt64>, polynomial: UInt64, count: Int) -> [UInt64] {
        let degree = initial.count
        var numbers = zip(initial.prefix(count), 0...).map { $0 << (63 - $1) }
        for i in numbers.count..<count {
            var number = numbers[i - degree] ^ numbers[i - degree] >> degree
            for k in 1..<max(degree, 1) where polynomial >> (degree - 1 - k) & 1 == 1 { number ^= numbers[i - k] }
            numbers.append(number)
        }
        return numbers
    }

    private static func decimal(_ digits: some Sequence<UInt8>) -> UInt64 {
        digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }
}
