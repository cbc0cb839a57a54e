import AttuneCore
import Foundation
import Logging

/// One line for each event: JSON for collectors, or `key=value` for people.
public struct LogLine: LogHandler {
    public enum Format: String, Sendable, CaseIterable { case text, json }

    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let format: Format
    private let now: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a whole line with its end.
    public init(
        format: Format, level: Logger.Level = .info, now: @escaping @Sendable () -> Date = TunerClock.system.now,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.format = format
        logLevel = level
        self.now = now
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let time = now().formatted(
            .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: true))
        let own: [(String, Logger.MetadataValue)] = [
            ("time", .string(time)), ("level", .string(event.level.rawValue)),
            ("message", .string(event.message.description)),
        ]
        let more = metadata.merging(event.metadata ?? [:]) { _, given in given }
        let fields = own + more.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        write((format == .json ? LogLine.json(fields) : LogLine.text(fields)) + "\n")
    }

    private static func json(_ fields: [(String, Logger.MetadataValue)]) -> String {
        let members = fields.map { "\(JSON.string($0).description):\(json($1))" }
        return "{\(members.joined(separator: ","))}"
    }

    /// Numbers stay numbers.
    private static func json(_ value: Logger.MetadataValue) -> String {
        if case .stringConvertible(let number) = value, let number = number as? Double, number.isFinite {
            return "\(number)"
        }
        return JSON.string(value.description).description
    }

    private static func text(_ fields: [(String, Logger.MetadataValue)]) -> String {
        fields.map { name, value in
            let text = value.description
            return "\(name)=\(isPlain(text) ? text : JSON.string(text).description)"
        }.joined(separator: " ")
    }

    private static func isPlain(_ value: String) -> Bool {
        !value.isEmpty
            && value.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
                    && $0 != UInt8(ascii: "\\")
            }
    }
}
