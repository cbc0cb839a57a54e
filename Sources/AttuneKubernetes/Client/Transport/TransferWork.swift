import CAttuneTransfers

/// The transfers under way, as the thread knows them that carries them.
struct TransferWork {
    private struct Running {
        let transfer: Transfer
        let handle: OpaquePointer
    }

    private static let longestWait: Duration = .seconds(60)

    private let multi: OpaquePointer
    private var running: [ObjectIdentifier: Running] = [:]
    /// Nothing is to be given up before.
    private var nextDeadline: ContinuousClock.Instant?

    init(multi: OpaquePointer) { self.multi = multi }

    mutating func add(_ transfer: Transfer) {
        // Cancelled before it began.
        if transfer.hasEnded { return }
        let sink = attune_transfer_sink(
            context: Unmanaged.passUnretained(transfer).toOpaque(), header: takeHeader, body: takeBody)
        guard let handle = transfer.request.withUnsafeRequest({ attune_multi_add(multi, $0, sink) }) else {
            transfer.finish(TransportError(.hopeless, "there is no memory for a request"))
            return
        }
        running[ObjectIdentifier(transfer)] = Running(transfer: transfer, handle: handle)
        transfer.begin()
        watch(transfer, .now)
    }

    /// Lets a paused transfer go on.
    mutating func resume(_ transfer: Transfer) {
        guard let handle = running[ObjectIdentifier(transfer)]?.handle else { return }
        transfer.resume()
        attune_transfer_resume(handle)
    }

    mutating func remove(_ transfer: Transfer) {
        if let ended = running.removeValue(forKey: ObjectIdentifier(transfer)) {
            attune_multi_remove(multi, ended.handle)
        }
    }

    /// Does what can be done, and waits until there is more.
    mutating func turn() {
        attune_multi_work(multi)
        finishEnded()
        giveUpLate()
        let wait = min(nextDeadline.map { $0 - .now } ?? TransferWork.longestWait, TransferWork.longestWait)
        attune_multi_wait(multi, Int32(max(wait.wholeMilliseconds + 1, 0)))
    }

    mutating func end() {
        for transfer in running.values.map(\.transfer) { end(transfer, TransferLoop.closed) }
    }

    private mutating func end(_ transfer: Transfer, _ error: TransportError?) {
        remove(transfer)
        transfer.finish(error)
    }

    private mutating func finishEnded() {
        while true {
            let ended = attune_multi_next_end(multi)
            guard let context = ended.context else { return }
            let ending = transfer(context)
            end(ending, ended.failure(of: ending.request))
        }
    }

    // MARK: Deadlines

    /// Deadlines only move away while something happens, so that it is enough to look when the earliest is reached.
    private mutating func giveUpLate() {
        let now = ContinuousClock.now
        guard let next = nextDeadline, next <= now else { return }
        nextDeadline = nil
        for transfer in running.values.map(\.transfer) { watch(transfer, now) }
    }

    private mutating func watch(_ transfer: Transfer, _ now: ContinuousClock.Instant) {
        guard let silence = transfer.silence else { return }
        // A paused transfer is looked at again, as it may go on.
        let deadline = transfer.deadline ?? now + silence
        if deadline <= now {
            end(transfer, TransportError(.timedOut, "the server has been silent for \(silence)"))
        } else {
            nextDeadline = min(nextDeadline ?? deadline, deadline)
        }
    }
}

extension attune_transfer_end {
    fileprivate func failure(of request: WireRequest) -> TransportError? {
        let kind: TransportError.Kind
        switch attune_ending(rawValue: numericCast(ending.rawValue)) {
        case ATTUNE_COMPLETE: return nil
        case ATTUNE_TIMED_OUT: kind = .timedOut
        case ATTUNE_HOPELESS: kind = .hopeless
        default: kind = .lost
        }
        let reason = withUnsafeBytes(of: error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return TransportError(kind, "\(request.method) \(request.url): \(reason)")
    }
}

// MARK: What libcurl calls

private func transfer(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

private func takeHeader(_ context: UnsafeMutableRawPointer, status: Int, line: UnsafePointer<CChar>, size: Int) {
    transfer(context).receive(headerLine: UnsafeRawBufferPointer(start: line, count: size), status: status)
}

private func takeBody(
    _ context: UnsafeMutableRawPointer, bytes: UnsafePointer<CChar>, size: Int
) -> Int32 {
    let part = UnsafeRawBufferPointer(start: bytes, count: size)
    return transfer(context).receive(part) ? 0 : 1
}
