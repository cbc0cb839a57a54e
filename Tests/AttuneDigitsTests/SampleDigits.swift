import Foundation

@testable import AttuneDigits

/// The digits of the quickstart.
func quickstartDigits() throws -> Digits {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    return try Digits(csv: root.appending(path: "experiments/quickstart/digits.csv"))
}

/// The first `count` digits, the validation part a quarter of them.
func fewDigits(_ count: Int) throws -> DigitsSplit {
    try DigitsSplit(quickstartDigits().gathering(0..<count))
}
