import AttuneCore
import Foundation

/// A user of a kubeconfig file.
struct KubeUser: Sendable {
    var credentials: Credentials
    var impersonation: Impersonation?
    /// Whether its plugin is told of the cluster.
    var execWantsCluster = false

    init(_ reader: MapReader, in directory: URL) {
        if let provider = reader.map("auth-provider") {
            reader.log.error(
                reader.field["auth-provider"], found: provider.filledText("name").map { "\"\($0)\"" },
                "is no longer part of Kubernetes; use exec with the plugin of your provider")
        }
        let exec = reader.map("exec")
        let plugin = exec.flatMap { ExecPlugin($0, in: directory) }
        execWantsCluster = exec?.flag("provideClusterInfo") ?? false
        credentials = Credentials(
            KubeUser.authorization(reader, in: directory) ?? plugin.map { .exec($0) } ?? .none,
            identity: KubeUser.identity(reader, in: directory))
        impersonation = KubeUser.impersonation(reader)
    }

    /// A token file goes before a token, as it is newer.
    private static func authorization(_ reader: MapReader, in directory: URL) -> Credentials.Authorization? {
        let file = reader.path("tokenFile", in: directory)
        let token = reader.filledText("token")
        let (user, password) = (reader.filledText("username"), reader.filledText("password"))
        if password != nil, user == nil {
            reader.log.error(reader.field["username"], "must be specified with a password")
        }
        if user != nil, token != nil || file != nil {
            reader.log.error(
                reader.field["username"], "must not come with a token; one way of authentication is allowed")
        }
        if let file { return .tokenFile(file) }
        if let token { return .token(token) }
        return user.map { .basic(user: $0, password: password ?? "") }
    }

    private static func identity(_ reader: MapReader, in directory: URL) -> ClientIdentity? {
        func isGiven(_ key: String) -> Bool { reader.has(key) || reader.has("\(key)-data") }
        let certificate = reader.pem(file: "client-certificate", in: directory, label: "CERTIFICATE")
        let key = reader.pem(file: "client-key", in: directory, label: "PRIVATE KEY")
        for (given, missing) in [("client-key", "client-certificate"), ("client-certificate", "client-key")]
        where isGiven(given) && !isGiven(missing) {
            reader.log.error(reader.field[missing], "must be specified with \(given)")
        }
        guard let certificate, let key else { return nil }
        return ClientIdentity(certificate: certificate, key: key)
    }

    private static func impersonation(_ reader: MapReader) -> Impersonation? {
        let user = reader.filledText("as")
        if user == nil {
            for key in ["as-uid", "as-groups", "as-user-extra"] where reader.has(key) {
                reader.log.error(reader.field["as"], "must be specified with \(key)")
            }
        }
        let extra = reader.map("as-user-extra")
        let keys = extra?.node.json.object?.keys ?? []
        return user.map { user in
            Impersonation(
                user: user, uid: reader.filledText("as-uid"), groups: reader.texts("as-groups") ?? [],
                extra: Dictionary(uniqueKeysWithValues: keys.map { ($0, extra?.texts($0) ?? []) }))
        }
    }
}

extension ExecPlugin {
    /// Nil, with problems noted, when it cannot be.
    fileprivate init?(_ reader: MapReader, in directory: URL) {
        let command = reader.requiredText("command")
        if !reader.has("apiVersion") { reader.log.error(reader.field["apiVersion"], "must be specified") }
        let version: Version? = reader.choice("apiVersion")
        let interaction: Interaction? = reader.choice("interactiveMode")
        if version == .v1, !reader.has("interactiveMode") {
            reader.log.error(reader.field["interactiveMode"], "must be Never, IfAvailable or Always")
        }
        let environment = reader.maps("env")?.map { ($0.requiredText("name") ?? "", $0.text("value") ?? "") }
        guard let command, let version else { return nil }
        let isPath = command.contains("/")
        self.init(isPath ? reader.path("command", in: directory) ?? command : command, version: version)
        arguments = reader.texts("args") ?? []
        self.environment = Dictionary(environment ?? []) { $1 }
        installHint = reader.filledText("installHint")
        self.interaction = interaction ?? .ifAvailable
    }
}
