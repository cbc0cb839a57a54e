/// What a caller may do; each includes those before it.
public enum Scope: String, Sendable, Hashable, CaseIterable, Comparable {
    case read, write, admin

    public static func < (left: Scope, right: Scope) -> Bool { left.rank < right.rank }
    private var rank: Int { Scope.allCases.firstIndex(of: self) ?? 0 }
}

/// Who calls, once that is known.
public struct Caller: Sendable, Hashable {
    /// Whose experiments and metrics the call is about.
    public var namespace: String
    public var scope: Scope
    /// The token's or certificate's name; nil where everyone may call.
    public var identity: String?
    /// Those it may name; nil for all.
    public var namespaces: Set<String>?

    public init(
        namespace: String = Caller.defaultNamespace, scope: Scope = .admin, identity: String? = nil,
        namespaces: Set<String>? = nil
    ) {
        self.namespace = namespace
        self.scope = scope
        self.identity = identity
        self.namespaces = namespaces
    }

    public static let defaultNamespace = "default"
}

/// What came before a call's message.
public struct CallHead: Sendable {
    public enum Transport: String, Sendable { case grpc, http }

    public var transport: Transport
    /// Such as `127.0.0.1:4711`.
    public var peer: String
    /// The subject of the certificate that the client proved to have.
    public var certificateName: String?
    /// The host that the client means to talk to, as HTTP's `Host` has it; nil over gRPC.
    public var authority: String?
    /// Where the call stands in its caller's trace.
    public var trace: TraceContext
    /// The value of a header or of gRPC's metadata, by its lower-case name.
    public var header: @Sendable (String) -> String?

    public init(
        transport: Transport, peer: String, certificateName: String? = nil, authority: String? = nil,
        header: @escaping @Sendable (String) -> String?
    ) {
        self.transport = transport
        self.peer = peer
        self.certificateName = certificateName
        self.authority = authority
        trace = TraceContext(parent: header(TraceContext.header))
        self.header = header
    }
}
