import ArgumentParser
import AttuneCore
import AttuneProcess
import AttuneStore
import Foundation

/// Where experiments are kept.
struct StoreOptions: ParsableArguments {
    @Option(name: .long, help: "The store's file (default: $ATTUNE_STORE, else ~/.local/share/attune/attune.db).")
    var store: String?

    var url: URL {
        if let path = store ?? ProcessInfo.processInfo.environment["ATTUNE_STORE"], !path.isEmpty {
            return URL(filePath: path)
        }
        let home = ProcessInfo.processInfo.environment["HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) }
        return (home ?? FileManager.default.homeDirectoryForCurrentUser).appending(
            path: ".local/share/attune/attune.db")
    }

    /// Trials keep their files beside the store, or where `ATTUNE_TRIALS` says.
    var trialsRoot: URL {
        if let path = ProcessInfo.processInfo.environment["ATTUNE_TRIALS"], !path.isEmpty { return URL(filePath: path) }
        return url.deletingLastPathComponent().appending(path: "trials", directoryHint: .isDirectory)
    }

    func open() throws -> SQLiteStore {
        try SQLiteStore(at: url.path(percentEncoded: false))
    }

    /// Opens the store to read from it.
    ///
    /// - Throws: `AttuneError` when there is no store yet.
    func openExisting() throws -> SQLiteStore {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw AttuneError("there is no store at \(url.path) yet; attune run FILE makes it, --store names another")
        }
        return try open()
    }
}
