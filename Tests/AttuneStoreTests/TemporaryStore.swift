import AttuneCore
import AttuneStore
import Foundation

/// A directory for one test's store, removed when the test lets go of it.
final class TemporaryStore: Sendable {
    let directory: URL
    var path: String { directory.appendingPathComponent("attune/store.sqlite").path }

    init() {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("attune-\(UUID().uuidString)")
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func open(as process: ProcessIdentity = .current(), clock: TunerClock = .system) throws -> SQLiteStore {
        try SQLiteStore(at: path, process: process, clock: clock)
    }
}
