import ArgumentParser
import AttuneClient
import AttuneCore
import Foundation

/// Which server, and who calls it.
struct ServerOptions: ParsableArguments {
    @Option(help: "The service to work with, such as http://127.0.0.1:6780 (default: $ATTUNE_SERVER; else the store).")
    var server: String?
    @Option(help: "The token to show the server (default: $ATTUNE_TOKEN).") var token: String?
    @Option(help: "A file with the token.", completion: .file()) var tokenFile: String?
    @Option(help: "The server's namespace to work in.") var namespace: String?
    @Option(help: "Certificates, in PEM, that vouch for the server.", completion: .file()) var ca: String?
    @Option(help: "The client's own certificate, in PEM.", completion: .file()) var clientCert: String?
    @Option(help: "The key of the client's certificate, in PEM.", completion: .file()) var clientKey: String?

    func validate() throws {
        if token != nil, tokenFile != nil { throw ValidationError("--token-file: give a token or a file with it") }
        if (clientCert == nil) != (clientKey == nil) {
            throw ValidationError("--client-cert: a certificate and its --client-key go together")
        }
    }

    /// The server that was named on the command line, or else by the environment; nil where none was.
    ///
    /// - Parameter usesEnvironment: whether the environment counts.
    /// - Throws: `AttuneError` where what was named is no server.
    func configuration(usesEnvironment: Bool = true) throws -> AttuneClient.Configuration? {
        let environment = ProcessInfo.processInfo.environment
        guard let text = server ?? (usesEnvironment ? environment["ATTUNE_SERVER"] : nil), !text.isEmpty else {
            return nil
        }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme ?? ""), url.host() != nil else {
            throw AttuneError("--server: found \"\(text)\"; must be a URL such as http://127.0.0.1:6780")
        }
        var configuration = AttuneClient.Configuration(url: url)
        configuration.token = try secret(environment)
        configuration.namespace = namespace ?? environment["ATTUNE_NAMESPACE"]
        configuration.authorities = ca
        configuration.certificate = clientCert
        configuration.key = clientKey
        configuration.patience = .seconds(3)
        return configuration
    }

    /// - Throws: `AttuneError` where no server was named.
    func required() throws -> AttuneClient.Configuration {
        if let configuration = try configuration() { return configuration }
        throw AttuneError("--server: must be specified, or $ATTUNE_SERVER be set; such as http://127.0.0.1:6780")
    }

    private func secret(_ environment: [String: String]) throws -> String? {
        guard let tokenFile else { return token ?? environment["ATTUNE_TOKEN"].flatMap { $0.isEmpty ? nil : $0 } }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw AttuneError("--token-file: \(tokenFile) cannot be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Where experiments are: a server, or a store of this machine.
struct RecordsOptions: ParsableArguments {
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup(title: "Server") var serverOptions: ServerOptions

    func validate() throws {
        if storeOptions.store != nil, serverOptions.server != nil {
            throw ValidationError("--server: the server has its own store; leave out --store")
        }
    }

    /// The server, where one was named, and no store on the command line.
    var remote: RemoteRecords? {
        get throws {
            try serverOptions.configuration(usesEnvironment: storeOptions.store == nil).map {
                RemoteRecords(AttuneClient($0))
            }
        }
    }

    /// - Throws: `AttuneError` when there is no store yet.
    func open() throws -> any Records {
        try remote ?? storeOptions.openExisting()
    }
}
