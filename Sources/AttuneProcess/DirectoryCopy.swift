import CAttuneProcess
import Foundation

/// Copies a directory that a trial has written, in which anything may stand: what cannot be copied is left out, and
/// nothing outside it is read.
///
/// Files keep their contents, holes, permissions and times. Links stay links and are never followed; where one names a
/// place in the directory by its whole path, the copy's names the same place in the copy. Pipes, sockets and devices are
/// left out. All of it is on disk when this returns.
struct DirectoryCopy {
    /// How many directories may stand in one another.
    static let deepest = 32

    let source: String
    let destination: String
    /// Where the copy will stand in the end.
    let finalPath: String
    /// Asked now and then; the copy is given up where it says so.
    let isCancelled: @Sendable () -> Bool

    /// - Parameter destination: a path that nothing has.
    /// - Throws: `AttemptError.system`; `DirectoryTooDeep`; `CancellationError`. What was copied by then is left.
    func run() throws {
        let from = try Descriptor(opening: source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        guard mkdir(destination, 0o700) == 0 else { throw AttemptError.failed("mkdir \(destination)") }
        let to = try Descriptor(opening: destination, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try copyContents(of: from, to: to, depth: 1)
    }

    private func copyContents(of from: borrowing Descriptor, to: borrowing Descriptor, depth: Int) throws {
        guard depth <= DirectoryCopy.deepest else { throw DirectoryTooDeep(path: source) }
        for name in try from.names() {
            guard !isCancelled() else { throw CancellationError() }
            switch try from.status(of: name).st_mode & S_IFMT {
            case S_IFREG: try copyFile(name, from, to)
            case S_IFDIR: try copyDirectory(name, from, to, depth: depth)
            case S_IFLNK: try copyLink(name, from, to)
            default: break
            }
        }
        try to.takeOn(from.status(), readableBy: 0o700)
    }

    private func copyDirectory(
        _ name: FileName, _ from: borrowing Descriptor, _ to: borrowing Descriptor, depth: Int
    ) throws {
        let inner = try Descriptor(opening: name, in: from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        guard mkdirat(to.number, name.bytes, 0o700) == 0 else { throw AttemptError.failed("mkdir \(name)") }
        try copyContents(
            of: inner, to: Descriptor(opening: name, in: to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), depth: depth + 1)
    }

    private func copyFile(_ name: FileName, _ from: borrowing Descriptor, _ to: borrowing Descriptor) throws {
        // Not to wait, should a pipe have taken its place since it was looked at.
        let file = try Descriptor(opening: name, in: from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        let copy = try Descriptor(opening: name, in: to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        try copyData(of: file, size: status.st_size, to: copy)
        try copy.takeOn(status, readableBy: 0o600)
    }

    /// Copies what is not a hole, so that a file of holes costs nothing.
    private func copyData(of file: borrowing Descriptor, size: off_t, to copy: borrowing Descriptor) throws {
        guard ftruncate(copy.number, size) == 0 else { throw AttemptError.failed("ftruncate") }
        var offset: off_t = 0
        while offset < size {
            let start = lseek(file.number, offset, seekData)
            if start < 0 && errno == ENXIO { return }
            let end = start < 0 ? -1 : lseek(file.number, start, seekHole)
            // A file system that does not know of holes has none.
            let piece = start < 0 || end < 0 ? offset..<size : start..<min(end, size)
            guard !piece.isEmpty else { return }
            try copyBytes(piece, of: file, to: copy)
            offset = piece.upperBound
        }
    }

    private func copyBytes(_ range: Range<off_t>, of file: borrowing Descriptor, to copy: borrowing Descriptor) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard !isCancelled() else { throw CancellationError() }
            let limit = Int(min(range.upperBound - offset, 1 << 24))
            let count =
                try shareBytes(at: offset, limit, of: file, with: copy) ?? moveBytes(at: offset, limit, file, copy)
            guard count > 0 else { return }
            offset += off_t(count)
        }
    }

    /// Has the kernel copy, which shares the blocks where the file system can; nil where it cannot copy at all.
    private func shareBytes(
        at offset: off_t, _ limit: Int, of file: borrowing Descriptor, with copy: borrowing Descriptor
    ) throws -> Int? {
        let count = attune_copy_range(file.number, copy.number, offset, limit)
        if count >= 0 { return count }
        guard [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM].contains(errno) else { throw AttemptError.failed("write") }
        return nil
    }

    private func moveBytes(
        at offset: off_t, _ limit: Int, _ file: borrowing Descriptor, _ copy: borrowing Descriptor
    ) throws -> Int {
        let data = try file.bytes(from: offset, limit: min(limit, 1 << 20))
        try copy.write(data, at: offset)
        return data.count
    }

    private func copyLink(_ name: FileName, _ from: borrowing Descriptor, _ to: borrowing Descriptor) throws {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlinkat(from.number, name.bytes, &target, target.count)
        guard length >= 0 else { throw AttemptError.failed("readlink \(name)") }
        guard symlinkat(moved(target.prefix(length)) + [0], to.number, name.bytes) == 0 else {
            throw AttemptError.failed("symlink \(name)")
        }
    }

    /// The same place in the final directory, where the link names one in the source by its whole path.
    private func moved(_ target: ArraySlice<CChar>) -> [CChar] {
        let inside = (source + "/").utf8.map(CChar.init(bitPattern:))
        guard target.starts(with: inside) else { return Array(target) }
        return (finalPath + "/").utf8.map(CChar.init(bitPattern:)) + target.dropFirst(inside.count)
    }
}

/// Linux's SEEK_DATA and SEEK_HOLE, which Glibc's module leaves out.
private let (seekData, seekHole): (Int32, Int32) = (3, 4)

/// The directories of a checkpoint stand in one another beyond what is copied.
struct DirectoryTooDeep: Error, CustomStringConvertible {
    let path: String

    var description: String { "more than \(DirectoryCopy.deepest) directories stand in one another in \(path)" }
}

/// A name in a directory: any bytes but `/` and NUL.
struct FileName: CustomStringConvertible {
    /// Ended by a NUL.
    let bytes: [CChar]

    var description: String { String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}

extension Descriptor {
    init(opening path: String, _ flags: Int32) throws {
        self.init(Foundation.open(path, flags | O_CLOEXEC))
        guard number >= 0 else { throw AttemptError.failed("open \(path)") }
    }

    fileprivate init(opening name: FileName, in directory: borrowing Descriptor, _ flags: Int32) throws {
        self.init(openat(directory.number, name.bytes, flags | O_CLOEXEC, 0o600))
        guard number >= 0 else { throw AttemptError.failed("open \(name)") }
    }

    /// The names in a directory, but `.` and `..`, in the order of their bytes.
    fileprivate func names() throws -> [FileName] {
        guard let stream = fdopendir(openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw AttemptError.failed("opendir")
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        errno = 0
        while let entry = readdir(stream) {
            // The name is as long as it says, not as the type of the field does.
            let name = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let start = name.assumingMemoryBound(to: CChar.self)
            names.append(Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1)))
        }
        guard errno == 0 else { throw AttemptError.failed("readdir") }
        return names.filter { $0 != [46, 0] && $0 != [46, 46, 0] }
            .sorted { $0.lexicographicallyPrecedes($1) }.map(FileName.init)
    }

    fileprivate func status(of name: FileName) throws -> stat {
        var status = stat()
        guard fstatat(number, name.bytes, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw AttemptError.failed("stat \(name)")
        }
        return status
    }

    fileprivate func write(_ data: Data, at offset: off_t) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let place = offset + off_t(data.count - rest.count)
            let count = rest.withUnsafeBytes { pwrite(number, $0.baseAddress, $0.count, place) }
            guard count > 0 else { throw AttemptError.failed("write") }
            rest = rest.dropFirst(count)
        }
    }

    /// Permissions and times of another, and at least those of `mode`; then waits until it is on disk.
    fileprivate func takeOn(_ status: stat, readableBy mode: mode_t) throws {
        let times = [status.st_atim, status.st_mtim]
        guard fchmod(number, status.st_mode & 0o777 | mode) == 0, futimens(number, times) == 0, fsync(number) == 0
        else {
            throw AttemptError.failed("fsync")
        }
    }

    func synchronize() throws {
        guard fsync(number) == 0 else { throw AttemptError.failed("fsync") }
    }
}
