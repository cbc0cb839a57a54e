import Foundation

/// The directory of one attempt at a trial: all there is to know about it, for this process and any later one.
///
/// A supervisor process runs the program and writes the records; it outlives this process. Any number of
/// `AttemptDirectory` values, in any number of processes, may follow the same attempt. Files: see main.c.
public struct AttemptDirectory: Sendable, Hashable {
    /// Absolute.
    public let path: String

    public init(_ url: URL) {
        path = url.absoluteURL.standardizedFileURL.path(percentEncoded: false)
    }

    /// The program's standard output and error, in order.
    public var output: URL { URL(filePath: file("output.log")) }

    /// Where the attempt stands now.
    ///
    /// - Complexity: a few system calls; never waits.
    public func state() throws -> AttemptState {
        if let end = try end() { return .ended(end) }
        let start = try start()
        if try supervisor() != nil { return start.map(AttemptState.running) ?? .starting }
        // It may have written its last record since we looked; now that it is gone there will be no other.
        if let end = try end() { return .ended(end) }
        return start.map(AttemptState.lost) ?? .absent
    }

    /// Makes the directory, private to the user as the environment may hold secrets, and writes `spec`, whole or
    /// not at all.
    func write(_ spec: ProcessSpec) throws {
        let bytes = try spec.encoded()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try bytes.write(to: URL(filePath: file("spec")), options: .atomic)
    }

    /// Makes the file `stop`, unless it is there.
    func writeStop() throws {
        do {
            _ = try RegularFile.open(file("stop"), O_WRONLY | O_CREAT)
        } catch AttemptError.malformedRecord {
            // A supervisor heeds whatever has that name.
        }
    }

    func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

    private func start() throws -> AttemptStart? { try record("started", AttemptStart.init(record:)) }

    private func end() throws -> AttemptEnd? { try record("exit", AttemptEnd.init(record:)) }

    /// Reads a record, nil where there is none. Records appear whole and never change.
    private func record<Record>(_ name: String, _ parse: (String) -> Record?) throws -> Record? {
        // The longest that a supervisor writes (record.c).
        guard let bytes = try RegularFile.end(of: file(name), limit: 4096) else { return nil }
        guard let record = parse(String(decoding: bytes, as: UTF8.self)) else {
            throw AttemptError.malformedRecord(path: file(name))
        }
        return record
    }
}
