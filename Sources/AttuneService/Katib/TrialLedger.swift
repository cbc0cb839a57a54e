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
        var trial: KatibTrial
        var item: CanonicalLog.Item
    }

    init(_ question: KatibQuestion) { self.question = question }

    subscript(index: Int) -> KatibTrial { entries[index].trial }
    var items: [CanonicalLog.Item] { entries.map(\.item) }

    /// Takes in the trials of a request, in place of those before.
    ///
    /// - Returns: whether any is other than before, or at another position.
    /// - Complexity: a comparison of bytes for what is as it was; decoding for the rest.
    /// - Throws: `invalidArgument` where a trial is malformed; what was known stays.
    mutating func read(_ request: SuggestionRequest) throws -> Bool {
        let old = entries
        let same = matches(request)
        if let same {
            // The same trials in the same order: only where they stand may differ.
            for index in same.indices { entries[index].range = same[index] }
            bytes = request.bytes
            return false
        }
        var next: [Entry] = []
        next.reserveCapacity(request.trials.count)
        var expected = 0
        for range in request.trials {
            if expected < old.count, isSame(request.bytes, range, old[expected].range) {
                next.append(moved(old[expected], to: range))
                expected += 1
                continue
            }
            let name = try request.bytes.withUnsafeBufferPointer { buffer in
                Result { () throws(ServiceError) in try SuggestionRequest.name(of: range, in: buffer) }
            }.get()
            let position = positions[name]
            if let position, isSame(request.bytes, range, old[position].range) {
                next.append(moved(old[position], to: range))
            } else {
                next.append(try entry(request.bytes, range, after: position.map { old[$0] }))
            }
            if let position { expected = position + 1 }
        }
        entries = next
        bytes = request.bytes
        positions = Dictionary(next.enumerated().map { ($1.trial.name, $0) }) { first, _ in first }
        return true
    }

    /// Where the known trials stand in a request that has the same ones in the same order; nil where it has others.
    private func matches(_ request: SuggestionRequest) -> [Range<Int>]? {
        guard request.trials.count == entries.count else { return nil }
        let areSame = zip(request.trials, entries).allSatisfy { isSame(request.bytes, $0, $1.range) }
        return areSame ? request.trials : nil
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

    private func moved(_ entry: Entry, to range: Range<Int>) -> Entry {
        var entry = entry
        entry.range = range
        return entry
    }

    /// Decodes a trial. What is as it was keeps its version, so that the log before it stays the same.
    private mutating func entry(_ bytes: [UInt8], _ range: Range<Int>, after old: Entry?) throws -> Entry {
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
        return Entry(range: range, trial: trial, item: item)
    }
}
