/// Whole numbers in JSON as people and most programs write them: `3`, where protobuf's values have doubles only and say
/// `3.0`, which many a language then takes for no integer.
enum IntegralNumbers {
    /// - Parameter json: well formed.
    /// - Complexity: O(bytes).
    static func shortened(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var isInString = false
        var index = 0
        while index < json.count {
            let byte = json[index]
            if isInString {
                if byte == UInt8(ascii: "\\"), index + 1 < json.count {
                    result.append(byte)
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "."), isWhole(json, pointAt: index) {
                index += 2
                continue
            }
            result.append(json[index])
            index += 1
        }
        return result
    }

    /// Whether the fraction that begins there is a single zero, and the number's end.
    private static func isWhole(_ json: [UInt8], pointAt index: Int) -> Bool {
        guard index + 1 < json.count, json[index + 1] == UInt8(ascii: "0") else { return false }
        guard index + 2 < json.count else { return true }
        switch json[index + 2] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "), UInt8(ascii: "\n"): return true
        default: return false
        }
    }
}
