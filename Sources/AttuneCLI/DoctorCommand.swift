import ArgumentParser
import AttuneCore
import AttuneProcess
import AttuneStore
import Foundation

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks the machine and the store, and says what to fix.")

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let checks = [supervisor(), directory(), freeSpace(), await store(), descriptors()]
        if format.json {
            Terminal.say(JSON.array(checks.map(\.json)).pretty)
        } else {
            for check in checks { Terminal.say("\(check.isGood ? "ok  " : "FIX ") \(check.what): \(check.finding)") }
        }
        guard checks.allSatisfy(\.isGood) else { throw ExitCode.failed }
    }

    private struct Check {
        var what: String
        var isGood: Bool
        var finding: String
        var json: JSON { ["check": .string(what), "ok": .bool(isGood), "finding": .string(finding)] }
    }

    private func supervisor() -> Check {
        do {
            return Check(what: "supervisor", isGood: true, finding: try Supervisor.find().executable)
        } catch {
            return Check(what: "supervisor", isGood: false, finding: "\(error)")
        }
    }

    private func directory() -> Check {
        let directory = storeOptions.url.deletingLastPathComponent()
        var existing = directory
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            existing.deleteLastPathComponent()
        }
        let isWritable = FileManager.default.isWritableFile(atPath: existing.path)
        return Check(
            what: "store directory", isGood: isWritable,
            finding: isWritable
                ? directory.path : "\(existing.path) is not writable; --store or ATTUNE_STORE names another place")
    }

    private func freeSpace() -> Check {
        var directory = storeOptions.url.deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: directory.path), directory.path != "/" {
            directory.deleteLastPathComponent()
        }
        let free =
            ((try? FileManager.default.attributesOfFileSystem(forPath: directory.path))?[.systemFreeSize] as? NSNumber)?
            .int64Value ?? 0
        let text = ByteCountFormatter.string(fromByteCount: free, countStyle: .file)
        return Check(
            what: "disk space", isGood: free > 100 << 20,
            finding: free > 100 << 20 ? "\(text) free" : "only \(text) free; make room, or move the store")
    }

    private func store() async -> Check {
        guard FileManager.default.fileExists(atPath: storeOptions.url.path) else {
            return Check(
                what: "store", isGood: true, finding: "none yet at \(storeOptions.url.path); attune run makes it")
        }
        do {
            let store = try storeOptions.open()
            try await store.checkIntegrity()
            return Check(
                what: "store", isGood: true,
                finding: "\(storeOptions.url.path), \(try await store.experiments().count) experiments, intact")
        } catch {
            return Check(what: "store", isGood: false, finding: "\(error)")
        }
    }

    private func descriptors() -> Check {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        return Check(
            what: "open files", isGood: limit.rlim_cur >= 256,
            finding: limit.rlim_cur >= 256
                ? "limit \(limit.rlim_cur)" : "limit \(limit.rlim_cur); raise it with ulimit -n 1024")
    }
}
