import AttuneCore
import Foundation

/// Where the trials of one experiment keep their files: `ROOT/EXPERIMENT/NUMBER/`, with a directory per attempt and one
/// for checkpoints, which all attempts share.
public struct TrialDirectories: Sendable {
    public let root: URL

    /// - Parameters:
    ///   - root: the directory of all experiments.
    ///   - experiment: its name.
    public init(root: URL, experiment: Experiment.ID) {
        self.root = root.appending(path: experiment, directoryHint: .isDirectory)
    }

    public func trial(_ number: Trial.Number) -> URL {
        root.appending(path: String(number), directoryHint: .isDirectory)
    }

    public func attempt(_ attempt: Int, of number: Trial.Number) -> AttemptDirectory {
        AttemptDirectory(trial(number).appending(path: "attempt-\(attempt)", directoryHint: .isDirectory))
    }

    func checkpoints(of number: Trial.Number) -> URL {
        trial(number).appending(path: "checkpoints", directoryHint: .isDirectory)
    }

    /// The output of the trial's latest attempt; nil when nothing was started.
    public func output(of number: Trial.Number) -> URL? {
        let attempts = (try? FileManager.default.contentsOfDirectory(atPath: trial(number).path)) ?? []
        let latest = attempts.filter { $0.hasPrefix("attempt-") }.compactMap { Int($0.dropFirst("attempt-".count)) }
            .max()
        return latest.map { attempt($0, of: number).output }
    }

    /// Removes everything the experiment's trials left.
    public func remove() throws {
        guard FileManager.default.fileExists(atPath: root.path) else { return }
        try FileManager.default.removeItem(at: root)
    }
}
