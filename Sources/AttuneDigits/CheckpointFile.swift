import Foundation

/// The file `digits.checkpoint` of a directory, which is there whole or not at all.
struct CheckpointFile {
    let path: String

    init(in directory: String) {
        path = (directory as NSString).appendingPathComponent("digits.checkpoint")
    }

    /// What it holds; nil where there is none.
    ///
    /// - Throws: `CheckpointError`; `CheckpointFileError` where it cannot be read.
    func read() throws -> Checkpoint? {
        // Not to wait where a pipe has its name.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw CheckpointFileError("read", path, errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError.notACheckpoint
        }
        return try Checkpoint(decoding: handle.readToEnd() ?? Data())
    }

    /// Puts a checkpoint in the place of the one before; on disk when it returns.
    ///
    /// Whoever reads meanwhile, and whoever comes after a crash, finds the old one or the new one.
    func write(_ checkpoint: Checkpoint) throws {
        let directory = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let draft = path + ".new"
        try write(checkpoint.encoded(), to: draft)
        guard rename(draft, path) == 0 else { throw CheckpointFileError("rename", draft, errno) }
        try synchronize(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), directory)
    }

    private func write(_ data: Data, to draft: String) throws {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CheckpointFileError("write", draft, errno) }
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: data)
        } catch {
            close(descriptor)
            throw error
        }
        try synchronize(descriptor, draft)
    }

    /// Waits until it is on disk, and closes it.
    private func synchronize(_ descriptor: Int32, _ path: String) throws {
        guard descriptor >= 0 else { throw CheckpointFileError("open", path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CheckpointFileError("write", path, errno) }
    }
}

/// What of a checkpoint's file could not be done, in a sentence.
struct CheckpointFileError: Error {
    let reason: String

    init(_ verb: String, _ path: String, _ error: Int32) {
        reason = "cannot \(verb) \(path): \(String(cString: strerror(error)))"
    }
}

/// A checkpoint that a training cannot go on from, and what to do, in a sentence.
struct RefusedCheckpoint: Error {
    let path: String
    let error: CheckpointError
    /// That of the training that was asked for.
    let shape: Checkpoint.Shape

    var reason: String {
        switch error {
        case .notACheckpoint: "\(path) is not a checkpoint of attune-digits; name another directory"
        case .damaged: "\(path) is damaged: its checksum is wrong; remove it to train from the beginning"
        case .otherShape(let other):
            "\(path) is of another network (\(other)) than was asked for (\(shape)); "
                + "ask for that one, or name another directory"
        }
    }
}
