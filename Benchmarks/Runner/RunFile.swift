import Foundation

/// A finished run on disk: a line with the hash of the settings it was made with, then its rows.
///
/// It is complete or absent, since it appears by a rename.
struct RunFile {
    let url: URL
    let settings: UInt64

    init(in folder: URL, problem: String, algorithm: String, seed: Int, settings: UInt64) {
        let name = [problem, algorithm].map(fileName).joined(separator: "--") + "--\(seed).csv"
        url = folder.appending(path: name, directoryHint: .notDirectory)
        self.settings = settings
    }

    private var heading: String { "# settings \(String(settings, radix: 16))\n\(ResultRow.header)\n" }

    func write(_ rows: [ResultRow]) throws {
        let text = rows.reduce(into: heading) { $0 += $1.line + "\n" }
        try Data(text.utf8).write(to: url, options: .atomic)
    }

    /// The lines of the rows; nil where there is no run of these settings.
    func lines() throws -> Substring? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        return text.hasPrefix(heading) ? text.dropFirst(heading.count) : nil
    }
}

/// The text with all but letters, digits, `.`, `_` and single dashes as the hexadecimal of its bytes after a `%`.
private func fileName(_ text: String) -> String {
    var name = ""
    for byte in text.utf8 {
        let scalar = UnicodeScalar(byte)
        let isPlain =
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            || scalar == "." || scalar == "_" || (scalar == "-" && name.last != "-")
        name += isPlain ? String(scalar) : "%" + String(byte, radix: 16)
    }
    return name
}
