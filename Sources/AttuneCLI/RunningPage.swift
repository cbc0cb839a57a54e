import AttuneCore
import AttuneService
import AttuneStore
import Foundation
import Logging

/// The web page, served by a process that does something else.
struct RunningPage: Sendable {
    /// Where it is.
    let url: String
    private let serving: Task<Void, any Error>
    private let ending: AsyncStream<Void>.Continuation

    /// The address unless another is said, which is `attune serve`'s.
    static let usualAddress = Server.Configuration().http

    /// Begins to serve what a store has.
    ///
    /// - Parameters:
    ///   - address: where; the usual one gives way to a free port where it is taken.
    ///   - path: the store's file. It is opened once more, so that the page ends without ending anything else.
    /// - Throws: `AttuneError` where it cannot be served there.
    static func open(at address: Server.Address, store path: String) async throws -> RunningPage {
        do {
            return try await begin(at: address, path)
        } catch let error as AttuneError {
            guard address == usualAddress else { throw error }
            return try await begin(at: Server.Address(host: address.host, port: 0), path)
        }
    }

    private static func begin(at address: Server.Address, _ path: String) async throws -> RunningPage {
        var configuration = Server.Configuration()
        configuration.http = address
        configuration.grpc = []
        configuration.handlesSignals = false
        // Browsers keep their streams open; nobody waits for them.
        configuration.limits.shutdownSeconds = 1
        configuration.workers = WorkerDirectory.usual.root
        var logger = LogOptions.quiet
        logger.logLevel = .error
        let server = Server(configuration, store: try SQLiteStore(at: path), catalogue: .complete, logger: logger)
        let (ready, continuation) = AsyncStream.makeStream(of: Server.Address.self)
        let (end, ending) = AsyncStream.makeStream(of: Void.self)
        let serving = Task {
            defer { continuation.finish() }
            try await server.run(stoppingAfter: { for await _ in end {} }) { http, _ in continuation.yield(http) }
        }
        for await http in ready { return RunningPage(url: "http://\(http)/", serving: serving, ending: ending) }
        try await serving.value
        throw AttuneError("the page on \(address) ended before it began")
    }

    /// Stops serving, and waits until that is done.
    func close() async {
        ending.finish()
        _ = await serving.result
    }
}

extension LogOptions {
    /// Says nothing but what went wrong, on standard error.
    static var quiet: Logger {
        Logger(label: "attune") { _ in
            LogLine(format: .text, level: .error) { Terminal.write($0, to: STDERR_FILENO) }
        }
    }
}
