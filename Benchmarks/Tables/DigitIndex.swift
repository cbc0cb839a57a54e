import AttuneCore

/// Several small indices written as the digits of one number, leading zeros and all: 0 1 2 as `012`.
enum DigitIndex {
    /// The last `count` decimal digits; nil when the number is not whole, is negative or has more.
    static func digits(_ number: Double, count: Int) -> [Int]? {
        guard count <= 15, let whole = Int(exactly: number), whole >= 0 else { return nil }
        var rest = whole
        var digits = [Int](repeating: 0, count: count)
        for position in digits.indices.reversed() {
            digits[position] = rest % 10
            rest /= 10
        }
        return rest == 0 ? digits : nil
    }
}

extension CSVTable {
    /// What is wrong in a row.
    func problem(_ row: Int, _ message: String) -> AttuneError { file.problem(line: line(ofRow: row), message) }
}

extension SearchSpace {
    /// A space described by a file.
    init(checked parameters: [ParameterSpec], of file: DataFile) throws(AttuneError) {
        do { try self.init(parameters) } catch { throw file.problem("describes no search space: \(error)") }
    }
}
