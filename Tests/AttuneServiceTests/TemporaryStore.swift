import AttuneCore
import AttuneStore
import Foundation

/// A store for one test, removed when the test lets go of it.
final class TemporaryStore: Sendable {
    let store: SQLiteStore
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("attune-\(UUID().uuidString)")
        store = try SQLiteStore(at: directory.appendingPathComponent("attune.sqlite").path)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }
}
