import Foundation
import Testing

@testable import AttuneProcess

/// A trial begins with a copy of its parent's checkpoints, whole and once, whatever stands among them.
@Suite(.timeLimit(.minutes(10))) struct CheckpointDirectoryTests {
    @Test func `files, directories and links arrive with permissions and times`() async throws {
        let scratch = try Scratch()
        let complaint = try await scratch.shell(
            """
            cd \(scratch.path("")) && mkdir -p parent/deep/er && cd parent
            echo weights >deep/er/model && chmod 640 deep/er/model && touch -d 2001-02-03 deep/er/model deep
            ln -s deep/er/model latest; ln -s \(scratch.path("parent"))/deep/er/model own; ln -s /etc/hostname other
            printf 'x' >"$(printf 'na\\377me')"; : >empty
            """)
        try #require(complaint == "")
        try await copy(in: scratch)
        let differences = try await scratch.shell(
            """
            cd \(scratch.path("")) && { diff -r --no-dereference -x own parent child
            for file in deep deep/er/model; do
                [ "$(stat -c '%Y %a' parent/$file)" = "$(stat -c '%Y %a' child/$file)" ] || echo $file
            done; } >&2
            """)
        #expect(differences == "")
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("child/own"))
                == scratch.path("child/deep/er/model"))
        #expect(try names(in: scratch) == ["child", "parent"])
    }

    @Test func `pipes, sockets and links are neither waited for nor followed`() async throws {
        let scratch = try Scratch()
        let complaint = try await scratch.shell(
            """
            cd \(scratch.path("")) && mkdir parent && cd parent && echo kept >file
            mkfifo pipe; ln -s pipe topipe; ln -s . loop; ln -s /dev/zero zero; ln -s /proc proc; ln -s nowhere dangling
            """)
        try #require(complaint == "")
        try await copy(in: scratch)
        let copied = try FileManager.default.contentsOfDirectory(atPath: scratch.path("child")).sorted()
        #expect(copied == ["dangling", "file", "loop", "proc", "topipe", "zero"])
        for link in copied where link != "file" {
            #expect(throws: Never.self) {
                try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("child/\(link)"))
            }
        }
    }

    @Test func `a file of holes costs nothing`() async throws {
        let scratch = try Scratch()
        let complaint = try await scratch.shell(
            """
            cd \(scratch.path("")) && mkdir parent && cd parent && truncate -s 1T holes && truncate -s 64M mixed
            echo data | dd of=mixed bs=1M seek=32 conv=notrunc status=none
            """)
        try #require(complaint == "")
        try await copy(in: scratch)
        var status = stat()
        try #require(stat(scratch.path("child/holes"), &status) == 0)
        #expect(status.st_size == 1 << 40 && status.st_blocks < 1000)
        #expect(try await scratch.shell("cmp \(scratch.path("parent/mixed")) \(scratch.path("child/mixed")) >&2") == "")
    }

    @Test(.enabled(if: access("/dev/shm", W_OK) == 0))
    func `what stands in another file system is copied too`() async throws {
        let scratch = try Scratch()
        let parent = "/dev/shm/attune-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let weights = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        try weights.write(to: URL(filePath: parent + "/weights"))
        try await CheckpointDirectory(path: scratch.path("child")).create(from: CheckpointDirectory(path: parent))
        #expect(try Data(contentsOf: URL(filePath: scratch.path("child/weights"))) == weights)
    }

    @Test func `directories without end are refused, and nothing of the copy is taken for one`() async throws {
        let scratch = try Scratch()
        var path = scratch.path("parent")
        for _ in 0...DirectoryCopy.deepest { path += "/d" }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = await #expect(throws: DirectoryTooDeep.self) { try await copy(in: scratch) }
        #expect(error?.description.hasPrefix("more than 32 directories stand in one another in /") == true)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("child")))
    }

    @Test func `what a trial has of its own is never copied over`() async throws {
        let scratch = try Scratch()
        try await make(["parent/epoch": "3"], in: scratch)
        try await copy(in: scratch)
        try await make(["child/epoch": "4"], in: scratch)
        try await copy(in: scratch)
        #expect(try String(contentsOfFile: scratch.path("child/epoch"), encoding: .utf8) == "4")
        // Not even where the trial put something else in its place.
        try FileManager.default.removeItem(atPath: scratch.path("child"))
        try #require(mkfifo(scratch.path("child"), 0o600) == 0)
        try await copy(in: scratch)
        #expect(try names(in: scratch) == ["child", "parent"])
    }

    @Test func `a copy cut short is made again and cleared up`() async throws {
        let scratch = try Scratch()
        try await make(
            ["parent/epoch": "3", "child.copy-1/epoch": "half", "child.copy-\(getpid())/x": ""], in: scratch)
        try await copy(in: scratch)
        #expect(try names(in: scratch) == ["child", "parent"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("child")) == ["epoch"])
    }

    @Test func `letting go in the middle leaves no directory that could be taken for whole`() async throws {
        let scratch = try Scratch()
        for index in 0..<50 { try await make(["parent/\(index)": "x"], in: scratch) }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await copy(in: scratch)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("child")))
        try await copy(in: scratch)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("child")).count == 50)
        #expect(try names(in: scratch) == ["child", "parent"])
    }

    @Test(arguments: [nil, "/etc"])
    func `a parent that is gone, or only a link, is named`(target: String?) async throws {
        let scratch = try Scratch()
        if let target {
            try FileManager.default.createSymbolicLink(
                atPath: scratch.path("parent"), withDestinationPath: target)
        }
        let error = await #expect(throws: CheckpointsGone.self) { try await copy(in: scratch) }
        #expect(error?.path == scratch.path("parent"))
        #expect(try !names(in: scratch).contains("child"))
    }

    private func copy(in scratch: Scratch) async throws {
        try await CheckpointDirectory(path: scratch.path("child")).create(
            from: CheckpointDirectory(path: scratch.path("parent")))
    }

    private func names(in scratch: Scratch) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.path("")).filter { $0 != "script.sh" }.sorted()
    }

    private func make(_ files: [String: String], in scratch: Scratch) async throws {
        for (name, text) in files {
            let url = scratch.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
    }
}
