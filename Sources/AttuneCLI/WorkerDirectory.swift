import AttuneCore
import AttuneProcess
import AttuneProto
import Foundation
import SwiftProtobuf

/// Where workers keep what trials leave: `NAMESPACE/EXPERIMENT-TIME/NUMBER`, TIME being when the experiment was created,
/// so that no two experiments ever share a directory; and `workers/HOST/` for what the worker of a machine holds.
///
/// Workers of several machines may share it, which trials that go on from the checkpoints of others need.
struct WorkerDirectory: Sendable {
    let root: URL
    let host: String

    init(root: URL, host: String = ProcessInfo.processInfo.hostName) {
        self.root = root.absoluteURL
        self.host = host
    }

    /// `$ATTUNE_WORKER_DIR`, else one of the user's.
    static var usual: WorkerDirectory {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["ATTUNE_WORKER_DIR"], !path.isEmpty {
            return WorkerDirectory(root: URL(filePath: path))
        }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) }
        return WorkerDirectory(
            root: (home ?? FileManager.default.homeDirectoryForCurrentUser).appending(
                path: ".local/share/attune/worker"))
    }

    func trials(of experiment: Attune_V1_Experiment) -> TrialDirectories {
        let time = Int((experiment.created.date.timeIntervalSince1970 * 1_000).rounded())
        return TrialDirectories(
            root: root.appending(
                path: "\(experiment.namespace)/\(experiment.name)-\(time)", directoryHint: .isDirectory))
    }

    /// A trial that this machine's worker holds, in a file that is there from before it is started until the server has
    /// heard of its end.
    struct Held: Sendable, Hashable {
        let experiment: String
        let number: Trial.Number
        let attempt: Int
        /// Where the experiment's trials are.
        let trials: String
    }

    private var records: URL { root.appending(path: "workers/\(host)", directoryHint: .isDirectory) }

    private func file(_ held: Held) -> URL {
        let trials = URL(filePath: held.trials)
        let place = "\(trials.deletingLastPathComponent().lastPathComponent).\(trials.lastPathComponent)"
        return records.appending(path: "\(place)-\(held.number)-\(held.attempt).json")
    }

    func keep(_ held: Held) throws {
        let record: JSON = [
            "experiment": .string(held.experiment), "number": .number(held.number), "attempt": .number(held.attempt),
            "trials": .string(held.trials),
        ]
        try Data(record.description.utf8).write(to: file(held), options: .atomic)
    }

    func forget(_ held: Held) {
        try? FileManager.default.removeItem(at: file(held))
    }

    /// What an earlier worker here held.
    func held() throws -> [Held] {
        try FileManager.default.contentsOfDirectory(at: records, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
            .compactMap { url in
                guard let text = try? String(contentsOf: url, encoding: .utf8), let json = try? JSON(parsing: text),
                    let experiment = json["experiment"]?.string, let number = json["number"]?.int,
                    let attempt = json["attempt"]?.int, let trials = json["trials"]?.string
                else { return nil }
                return Held(experiment: experiment, number: number, attempt: attempt, trials: trials)
            }
    }

    /// Makes the directory, and keeps other workers of this machine out of it for as long as this process lives.
    ///
    /// - Throws: `AttuneError` where one is there already.
    func claim() throws {
        try FileManager.default.createDirectory(
            at: records, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = records.appending(path: "lock").path(percentEncoded: false)
        // Never closed: the lock goes with the process.
        let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw AttuneError("\(path) cannot be written; --directory names another place") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw AttuneError(
                "another worker of this machine works in \(root.path(percentEncoded: false)); "
                    + "--directory gives this one a place of its own")
        }
    }
}
