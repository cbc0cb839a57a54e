import CAttuneProcess
import Dispatch
import Foundation

/// A running program that answers each line on its standard input with a line on its standard output.
///
/// It is started through a shell in a process group of its own, which is ended with it. Its two streams are one socket:
/// a write to a program that has gone is then an error and no signal. Its standard error goes to a file, so that however
/// much it complains it never stands still.
final class LineProgram: @unchecked Sendable {  // What changes is touched on `queue` only.
    private let queue = DispatchQueue(label: "dev.attune.line-program")
    private let patience: Duration
    private let pid: pid_t
    /// Readable when the program has ended.
    private let handle: Int32
    private let socket: Int32
    private let complaints: Int32
    private var received: [UInt8] = []
    private var hasEnded = false
    private var ending = "it ended"

    /// - Parameters:
    ///   - command: for `/bin/sh -c`.
    ///   - variables: added to this process's environment.
    ///   - patience: how long an answer may take.
    /// - Throws: `EntrantFailure` when the program cannot be started.
    init(_ command: String, variables: [String: String], patience: Duration) throws {
        self.patience = patience
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, LineProgram.streamKind, 0, &ends) == 0 else {
            throw EntrantFailure("socketpair: \(LineProgram.lastError)")
        }
        defer { close(ends[1]) }
        socket = ends[0]
        complaints = LineProgram.temporaryFile()
        pid = LineProgram.spawn(command, variables: variables, stream: ends[1], complaints: complaints)
        handle = pid > 0 ? attune_pidfd_open(pid) : -1
        guard pid > 0, handle >= 0 else {
            close(socket)
            close(complaints)
            throw EntrantFailure("cannot start \"\(command)\": \(LineProgram.lastError)")
        }
    }

    deinit {
        if !hasEnded { finish(within: .zero) }
        for descriptor in [handle, socket, complaints] { close(descriptor) }
    }

    /// The line that the program answers to a line, neither with its line break.
    ///
    /// - Throws: `EntrantFailure` when the program ends, closes its output, or takes longer than it may; it is then
    ///   ended. `CancellationError` when the task is cancelled.
    func answer(to line: String) async throws -> String {
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    queue.async { continuation.resume(with: Result { try self.exchange(line) }) }
                }
            } onCancel: {
                // Ends the exchange under way; the descriptor is closed with this object only.
                _ = shutdown(socket, Int32(SHUT_RDWR))
            }
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    /// Closes the program's input, and ends it if it does not end by itself.
    func end(within grace: Duration = .seconds(2)) async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.finish(within: grace)
                continuation.resume()
            }
        }
    }

    /// A failure of this program's, with the last it wrote to standard error.
    func failure(_ reason: String) -> EntrantFailure {
        EntrantFailure(reason, lastComplaints: LineProgram.tail(of: complaints))
    }

    // MARK: Lines, on the queue

    private func exchange(_ line: String) throws -> String {
        guard !hasEnded else { throw failure(ending) }
        let deadline = ContinuousClock.now + patience
        var unsent = Array((line + "\n").utf8)[...]
        while true {
            if unsent.isEmpty, let answer = nextLine() { return answer }
            switch wait(toWrite: !unsent.isEmpty, until: deadline) {
            case .timedOut:
                finish(within: .zero)
                ending = "it gave no answer within \(patience)"
                throw failure(ending)
            case .ready:
                send(&unsent)
                guard receive() else {
                    finish(within: .seconds(1))
                    throw failure(ending)
                }
            }
        }
    }

    private func nextLine() -> String? {
        guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { received.removeSubrange(...end) }
        return String(decoding: received[..<end], as: UTF8.self)
    }

    private enum Waited { case ready, timedOut }

    private func wait(toWrite: Bool, until deadline: ContinuousClock.Instant) -> Waited {
        var request = pollfd(fd: socket, events: Int16(toWrite ? POLLIN | POLLOUT : POLLIN), revents: 0)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return .timedOut }
            if poll(&request, 1, left.pollMilliseconds) > 0 { return .ready }
        }
    }

    private func send(_ bytes: inout ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        let count = bytes.withUnsafeBytes {
            Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        // That the program has gone shows when its answer is read.
        bytes = count < 0 && errno != EAGAIN && errno != EINTR ? [] : bytes.dropFirst(max(count, 0))
    }

    /// Takes what has arrived; false at the end of the stream.
    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { received += buffer[..<count] }
        return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
    }

    // MARK: Its end, on the queue

    /// Waits for the program to end by itself, then ends it with all that it started, and reaps it.
    private func finish(within grace: Duration) {
        guard !hasEnded else { return }
        hasEnded = true
        _ = shutdown(socket, Int32(SHUT_RDWR))
        var request = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
        let endedItself = poll(&request, 1, grace.pollMilliseconds) > 0
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        ending = endedItself ? LineProgram.description(ofStatus: status) : "it closed its output"
    }

    private static func description(ofStatus status: Int32) -> String {
        let signal = status & 0x7f
        return signal == 0 ? "it ended with exit code \((status >> 8) & 0xff)" : "it was ended by signal \(signal)"
    }
}

// MARK: - Starting

extension LineProgram {
    private static var streamKind: Int32 { Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }
    private static var lastError: String { String(cString: strerror(errno)) }

    /// A file without a name, which goes away with its last descriptor; -1 where there can be none.
    private static func temporaryFile() -> Int32 {
        let path = FileManager.default.temporaryDirectory.appending(path: "attune-complaints-XXXXXX").path(
            percentEncoded: false)
        var template = path.utf8CString
        return template.withUnsafeMutableBufferPointer { name in
            guard let name = name.baseAddress else { return -1 }
            let descriptor = mkstemp(name)
            guard descriptor >= 0 else { return -1 }
            unlink(name)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return descriptor
        }
    }

    private static func spawn(_ command: String, variables: [String: String], stream: Int32, complaints: Int32) -> pid_t
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stream, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, stream, STDOUT_FILENO)
        if complaints >= 0 { posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }.map { "\($0)=\($1)" }
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        errno = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, variables)
        return errno == 0 ? pid : -1
    }

    /// The last lines of a file, about 2,000 bytes.
    private static func tail(of file: Int32) -> String {
        let size = lseek(file, 0, SEEK_END)
        guard size > 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: Int(min(size, 2000)))
        let count = pread(file, &bytes, bytes.count, size - off_t(bytes.count))
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }
}

/// What went wrong with an entrant's program: an error of its run, not of the bench.
public struct EntrantFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var reason: String
    /// The end of what it wrote to standard error.
    public var lastComplaints: String

    public init(_ reason: String, lastComplaints: String = "") {
        self.reason = reason
        self.lastComplaints = lastComplaints
    }

    public var description: String {
        lastComplaints.isEmpty
            ? "the entrant failed: \(reason)"
            : "the entrant failed: \(reason); its last complaints were:\n\(lastComplaints)"
    }
}

extension Duration {
    /// For `poll`: rounded up, at most a day.
    fileprivate var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(min(max(seconds, 0), 86_400) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
