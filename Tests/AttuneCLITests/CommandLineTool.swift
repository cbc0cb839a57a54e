import AttuneCore
import AttuneTestSupport
import Foundation

/// The built `attune`, with a store of its own that goes away with this value.
final class CommandLineTool: Sendable {
    typealias Result = ProgramRun.End

    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(
            path: "attune-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Where the test bundle and the products it needs were built.
    static var products: URL {
        URL(
            filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments[0]
        )
        .deletingLastPathComponent()
    }

    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Writes a file beside the store.
    func write(_ text: String, to name: String) throws -> String {
        let url = directory.appending(path: name)
        try Data(text.utf8).write(to: url)
        return url.path(percentEncoded: false)
    }

    /// Runs a command to its end, with no input.
    func callAsFunction(_ arguments: String...) async throws -> Result {
        try await start(arguments).finished()
    }

    func start(_ arguments: [String]) async throws -> ProgramRun {
        try await start(Self.products.appending(path: "attune").path, arguments)
    }

    /// Another program, with the same store.
    func start(_ program: String, _ arguments: [String]) async throws -> ProgramRun {
        let store = directory.appending(path: "attune.db").path(percentEncoded: false)
        return try await ProgramRun(
            program, arguments, environment: ["ATTUNE_STORE": store, "OPENBLAS_NUM_THREADS": "1"], files: directory)
    }
}

extension CommandLineTool.Result {
    func json() throws -> JSON { try JSON(parsing: output) }
}
