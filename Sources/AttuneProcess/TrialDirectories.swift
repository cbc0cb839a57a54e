import AttuneCore
import Foundation

/// Where the trials of one experiment keep their files: `NUMBER/`, with a directory per attempt and one for checkpoints,
/// which all attempts share.
///
/// What an attempt's directory says is believed, so no other experiment may ever have used it: its path is made for the
/// experiment when it is created, and kept with it.
public struct TrialDirectories: Sendable {
    public let root: URL

    public init(root: URL) { self.root = root }

    /// Makes the root, private to the user.
    ///
    /// - Throws: `AttuneError` saying where no directory can be made.
    public func create() throws {
        let path = root.path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw AttuneError("the trials' directory \(path) cannot be made; ATTUNE_TRIALS names another place")
        }
    }

    public func trial(_ number: Trial.Number) -> URL {
        root.appending(path: String(number), directoryHint: .isDirectory)
    }

    public func attempt(_ attempt: Int, of number: Trial.Number) -> AttemptDirectory {
        AttemptDirectory(trial(number).appending(path: "attempt-\(attempt)", directoryHint: .isDirectory))
    }

    func checkpoints(of number: Trial.Number) -> CheckpointDirectory {
        CheckpointDirectory(path: trial(number).appending(path: "checkpoints").path(percentEncoded: false))
    }

    /// The attempt's own file for a path that a cluster would have in each pod. It never leaves the attempt's directory.
    static func file(_ path: String, in attempt: AttemptDirectory) -> String {
        let names = path.split(separator: "/").filter { $0 != ".." && $0 != "." }
        return ([attempt.path + "/files"] + names.map(String.init)).joined(separator: "/")
    }

    /// The outputs of the trial's attempts, the first first; none when nothing was started on this machine.
    public func outputs(of number: Trial.Number) -> [URL] {
        var outputs: [URL] = []
        while case let next = attempt(outputs.count + 1, of: number).output,
            FileManager.default.fileExists(atPath: next.path(percentEncoded: false))
        {
            outputs.append(next)
        }
        return outputs
    }

    /// Removes everything the experiment's trials left.
    public func remove() throws {
        guard FileManager.default.fileExists(atPath: root.path) else { return }
        try FileManager.default.removeItem(at: root)
    }
}
