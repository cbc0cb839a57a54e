import CAttuneProcess
import Foundation

extension AttemptDirectory {
    /// The pid of the supervisor that lives now, nil when none does.
    ///
    /// Asks the kernel who holds the lock, without taking it, so this cannot disturb a supervisor that is starting.
    func supervisor() throws -> pid_t? {
        let descriptor = open(file("lock"), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw AttemptError.failed("open \(file("lock"))")
        }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_GETLK, &lock) == 0 else { throw AttemptError.failed("fcntl \(file("lock"))") }
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
}

/// A handle that becomes readable when the process ends, nil when it is gone already.
func openProcess(_ pid: pid_t) throws -> Descriptor? {
    let number = attune_pidfd_open(pid)
    if number < 0 && errno == ESRCH { return nil }
    guard number >= 0 else { throw AttemptError.failed("pidfd_open") }
    return Descriptor(number)
}
