import Foundation

extension AttemptEnd {
    /// Reads the record `exit` (record.h): a line with the time, then how it ended.
    init?(record: String) {
        guard let newline = record.firstIndex(of: "\n"), record.hasSuffix("\n"),
            let time = Date(field: record[..<newline]),
            let how = ProcessEnd(record: record[record.index(after: newline)...].dropLast())
        else { return nil }
        self.init(how: how, time: time)
    }
}

extension ProcessEnd {
    init?(record: Substring) {
        let words = record.split(separator: " ", maxSplits: 2).map(String.init)
        switch (words.first, words.count) {
        case ("timeout", 1): self = .timedOut
        case ("stopped", 1): self = .stopped
        case ("exited", 2):
            guard let code = Int32(words[1]) else { return nil }
            self = .exited(code)
        case ("signalled", 2):
            guard let number = Int32(words[1]) else { return nil }
            self = .signalled(number)
        case ("unstartable", 3):
            guard let code = Int32(words[1]) else { return nil }
            self = .unstartable(code: code, message: words[2])
        default: return nil
        }
    }
}

extension AttemptStart {
    /// Reads the record `started` (record.h): four lines of a name and a number.
    init?(record: String) {
        let lines = record.split(separator: "\n")
        guard lines.count == 4,
            let supervisor = pid_t(lines[0].value(of: "supervisor") ?? ""),
            let program = pid_t(lines[1].value(of: "program") ?? ""),
            let ticks = UInt64(lines[2].value(of: "ticks") ?? ""),
            let time = Date(field: lines[3])
        else { return nil }
        self.init(supervisor: supervisor, program: program, ticks: ticks, time: time)
    }
}

extension Date {
    /// `time SECONDS.NANOSECONDS`.
    fileprivate init?(field: Substring) {
        guard let seconds = Double(field.value(of: "time") ?? "") else { return nil }
        self.init(timeIntervalSince1970: seconds)
    }
}

extension Substring {
    /// What follows `name` and a space.
    fileprivate func value(of name: String) -> Substring? {
        hasPrefix(name + " ") ? dropFirst(name.count + 1) : nil
    }
}
