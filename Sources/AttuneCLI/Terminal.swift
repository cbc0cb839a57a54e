import Foundation
import Synchronization

/// Standard output and error, as text for people or for other programs.
enum Terminal {
    static var isInteractive: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    static var width: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
    }

    static func say(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Why something that was to go to standard output did not, in the system's words; nil where all of it did.
    static var loss: String? { firstLoss.withLock { $0 }.map { String(cString: strerror($0)).lowercased() } }
    private static let firstLoss = Mutex<Int32?>(nil)

    /// Writes all of it at once; a reader that went away is not our error. What else keeps standard output from being
    /// written is known when the command is over, so that nothing under way is ended for it.
    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                let error = errno
                if descriptor == STDOUT_FILENO, error != EPIPE { firstLoss.withLock { $0 = $0 ?? error } }
                return
            }
        }
    }
}

/// Columns of text, each as wide as its widest cell.
struct TextTable {
    var header: [String]
    var rows: [[String]]

    var text: String {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            row.indices.map { column in
                column == row.count - 1
                    ? row[column] : row[column].padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// Fields of a CSV line, quoted where they must be (RFC 4180).
func csvLine(_ fields: [String]) -> String {
    fields.map { field in
        field.contains { ",\"\n\r".contains($0) } ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",")
}
