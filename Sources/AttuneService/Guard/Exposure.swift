import AttuneCore

/// Whether a service may listen where it is told to: others than this machine only with proof of who they are.
struct Exposure {
    private let configuration: Server.Configuration
    private let hasTokens: Bool

    init(_ configuration: Server.Configuration, hasTokens: Bool) {
        self.configuration = configuration
        self.hasTokens = hasTokens
    }

    func check() throws {
        let knowsCallers = hasTokens || configuration.requiresTokens || configuration.tls?.clientCA != nil
        guard !knowsCallers, !configuration.allowsAnonymous else { return }
        let open = ([configuration.http] + configuration.grpc).first { !$0.isLoopback }
        guard let open else { return }
        throw AttuneError(
            """
            \(open) can be reached from other machines, and everyone there could read and delete all experiments. \
            Make a token (attune token create NAME --scope admin), or take client certificates (--client-ca FILE), \
            or say --allow-anonymous where the network itself keeps strangers out
            """)
    }
}
