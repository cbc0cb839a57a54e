@preconcurrency import Dispatch
import Foundation
import Synchronization

/// TERM, noticed instead of deadly: the training ends after its epoch and leaves a checkpoint.
final class Termination: Sendable {
    /// What a shell says of a program that TERM ended.
    static let status: Int32 = 128 + SIGTERM

    private let asked = Atomic(false)
    private let source: any DispatchSourceSignal

    var isAsked: Bool { asked.load(ordering: .relaxed) }

    init() {
        signal(SIGTERM, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { [weak self] in self?.asked.store(true, ordering: .relaxed) }
        source.activate()
    }
}
