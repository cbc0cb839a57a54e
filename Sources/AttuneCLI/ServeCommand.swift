import ArgumentParser
import AttuneCore
import AttuneService
import AttuneStore
import Foundation
import Logging

/// Runs the service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves Katib's protocol and Attune's own, over gRPC and as JSON over HTTP, from one store.")

    @OptionGroup var storeOptions: StoreOptions
    @Option(help: "Where JSON over HTTP is served.") var http = Server.Address(host: "127.0.0.1", port: 6780)
    @Option(help: "Where gRPC is served; more than once for more places (default: 127.0.0.1:6789 and 127.0.0.1:6788).")
    var grpc: [Server.Address] = []

    func run() async throws {
        var configuration = Server.Configuration()
        configuration.http = http
        if !grpc.isEmpty { configuration.grpc = grpc }
        let logger = Logger(label: "attune") { StreamLogHandler.standardError(label: $0) }
        let server = Server(configuration, store: try storeOptions.open(), logger: logger)
        try await server.run { http, grpc in
            Terminal.say("attune serves http://\(http) and gRPC on \(grpc.map(\.description).joined(separator: ", "))")
        }
    }
}

extension Server.Address: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
