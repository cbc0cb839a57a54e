/// Digits to train on, and others to measure on.
struct DigitsSplit: Sendable {
    let training: Digits
    let validation: Digits
    /// Where the validation digits stood among all digits, in increasing order.
    let validationIndices: [Int]

    /// The standard split: every fourth digit is for validation, counting digit class by digit class in file order.
    ///
    /// So each class gives a quarter of its examples, to within one, and the split never changes. Of the 1,797 digits
    /// it leaves 1,347 for training and 450 for validation.
    init(_ digits: Digits) {
        let byClass = (0..<Digits.classes).flatMap { label in
            digits.labels.indices.filter { digits.labels[$0] == label }
        }
        validationIndices = stride(from: 0, to: byClass.count, by: 4).map { byClass[$0] }.sorted()
        let held = Set(validationIndices)
        training = digits.gathering(digits.labels.indices.filter { !held.contains($0) })
        validation = digits.gathering(validationIndices)
    }
}
