/// Carries requests to an API server and its answers back.
public protocol APITransport: Sendable {
    /// Sends a request and returns with the head of the answer; the body follows as it comes.
    ///
    /// Cancelling, or letting go of the body, ends the transfer.
    ///
    /// - Throws: `TransportError` when there is no answer, `CancellationError`. The body throws the same when it breaks off.
    func send(_ request: APIRequest) async throws -> APIResponse
}

public struct APIRequest: Sendable, Hashable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public var method: Method
    /// Path and query, percent-encoded: `/apis/batch/v1/namespaces/default/jobs?limit=500`.
    public var target: String
    /// By lower-case name.
    public var headers: [String: String]
    public var body: [UInt8]
    /// How long everything may take, the body's end included; nil for a stream that may last.
    public var timeout: Duration?
    /// The longest silence within the body of a stream; nil for any.
    public var silence: Duration?

    public init(
        _ method: Method, _ target: String, headers: [String: String] = [:], body: [UInt8] = [],
        timeout: Duration? = .seconds(60), silence: Duration? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.silence = silence
    }
}

public struct APIResponse: Sendable {
    public var status: Int
    /// By lower-case name.
    public var headers: [String: String]
    public var body: APIBody

    public init(status: Int, headers: [String: String] = [:], body: APIBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The body of an answer in parts as they come, for one reader. When the last copy goes, the transfer ends.
public struct APIBody: AsyncSequence, Sendable {
    /// Where the parts come from. Its `deinit` ends the transfer.
    public protocol Source: AnyObject, Sendable {
        /// The next part, not empty; nil at the end. Called by one task at a time.
        func next() async throws -> [UInt8]?
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: any Source
        public mutating func next() async throws -> [UInt8]? { try await source.next() }
    }

    private let source: any Source

    public init(_ source: any Source) { self.source = source }

    /// A body that is there already.
    public init(_ bytes: [UInt8]) { source = Whole(bytes) }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// All of it.
    public func collect() async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await part in self { all += part }
        return all
    }

    private actor Whole: Source {
        private var bytes: [UInt8]?
        init(_ bytes: [UInt8]) { self.bytes = bytes.isEmpty ? nil : bytes }

        func next() -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }
    }
}

/// There is no answer, or only a part of one.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The request may or may not have arrived; another try may do.
        case lost
        /// The time is over that the request allowed.
        case timedOut
        /// Another try is pointless: a certificate, a file or the address is wrong.
        case hopeless
    }

    public var kind: Kind
    public var description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
