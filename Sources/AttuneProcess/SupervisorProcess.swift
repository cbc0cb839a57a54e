import CAttuneProcess
import Foundation

extension AttemptDirectory {
    /// The pid of the supervisor that lives now, nil when none does.
    ///
    /// Asks the kernel who holds the lock, without taking it, so this cannot disturb a supervisor that is starting.
    func supervisor() throws -> pid_t? {
        guard let descriptor = try RegularFile.open(file("lock"), O_RDONLY) else { return nil }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor.number, F_GETLK, &lock) == 0 else { throw AttemptError.failed("fcntl \(file("lock"))") }
        guard lock.l_type != Int16(F_UNLCK) else { return nil }
        guard lock.l_pid > 0 else { throw AttemptError.supervisedElsewhere(directory: path) }
        return lock.l_pid
    }

    /// A handle on the supervisor that lives now, nil when none does.
    ///
    /// The pid held the lock before and after the handle was opened, so the handle is the supervisor's, though pids
    /// are used again.
    func openSupervisor() throws -> Descriptor? {
        while let pid = try supervisor() {
            guard let process = try openProcess(pid) else { continue }
            if try supervisor() == pid { return process }
        }
        return nil
    }

    /// A handle on the supervisor by what the kernel says it was started with, nil when none lives.
    ///
    /// For attempts whose lock was spoilt. Costs a look at every process.
    func findSupervisor() throws -> Descriptor? {
        for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc").lazy.compactMap(pid_t.init)
        where isSupervisor(pid) {
            guard let process = try openProcess(pid), isSupervisor(pid) else { continue }
            return process
        }
        return nil
    }

    /// Whether the process is `attune-supervisor` of this directory.
    private func isSupervisor(_ pid: pid_t) -> Bool {
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.count == 2 && words[0].hasSuffix("attune-supervisor") && words[1] == path
    }
}

/// A handle that becomes readable when the process ends, nil when it is gone already.
func openProcess(_ pid: pid_t) throws -> Descriptor? {
    let number = attune_pidfd_open(pid)
    if number < 0 && errno == ESRCH { return nil }
    guard number >= 0 else { throw AttemptError.failed("pidfd_open") }
    return Descriptor(number)
}
