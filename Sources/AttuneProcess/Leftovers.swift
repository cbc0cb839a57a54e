import Foundation

extension AttemptDirectory {
    /// Kills what still runs in the process group of a lost attempt.
    ///
    /// The program itself died with its supervisor; what it had started may live on. Numbers alone prove nothing
    /// after a restart, so the group is killed only when one of its processes still writes to this attempt's output.
    func killLeftovers(of start: AttemptStart) throws {
        var log = stat()
        guard stat(file("output.log"), &log) == 0 else { return }
        let isLeft = try FileManager.default.contentsOfDirectory(atPath: "/proc").lazy.compactMap(pid_t.init).contains {
            getpgid($0) == start.program && writes($0, to: log)
        }
        guard isLeft else { return }
        guard kill(-start.program, SIGKILL) == 0 || errno == ESRCH else { throw AttemptError.failed("kill") }
    }

    /// Whether the process has this file as its standard output or error.
    private func writes(_ process: pid_t, to log: stat) -> Bool {
        [1, 2].contains { number in
            var file = stat()
            return stat("/proc/\(process)/fd/\(number)", &file) == 0
                && file.st_dev == log.st_dev && file.st_ino == log.st_ino
        }
    }
}
