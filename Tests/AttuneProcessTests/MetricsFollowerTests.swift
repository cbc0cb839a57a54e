import AttuneCore
import AttuneProcess
import Foundation
import Synchronization
import Testing

struct MetricsFollowerTests {
    private final class Place: Sendable {
        let directory = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        var file: String { directory.appending(path: "metrics.log").path }

        init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: directory) }

        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }

        func append(_ text: String) throws {
            let handle = try FileHandle(forWritingTo: URL(filePath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
    }

    /// What is found while, at each pause between two readings, the next of some things happens; after the last of them
    /// the follower is told to end.
    private func follow(
        _ where: MetricsFollower.Place, metrics: [String] = ["loss"], _ happenings: [@Sendable () throws -> Void]
    ) async throws -> (found: [[Double]], troubles: Int) {
        let next = Mutex(0)
        let clock = TunerClock(
            now: { Date(timeIntervalSince1970: 0) },
            sleepFor: { _ in
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < happenings.count else { throw CancellationError() }
                try happenings[index]()
            })
        var follower = try MetricsFollower(`where`, metrics: metrics, clock: clock)
        var found: [[Double]] = []
        var troubles = 0
        try await follower.follow(onTrouble: { _ in troubles += 1 }, found: { found.append($0.map(\.value)) })
        return (found, troubles)
    }

    @Test func `a file that is not there yet is waited for, and read as it grows`() async throws {
        let place = try Place()
        let result = try await follow(
            .file(place.file, .text, filters: []),
            [
                {}, { try place.write("loss=1\nloss=2\nlo") }, { try place.append("ss=3\n") }, {},
                { try place.append("loss=4") },
            ])
        #expect(result.found == [[1, 2], [3], [4]], "the last line counts though it lacks its end")
        #expect(result.troubles == 0)
    }

    @Test func `what comes right before the end is read`() async throws {
        let place = try Place()
        try place.write("")
        let last: @Sendable () throws -> Void = {
            try place.append("loss=7\nloss=8\n")
            throw CancellationError()
        }
        #expect(try await follow(.file(place.file, .text, filters: []), [last]).found == [[7, 8]])
    }

    @Test func `a file that is replaced or cut short is read from its start, and lines are not mixed`() async throws {
        let place = try Place()
        let result = try await follow(
            .file(place.file, .text, filters: []),
            [
                { try place.write("loss=1\nloss=2") },
                {
                    try FileManager.default.removeItem(atPath: place.file)
                    try place.write("3 is no name\nloss=4\n")
                },
                {
                    let handle = try FileHandle(forWritingTo: URL(filePath: place.file))
                    try handle.truncate(atOffset: 0)
                    try handle.write(contentsOf: Data("loss=5\n".utf8))
                },
            ])
        #expect(result.found == [[1], [2, 4], [5]])
    }

    @Test func `lines of JSON, and filters`() async throws {
        let place = try Place()
        try place.write(#"{"loss": "0.5", "epoch": 1}"# + "\nnoise\n")
        #expect(try await follow(.file(place.file, .json, filters: []), []).found == [[0.5]])
        try place.write("{metricName: loss, metricValue: 0.25}\n")
        let filter = #"{metricName: ([\w|-]+), metricValue: ((-?\d+)(\.\d+)?)}"#
        #expect(try await follow(.file(place.file, .text, filters: [filter]), []).found == [[0.25]])
        #expect(throws: (any Error).self) {
            try MetricsFollower(.file(place.file, .text, filters: ["("]), metrics: ["loss"])
        }
    }

    @Test func `event files in a directory that comes later`() async throws {
        let place = try Place()
        let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "AttuneCoreTests/Fixtures/TensorFlowEvents/simple/train")
        let logs = place.directory.appending(path: "logs")
        let result = try await follow(
            .events(logs.path), metrics: ["loss", "accuracy"],
            [
                {
                    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(at: fixture, to: logs.appending(path: "train"))
                }
            ])
        #expect(result.found.count == 1)
        #expect(!result.found.joined().isEmpty)
    }

    @Test func `a directory where the file should be is as nothing`() async throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.file, withIntermediateDirectories: true)
        let result = try await follow(.file(place.file, .text, filters: []), [{}, {}])
        #expect(result.found.isEmpty && result.troubles == 0)
    }

    @Test func `trouble that lasts is told once, and thrown where it lasts to the end`() async throws {
        let place = try Place()
        // A name that no file can have.
        let path = place.file + String(repeating: "x", count: 300)
        let pauses = Mutex(0)
        let clock = TunerClock(
            now: { Date(timeIntervalSince1970: 0) },
            sleepFor: { _ in
                if pauses.withLock({ pauses in
                    pauses += 1
                    return pauses == 5
                }) {
                    throw CancellationError()
                }
            })
        var follower = try MetricsFollower(.file(path, .text, filters: []), metrics: ["loss"], clock: clock)
        var troubles = 0
        do {
            try await follower.follow(
                onTrouble: { _ in troubles += 1 }, found: { _ in Issue.record("nothing is there") })
            Issue.record("the trouble is there to the end")
        } catch is AttemptError {
            #expect(troubles == 1)
        }
        withExtendedLifetime(place) {}
    }
}
