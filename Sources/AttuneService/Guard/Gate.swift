/// Decides who may call.
public protocol Gate: Sendable {
    /// - Throws: `ServiceError` `unauthenticated` where nobody knows the caller, `permissionDenied` where it may not.
    func admit(_ head: CallHead, needing scope: Scope) async throws(ServiceError) -> Caller
}

/// Everyone may do everything, in the namespace they name. For one machine's own use.
public struct OpenGate: Gate {
    public init() {}

    public func admit(_ head: CallHead, needing scope: Scope) async throws(ServiceError) -> Caller {
        Caller(namespace: try Namespace.named(head.header(Namespace.header)) ?? Caller.defaultNamespace)
    }
}

enum Namespace {
    static let header = "attune-namespace"

    /// - Throws: `invalidArgument` where the name is none.
    static func named(_ name: String?) throws(ServiceError) -> String? {
        guard let name, !name.isEmpty else { return nil }
        guard isName(name) else {
            throw ServiceError(
                .invalidArgument,
                "\(header): must be lower-case letters, digits and -, at most 63, such as team-vision")
        }
        return name
    }

    static func isName(_ name: String) -> Bool {
        name.utf8.count <= 63 && name.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?/) != nil
    }
}
