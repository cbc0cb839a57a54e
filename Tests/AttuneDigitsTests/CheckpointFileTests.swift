import Foundation
import Testing

@testable import AttuneDigits

struct CheckpointFileTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "digits-\(UUID().uuidString)").path

    @Test func `what was written is read, and the last one counts`() throws {
        defer { remove() }
        let file = CheckpointFile(in: directory + "/made/here")
        #expect(try file.read() == nil)
        for epoch in 1...2 { try file.write(checkpoint(epoch: epoch)) }
        #expect(try file.read() == checkpoint(epoch: 2))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/made/here")
        #expect(names == ["digits.checkpoint"])
    }

    @Test func `a damaged or foreign file is refused with one line and status 2, and left as it is`() throws {
        defer { remove() }
        let file = CheckpointFile(in: directory)
        try file.write(checkpoint(epoch: 1))
        let damaged = try Data(contentsOf: URL(filePath: file.path)).dropLast(1)
        for (content, complaint) in [
            (Data(damaged), "is damaged: its checksum is wrong; remove it to train from the beginning"),
            (Data("PK".utf8), "is not a checkpoint of attune-digits; name another directory"),
        ] {
            try content.write(to: URL(filePath: file.path))
            var training = try Training(Settings(hidden: [2]), on: fewDigits(50))
            let refused = #expect(throws: RefusedCheckpoint.self) { try training.resume(from: file) }
            #expect(
                Ending(try #require(refused))
                    == Ending(message: "attune-digits: \(file.path) \(complaint)", status: 2))
            #expect(try Data(contentsOf: URL(filePath: file.path)) == content)
        }
    }

    @Test func `a pipe or a directory in its place is refused without waiting`() throws {
        defer { remove() }
        let file = CheckpointFile(in: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try #require(mkfifo(file.path, 0o600) == 0)
        #expect(throws: CheckpointError.notACheckpoint) { try file.read() }
        unlink(file.path)
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: true)
        #expect(throws: CheckpointError.notACheckpoint) { try file.read() }
    }

    @Test func `a directory that cannot be written to is named`() {
        let error = #expect(throws: CheckpointFileError.self) {
            try CheckpointFile(in: "/proc/self").write(checkpoint(epoch: 1))
        }
        #expect(error?.reason.contains("/proc/self/digits.checkpoint") == true)
    }

    private func checkpoint(epoch: Int) throws -> Checkpoint {
        let settings = Settings(hidden: [2], epochs: epoch)
        var training = try Training(settings, on: fewDigits(50))
        try training.run { _ in }
        return training.checkpoint
    }

    private func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
