import AttuneProcess
import Foundation
import Testing

struct ProcessWatchTests {
    private final class Processes {
        let directory = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")

        init(_ pids: Int...) throws {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data().write(to: directory.appending(path: "uptime"))
            for pid in pids { try add(pid) }
        }
        deinit { try? FileManager.default.removeItem(at: directory) }

        func add(_ pid: Int, state: String = "S") throws {
            let process = directory.appending(path: "\(pid)")
            try FileManager.default.createDirectory(at: process, withIntermediateDirectories: true)
            try Data("\(pid) (sh) x (y)) \(state) 0 1 1".utf8).write(to: process.appending(path: "stat"))
        }

        func remove(_ pid: Int) throws { try FileManager.default.removeItem(at: directory.appending(path: "\(pid)")) }
    }

    private let start = Date(timeIntervalSince1970: 0)

    @Test func `it is over when nobody is left but the pod's first process and this one`() throws {
        let processes = try Processes(1, 7, 20)
        var watch = ProcessWatch(directory: processes.directory.path, own: 7)
        var answers = [watch.areOver(at: start)]
        try processes.add(21)
        try processes.remove(20)
        answers.append(watch.areOver(at: start))
        try processes.remove(21)
        answers.append(watch.areOver(at: start))
        #expect(answers == [false, false, true])
    }

    @Test func `who has ended and waits for its parent does not count`() throws {
        let processes = try Processes(1, 7, 20)
        var watch = ProcessWatch(directory: processes.directory.path, own: 7)
        var answers = [watch.areOver(at: start)]
        try processes.add(20, state: "Z")
        answers.append(watch.areOver(at: start))
        #expect(answers == [false, true])
    }

    @Test func `others may take a while to come, and may never come`() throws {
        let processes = try Processes(1, 7)
        var watch = ProcessWatch(directory: processes.directory.path, own: 7, patience: 60)
        #expect([0, 59].map { watch.areOver(at: start + $0) } == [false, false])
        var later = watch
        #expect([60, 61].map { watch.areOver(at: start + $0) } == [true, true])
        try processes.add(20)
        #expect([60, 3600].map { later.areOver(at: start + $0) } == [false, false])
    }

    @Test func `where processes are not shared it is never over`() throws {
        let processes = try Processes(1)
        var watch = ProcessWatch(directory: processes.directory.path, own: 1)
        #expect([0, 3600].map { watch.areOver(at: start + $0) } == [false, false])
    }
}
