/// The quantile of ascending numbers by linear interpolation (Hyndman & Fan 1996, type 7); not a number for none.
///
/// Infinite numbers, which stand for the worst, may be among them.
func quantile(_ probability: Double, ofSorted numbers: [Double]) -> Double {
    guard let last = numbers.indices.last else { return .nan }
    let place = probability * Double(last)
    let below = Int(place)
    let part = place - Double(below)
    guard part > 0, numbers[below] != numbers[below + 1] else { return numbers[below] }
    return numbers[below + 1].isInfinite
        ? numbers[below + 1] : numbers[below] + part * (numbers[below + 1] - numbers[below])
}
