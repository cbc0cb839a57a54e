import CAttuneTransfers
import Foundation
import Synchronization

/// A thread that carries all transfers of a transport over the connections they share.
final class TransferLoop: Sendable {
    static let closed = TransportError(.lost, "the transport is closed")

    private enum Command {
        case add(Transfer)
        case resume(Transfer)
        case remove(Transfer)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isOpen = true
    }

    /// The pointer is the thread's own, but for `attune_multi_wake`, which any thread may call while the inbox is open.
    private struct Multi: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let inbox = Mutex(Inbox())
    private let multi: Multi

    /// - Throws: `TransportError` when there is no memory for it.
    init() throws {
        guard let pointer = attune_multi_create() else {
            throw TransportError(.hopeless, "there is no memory for connections")
        }
        multi = Multi(pointer: pointer)
        let thread = Thread { self.run() }
        thread.name = "attune-transport"
        thread.start()
    }

    // MARK: From any thread

    /// - Returns: false when the loop has been closed.
    func add(_ transfer: Transfer) -> Bool { post(.add(transfer)) }
    func resume(_ transfer: Transfer) { _ = post(.resume(transfer)) }
    func remove(_ transfer: Transfer) { _ = post(.remove(transfer)) }

    /// Ends every transfer, and the thread.
    func close() {
        inbox.withLock { inbox in
            if inbox.isOpen { attune_multi_wake(multi.pointer) }
            inbox.isOpen = false
        }
    }

    private func post(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            guard inbox.isOpen else { return false }
            inbox.commands.append(command)
            if inbox.commands.count == 1 { attune_multi_wake(multi.pointer) }
            return true
        }
    }

    // MARK: The thread

    private func run() {
        attune_multi_enter()
        var work = TransferWork(multi: multi.pointer)
        while true {
            let (commands, isOpen) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isOpen)
            }
            for command in commands {
                switch command {
                case .add(let transfer): work.add(transfer)
                case .resume(let transfer): work.resume(transfer)
                case .remove(let transfer): work.remove(transfer)
                }
            }
            guard isOpen else { break }
            work.turn()
        }
        work.end()
        attune_multi_free(multi.pointer)
    }
}
