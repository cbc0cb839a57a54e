import AttuneCore
import Dispatch
import Foundation
import Synchronization

/// The directory in which a trial keeps its checkpoints over all its attempts.
///
/// It appears whole: empty, or with a copy of what the trial's parent left. From then on it is the trial's own, and is
/// never written to again from here.
struct CheckpointDirectory: Sendable {
    /// Absolute, without a slash at the end.
    let path: String

    /// Makes it, unless something has its name: what a trial puts there is its own affair.
    ///
    /// Whenever this process is killed meanwhile, there is either no such directory or a whole one; the next call clears
    /// up what a copy cut short has left.
    ///
    /// - Parameter parent: whose files to begin with; nil for none. Nobody may be writing to it.
    /// - Throws: `CheckpointsGone` where the parent has no directory; as `DirectoryCopy`; `CancellationError`, promptly.
    func create(from parent: CheckpointDirectory?) async throws {
        guard try CheckpointDirectory.kind(of: path) == nil else { return }
        try FileManager.default.createDirectory(
            atPath: holder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard let parent else {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw AttemptError.failed("mkdir \(path)") }
            return
        }
        guard try CheckpointDirectory.kind(of: parent.path) == S_IFDIR else { throw CheckpointsGone(path: parent.path) }
        try await offThePool { isCancelled in
            try copy(of: parent, isCancelled: isCancelled)
        }
    }

    private func copy(of parent: CheckpointDirectory, isCancelled: @escaping @Sendable () -> Bool) throws {
        let draft = "\(path)\(CheckpointDirectory.draftMark)\(getpid())"
        try CheckpointDirectory.remove(draft)
        try DirectoryCopy(source: parent.path, destination: draft, finalPath: path, isCancelled: isCancelled).run()
        // Another process may have been faster; its copy is as good.
        guard rename(draft, path) == 0 || [EEXIST, ENOTEMPTY].contains(errno) else {
            throw AttemptError.failed("rename \(draft)")
        }
        try Descriptor(opening: holder, O_RDONLY | O_DIRECTORY).synchronize()
        try removeDrafts()
    }

    private static let draftMark = ".copy-"

    private func removeDrafts() throws {
        let name = (path as NSString).lastPathComponent + CheckpointDirectory.draftMark
        for draft in try FileManager.default.contentsOfDirectory(atPath: holder) where draft.hasPrefix(name) {
            try CheckpointDirectory.remove(holder + "/" + draft)
        }
    }

    private static func remove(_ path: String) throws {
        if try kind(of: path) != nil { try FileManager.default.removeItem(atPath: path) }
    }

    private var holder: String { (path as NSString).deletingLastPathComponent }

    /// What has this name, the `S_IFMT` of its mode; nil for nothing. Links are not followed.
    private static func kind(of path: String) throws -> mode_t? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw AttemptError.failed("stat \(path)") }
            return nil
        }
        return status.st_mode & S_IFMT
    }
}

/// A trial cannot begin with its parent's checkpoints because there are none any more.
struct CheckpointsGone: Error, CustomStringConvertible {
    let path: String

    var description: String { "the checkpoints with which it is to begin are gone from \(path)" }
}

/// Does something long on a thread of its own, as a task that waits for a disk would hold up all others.
///
/// - Parameter work: is told by its argument to give up when the task is cancelled.
private func offThePool(_ work: @escaping @Sendable (@escaping @Sendable () -> Bool) throws -> Void) async throws {
    let cancellation = Cancellation()
    try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(with: Result { try work { cancellation.isAsked.load(ordering: .relaxed) } })
            }
        }
    } onCancel: {
        cancellation.isAsked.store(true, ordering: .relaxed)
    }
}

private final class Cancellation: Sendable {
    let isAsked = Atomic(false)
}
