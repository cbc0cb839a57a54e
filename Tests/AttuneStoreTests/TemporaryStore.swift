import AttuneCore
import AttuneStore
import AttuneTestSupport
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
        try SQLiteStore(at: path, coding: .samples, process: process, clock: clock)
    }
}

extension ExperimentCoding {
    /// Writes a sample experiment as its name, from which the sample can be made again.
    static let samples = ExperimentCoding(
        encode: { ["name": .string($0.name)] },
        decode: { json in
            guard let name = json["name"]?.string else { throw AttuneError("no sample experiment: \(json)") }
            return Samples.experiment(named: name)
        })
}
