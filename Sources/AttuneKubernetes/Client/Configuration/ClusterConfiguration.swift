/// How an API server is reached, known, and what it is shown.
public struct ClusterConfiguration: Sendable, Hashable {
    public var server: ServerAddress
    /// Certificates in PEM that may sign the server's; nil takes the machine's.
    public var authorities: [UInt8]?
    /// The name that the server's certificate is for; nil where it is for the address's host.
    public var serverName: String?
    /// Any certificate of the server is good enough.
    public var isInsecure = false
    /// The URL of a proxy. Nil takes the environment's, and none for this machine.
    public var proxy: String?
    public var credentials = Credentials()
    public var impersonation: Impersonation?
    /// Where objects are that do not say.
    public var namespace = "default"

    public init(server: ServerAddress) { self.server = server }
}

/// What a client shows of itself.
public struct Credentials: Sendable, Hashable {
    public enum Authorization: Sendable, Hashable {
        case none
        case token(String)
        /// A file with a token, which others renew.
        case tokenFile(String)
        case basic(user: String, password: String)
        case exec(ExecPlugin)
    }

    public var authorization = Authorization.none
    public var identity: ClientIdentity?

    public init(_ authorization: Authorization = .none, identity: ClientIdentity? = nil) {
        self.authorization = authorization
        self.identity = identity
    }
}

/// A client certificate with those that signed it, and its key, in PEM.
public struct ClientIdentity: Sendable, Hashable {
    public var certificate: [UInt8]
    public var key: [UInt8]

    public init(certificate: [UInt8], key: [UInt8]) {
        self.certificate = certificate
        self.key = key
    }
}

/// In whose name requests are made.
public struct Impersonation: Sendable, Hashable {
    public var user: String
    public var uid: String?
    public var groups: [String]
    public var extra: [String: [String]]

    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }
}
