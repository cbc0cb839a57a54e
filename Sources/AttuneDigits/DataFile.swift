import Foundation

/// Where the digits are.
struct DataFile {
    let path: String

    /// The file named by the option, or else by `ATTUNE_DIGITS`, or else the first of the usual places that exists.
    ///
    /// - Throws: `DataFileError` where there is none.
    init(option: String?, environment: [String: String]) throws {
        let usual = ["experiments/quickstart/digits.csv", "digits.csv"]
        let found = usual.first { FileManager.default.fileExists(atPath: $0) }
        guard let path = option ?? environment["ATTUNE_DIGITS"] ?? found else {
            throw DataFileError(reason: "no digits.csv here; name one with --data or ATTUNE_DIGITS")
        }
        self.path = path
    }

    /// - Throws: `DataFileError`, naming the file.
    func read() throws -> Digits {
        do {
            return try Digits(csv: URL(filePath: path))
        } catch let error as DigitsError {
            throw DataFileError(reason: "\(path): \(error)")
        } catch {
            throw DataFileError(reason: "\(path): no such file, or not readable")
        }
    }
}

/// Why the digits could not be read, in a sentence.
struct DataFileError: Error {
    let reason: String
}
