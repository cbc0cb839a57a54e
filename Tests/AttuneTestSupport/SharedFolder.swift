import Foundation
import Testing

/// Files that are too large for the project, which lie beside it, or where `ATTUNE_BENCH_DATA` says for `data`.
public enum SharedFolder: String, Sendable {
    /// Tables, surrogates and images.
    case data
    /// What a real API server answered, byte for byte.
    case kubernetes

    public var missing: Comment {
        self == .data
            ? "there is no ../shared/data, and ATTUNE_BENCH_DATA names no folder" : "there is no ../shared/\(rawValue)"
    }

    public var exists: Bool { url != nil }

    public func file(_ path: String) throws -> URL { try #require(url).appending(path: path) }

    public var url: URL? {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = repository.deletingLastPathComponent().appending(
            path: "shared/\(rawValue)", directoryHint: .isDirectory)
        let named = self == .data ? ProcessInfo.processInfo.environment["ATTUNE_BENCH_DATA"] : nil
        return [beside, named.map { URL(filePath: $0) }].compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0.path)
        }
    }
}
