import AttuneCore

/// Why a call was refused or failed, in gRPC's codes, which HTTP's statuses follow from.
public struct ServiceError: Error, Sendable, Hashable {
    /// gRPC's status codes, by number.
    public enum Code: Int, Sendable, Hashable {
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
        case unauthenticated = 16

        /// As google.api's HTTP mapping has it.
        public var httpStatus: Int {
            switch self {
            case .cancelled: 499
            case .invalidArgument, .failedPrecondition: 400
            case .unauthenticated: 401
            case .permissionDenied: 403
            case .notFound: 404
            case .alreadyExists, .aborted: 409
            case .resourceExhausted: 429
            case .unknown, .internal: 500
            case .unimplemented: 501
            case .unavailable: 503
            case .deadlineExceeded: 504
            }
        }
    }

    public var code: Code
    public var message: String
    /// What is wrong with which field of what was sent.
    public var problems: [Problem]
    /// Where HTTP has a better word than the code's own.
    public var httpStatus: Int
    /// When it is worth to call again.
    public var retryAfterSeconds: Int?

    public init(
        _ code: Code, _ message: String, problems: [Problem] = [], httpStatus: Int? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.code = code
        self.retryAfterSeconds = retryAfterSeconds
        self.message = message
        self.problems = problems
        self.httpStatus = httpStatus ?? code.httpStatus
    }

    /// What a handler threw, as the caller may see it.
    init(_ error: any Error) {
        switch error {
        case let error as ServiceError: self = error
        case let invalid as InvalidExperiment:
            self.init(.invalidArgument, invalid.description, problems: invalid.problems)
        case let error as AttuneError: self.init(.failedPrecondition, error.description)
        case let error as HeldElsewhere: self.init(.unavailable, error.description)
        case let error as Fenced: self.init(.unavailable, error.description)
        case is CancellationError: self.init(.cancelled, "the call was cancelled")
        default: self.init(.internal, "the service failed; its log says why")
        }
    }
}
