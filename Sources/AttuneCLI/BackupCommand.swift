import ArgumentParser
import AttuneCore
import AttuneStore
import Foundation

/// Copies the store while it is in use.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the store into one file, checked, also while attune serve or run is writing.",
        discussion:
            "To restore: stop what uses the store, remove its -wal and -shm files, and copy the backup in its place.")

    @OptionGroup var storeOptions: StoreOptions
    @Flag(help: "Only check FILE, which is a backup already.") var check = false
    @Argument(help: "The backup's file. It is never overwritten.") var file: String

    func run() async throws {
        let path = URL(filePath: file).path(percentEncoded: false)
        let count =
            check ? try SQLiteStore.checkCopy(at: path) : try await storeOptions.openExisting().backUp(to: path)
        Terminal.say("\(file): \(count) experiments, intact")
    }
}
