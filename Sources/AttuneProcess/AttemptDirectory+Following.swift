import CAttuneProcess
import Foundation

extension AttemptDirectory {
    /// Waits until the attempt has ended, whoever launched it, and says how. Nil: it is lost.
    ///
    /// Cancellation lets go at once and leaves the program running. No thread is occupied; one descriptor is.
    ///
    /// - Throws: `CancellationError`; `AttemptError.notStarted` when nothing was started here.
    public func ended() async throws -> AttemptEnd? {
        while true {
            switch try state() {
            case .ended(let end): return end
            case .lost: return nil
            case .absent: throw AttemptError.notStarted(directory: path)
            case .starting, .running: try await openSupervisor()?.readable()
            }
        }
    }

    /// Asks for the program to be ended: TERM to its process group, KILL after its grace.
    ///
    /// Returns at once; `ended()` tells when it is done. Asked for before the program starts, it never will. What a
    /// lost attempt left running is killed. Does nothing when the attempt has ended.
    ///
    /// A program that spoilt the records, or removed the directory, is ended all the same.
    public func stop() throws {
        do {
            switch try state() {
            case .ended: return
            case .lost(let start): return try killLeftovers(of: start)
            case .starting, .running: try askToStop { try openSupervisor() }
            // Never started, or its program removed what says so.
            case .absent: try askToStop { try findSupervisor() }
            }
        } catch AttemptError.malformedRecord {
            try askToStop { try findSupervisor() }
        }
    }

    /// - Parameter supervisor: finds the one that lives.
    private func askToStop(_ supervisor: () throws -> Descriptor?) throws {
        // In this order: a supervisor that comes later finds the file, one that lives now gets the signal.
        if access(path, F_OK) == 0 { try writeStop() }
        guard let supervisor = try supervisor() else { return }
        guard attune_pidfd_send_signal(supervisor.number, SIGUSR1) == 0 || errno == ESRCH else {
            throw AttemptError.failed("pidfd_send_signal")
        }
    }
}
