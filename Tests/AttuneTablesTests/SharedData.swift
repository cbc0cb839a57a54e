import AttuneTables
import Foundation
import Testing

/// The real tables and surrogates, which lie beside the repository or where `ATTUNE_BENCH_DATA` says.
enum SharedData {
    static let missing: Comment = "there is no ../shared/data, and ATTUNE_BENCH_DATA names no folder"

    static var exists: Bool { url != nil }

    static func folder() throws -> DataFolder { DataFolder(try #require(url)) }

    private static var url: URL? {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = root.deletingLastPathComponent().appending(path: "shared/data", directoryHint: .isDirectory)
        let named = ProcessInfo.processInfo.environment["ATTUNE_BENCH_DATA"].map { URL(filePath: $0) }
        return [beside, named].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
