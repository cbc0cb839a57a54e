import AttuneProto
import Foundation
import SwiftProtobuf

/// The trials of the latest request, decoded; those that are as they were are recognised by their bytes.
struct TrialLedger: Sendable {
    private let question: KatibQuestion
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    private var positions: [String: Int] = [:]
    private var versions = 0

    private struct Entry: Sendable {
        var range: Range<Int>
        let record: Record
    }

    /// Shared, so that a list of thousands is carried over without touching what is in it.
    private final class Record: Sendable {
        let trial: KatibTrial
        let item: CanonicalLog.Item

        init(_ trial: KatibTrial, _ item: CanonicalLog.Item) {
            self.trial = trial
            self.item = item
        }
    }

    init(_ question: KatibQuestion) { self.question = question }

    subscript(index: Int) -> KatibTrial { entries[index].record.trial }
    var items: [CanonicalLog.Item] { entries.map(\.record.item) }

    /// Takes in the trials of a request, in place of those before.
    ///
    /// - Returns: whether any is other than before, or at another position.
    /// - Complexity: a comparison of bytes for what is as it was; decoding for the rest.
    /// - Throws: `invalidArgument` where a trial is malformed; what was known stays.
    mutating func read(_ request: SuggestionRequest) throws -> Bool {
        let kept = zip(request.trials, entries).prefix { isSame(request.bytes, $0, $1.range) }.count
        let isNew = kept < request.trials.count || kept < entries.count
        let rest = isNew ? try entries(of: request, from: kept) : []
        for index in 0..<kept { entries[index].range = request.trials[index] }
        bytes = request.bytes
        if isNew { replace(from: kept, by: rest) }
        return isNew
    }

    private mutating func entries(of request: SuggestionRequest, from first: Int) throws -> [Entry] {
        var rest: [Entry] = []
        rest.reserveCapacity(request.trials.count - first)
        var expected = first
        for range in request.trials[first...] {
            if expected < entries.count, isSame(request.bytes, range, entries[expected].range) {
                rest.append(Entry(range: range, record: entries[expected].record))
                expected += 1
                continue
            }
            let name = try SuggestionRequest.name(of: range, in: request.bytes)
            let position = positions[name]
            let old = position.map { entries[$0] }
            if let old, isSame(request.bytes, range, old.range) {
                rest.append(Entry(range: range, record: old.record))
            } else {
                rest.append(try entry(request.bytes, range, after: old?.record))
            }
            if let position { expected = position + 1 }
        }
        return rest
    }

    private mutating func replace(from first: Int, by rest: [Entry]) {
        let staysInPlace =
            first + rest.count >= entries.count
            && zip(entries[first...], rest).allSatisfy { $0.record.trial.name == $1.record.trial.name }
        let known = staysInPlace ? entries.count : 0
        entries.replaceSubrange(first..., with: rest)
        if !staysInPlace { positions.removeAll(keepingCapacity: true) }
        for index in known..<entries.count {
            let name = entries[index].record.trial.name
            if positions[name] == nil { positions[name] = index }
        }
    }

    private func isSame(_ other: [UInt8], _ range: Range<Int>, _ known: Range<Int>) -> Bool {
        guard range.count == known.count else { return false }
        return other.withUnsafeBufferPointer { other in
            bytes.withUnsafeBufferPointer { own in
                guard let a = other.baseAddress, let b = own.baseAddress else { return true }
                return memcmp(a + range.lowerBound, b + known.lowerBound, range.count) == 0
            }
        }
    }

    /// Decodes a trial. What is as it was keeps its version, so that the log before it stays the same.
    private mutating func entry(_ bytes: [UInt8], _ range: Range<Int>, after old: Record?) throws -> Entry {
        let message: Api_V1_Beta1_Trial = try Method.decode(Array(bytes[range]), .protobuf)
        let trial = KatibTrial(message, of: question)
        versions += 2
        var item = CanonicalLog.Item(
            name: trial.name, place: trial.ours?.position, startTime: trial.startTime,
            endTime: trial.ending.map { $0.time ?? .infinity }, beginVersion: versions, endVersion: versions + 1)
        if let old, old.trial.begins(like: trial) { item.beginVersion = old.item.beginVersion }
        if let old, item.beginVersion == old.item.beginVersion, old.trial.ending == trial.ending {
            item.endVersion = old.item.endVersion
        }
        return Entry(range: range, record: Record(trial, item))
    }
}
