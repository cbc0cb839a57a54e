import Foundation

/// Files in directories that a trial writes to, where a pipe, a device or a directory may stand in a file's place.
///
/// Opening one never waits, and what is no regular file is never read. Symbolic links are followed.
public enum RegularFile {
    /// Opens a file.
    ///
    /// - Parameter flags: as of open(2); with `O_CREAT` the file is made where it is missing.
    /// - Returns: nil where nothing has that name.
    /// - Throws: `AttemptError.malformedRecord` where something else has it; `AttemptError.system`.
    static func open(_ path: String, _ flags: Int32) throws -> Descriptor? {
        // Not to wait for the other end of a pipe, nor to take a terminal as ours.
        let number = Foundation.open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ENOTDIR, EISDIR, ENXIO, ENODEV, ELOOP: throw AttemptError.malformedRecord(path: path)
            default: throw AttemptError.failed("open \(path)")
            }
        }
        let descriptor = Descriptor(number)
        guard try descriptor.status().st_mode & S_IFMT == S_IFREG else {
            throw AttemptError.malformedRecord(path: path)
        }
        return descriptor
    }

    /// The last `limit` bytes of a file; nil where nothing has that name.
    ///
    /// - Throws: as `open`.
    static func end(of path: String, limit: Int) throws -> Data? {
        guard let file = try open(path, O_RDONLY) else { return nil }
        return try file.bytes(from: max(0, file.status().st_size - off_t(limit)), limit: limit)
    }

    /// A handle to read a file with; nil where nothing has that name, or something that is no file.
    public static func handle(_ url: URL) throws -> FileHandle? {
        do {
            guard let file = try open(url.path(percentEncoded: false), O_RDONLY) else { return nil }
            return FileHandle(fileDescriptor: file.release(), closeOnDealloc: true)
        } catch AttemptError.malformedRecord {
            return nil
        }
    }
}

extension Descriptor {
    func status() throws -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw AttemptError.failed("fstat") }
        return status
    }

    /// At most `limit` bytes of a file; fewer at its end.
    func bytes(from offset: off_t, limit: Int) throws -> Data {
        var data = Data(count: limit)
        let count = data.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, offset) }
        guard count >= 0 else { throw AttemptError.failed("read") }
        return data.prefix(count)
    }
}
