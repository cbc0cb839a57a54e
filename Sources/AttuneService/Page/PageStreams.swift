import AttuneCore
import AttunePage
import AttuneStore
import Foundation

/// What tells the page that something has changed, so that it asks again.
///
/// The store is asked whether its file was written to, which costs two system calls; only then is it read. So what other
/// processes write is seen too.
struct PageStreams: Sendable {
    let hub: Hub
    /// How often is looked, at most.
    static let interval = Duration.milliseconds(250)

    private var store: SQLiteStore { hub.store }

    /// `{name, events, state}` of each experiment of the namespace that changes, and `gone` of each that is deleted.
    var changes: StreamingMethod {
        StreamingMethod(json: "v1/page", "changes", .read) { caller, send in
            var known = try await standings(caller)
            try await everyChange {
                let now = try await standings(caller)
                for (name, standing) in now.sorted(by: { $0.key < $1.key }) where known[name] != standing {
                    try await send(PageStreams.frame(standing.json(name)))
                }
                for name in known.keys.sorted() where now[name] == nil {
                    try await send(PageStreams.frame(["name": .string(name)], event: "gone"))
                }
                known = now
                return true
            }
        }
    }

    /// `{events, state, counts}` of an experiment, at once and whenever it changes, until it is deleted.
    func ticks(of name: String) -> StreamingMethod {
        StreamingMethod(json: "v1/page", "ticks", .read) { caller, send in
            let id = try caller.id(of: name)
            guard let first = try await store.summary(of: id) else { throw hub.unknown(id) }
            var known = first
            try await send(PageStreams.frame(first.tick))
            try await everyChange {
                guard let now = try await store.summary(of: id), now.createdAt == first.createdAt else { return false }
                if now.events != known.events || now.status != known.status {
                    try await send(PageStreams.frame(now.tick))
                }
                known = now
                return true
            }
        }
    }

    /// Where an experiment stands, as far as the list must know.
    private struct Standing: Hashable {
        let events: Int
        let state: String

        func json(_ name: String) -> JSON {
            ["name": .string(name), "events": .number(events), "state": .string(state)]
        }
    }

    private func standings(_ caller: Caller) async throws -> [String: Standing] {
        let all = try await store.summaries(in: caller.tenancy)
        return Dictionary(all.map { ($0.name, Standing(events: $0.events, state: $0.status.pageWord)) }) { _, last in
            last
        }
    }

    /// Does something whenever the store was written to, until it says false or the caller is cancelled.
    func everyChange(_ body: () async throws -> Bool) async throws {
        var stamp: FileStamp?
        while true {
            let now = store.stamp
            if now != stamp {
                guard try await body() else { return }
                stamp = now
            }
            try await hub.clock.sleepFor(PageStreams.interval)
        }
    }

    static func frame(_ data: JSON, event: String? = nil) -> [UInt8] {
        Array(((event.map { "event: \($0)\n" } ?? "") + "data: \(data.description)\n\n").utf8)
    }
}

extension ExperimentSummary {
    fileprivate var tick: JSON {
        ["events": .number(events), "state": .string(status.pageWord), "counts": counts.pageJSON]
    }
}
