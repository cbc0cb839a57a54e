import AttuneCore
import AttunePage
import AttuneStore
import Foundation

/// What trials printed.
extension PageData {
    /// Nil where nothing says where it would be.
    func logs(of subject: Subject, _ experiment: Experiment) -> TrialLogs? {
        TrialLogs(experiment, subject.summary, namespace: caller.namespace, workers: page.workers)
    }

    func log(ofTrial text: String, of subject: Subject) async throws -> JSON {
        let row = try await row(try number(text), of: subject)
        let after = try query.number("after", 0, 0...Int.max)
        let limit = try query.number("limit", 65_536, 1...200_000)
        guard let logs = logs(of: subject, try await experiment(of: subject)), logs.hasOutput(of: row.number) else {
            return [
                "text": "", "next": 0, "size": 0, "end": .bool(row.outcome != nil), "note": .string(PageData.elsewhere),
            ]
        }
        let part = logs.part(of: row.number, after: after, limit: limit)
        return [
            "text": .string(String(decoding: part.bytes, as: UTF8.self)), "next": .number(part.next),
            "size": .number(part.size), "end": .bool(row.outcome != nil && part.next >= part.size), "note": .null,
        ]
    }

    static let elsewhere = """
        This machine has no output of the trial: it is with the worker that ran it, in its --directory, or with the cluster.
        """
}

extension PageStreams {
    /// `{text, next}`: what a trial has printed, from the beginning or behind `after`, and what it prints from then on, until
    /// it has ended.
    func log(_ page: WebPage, _ name: String, _ trial: String, after: String?) -> StreamingMethod {
        StreamingMethod(json: "v1/page", "log", .read) { caller, send in
            let data = PageData(page: page, caller: caller, query: PageQuery([:]), known: nil)
            let subject = try await data.subject(name)
            let number = try data.number(trial)
            _ = try await data.row(number, of: subject)
            let experiment = try await data.experiment(of: subject)
            var next = after.flatMap(Int.init) ?? 0
            while true {
                let isOver = try await data.row(number, of: subject).outcome != nil
                let part = data.logs(of: subject, experiment)?.part(of: number, after: next, limit: 65_536)
                if let part, part.next > next {
                    next = part.next
                    let text = String(decoding: part.bytes, as: UTF8.self)
                    try await send(PageStreams.frame(["text": .string(text), "next": .number(next)]))
                } else if isOver {
                    return try await send(PageStreams.frame(["next": .number(next)], event: "end"))
                } else {
                    try await hub.clock.sleepFor(PageStreams.interval)
                }
            }
        }
    }
}
