import Foundation
import Testing

@testable import AttuneDigits

struct DigitsTests {
    @Test func `the file holds 1,797 digits of 64 grey levels from 0 to 1`() throws {
        let digits = try quickstartDigits()
        #expect(digits.count == 1797)
        #expect(digits.images.rows == 1797 && digits.images.columns == 64)
        #expect(digits.images.values.min() == 0 && digits.images.values.max() == 1)
        #expect(digits.labels.prefix(4) == [0, 1, 2, 3])
    }

    @Test func `the split keeps 450 digits for validation, a quarter of each class, and trains on the others`() throws {
        let digits = try quickstartDigits()
        let split = DigitsSplit(digits)
        #expect(split.training.count == 1347 && split.validation.count == 450)

        let held = Set(split.validationIndices)
        #expect(held.count == 450)
        let others = digits.labels.indices.filter { !held.contains($0) }
        #expect(split.training.images == digits.gathering(others).images)
        #expect(split.validation.images == digits.gathering(split.validationIndices).images)

        for label in 0..<Digits.classes {
            let all = Double(digits.labels.count { $0 == label })
            let validation = Double(split.validation.labels.count { $0 == label })
            #expect(abs(validation - all / 4) < 1)
        }
    }

    @Test(arguments: [
        ("header\n", "no digits after the header"),
        ("header\n1,2,3\n", "line 2: 64 pixels from 0 to 16 and a label from 0 to 9 expected"),
        ("header\n" + line(pixel: "17", label: "0"), "line 2: 64 pixels from 0 to 16 and a label from 0 to 9 expected"),
        ("header\n" + line(pixel: "1", label: "x"), "line 2: 64 pixels from 0 to 16 and a label from 0 to 9 expected"),
    ])
    func `a file that does not hold digits is refused with the line`(text: String, message: String) {
        let error = #expect(throws: DigitsError.self) { try Digits(csv: Data(text.utf8)) }
        #expect(error?.description == message)
    }

    private static func line(pixel: String, label: String) -> String {
        (Array(repeating: pixel, count: 64) + [label]).joined(separator: ",") + "\n"
    }
}
