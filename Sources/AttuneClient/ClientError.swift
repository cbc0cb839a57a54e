import Foundation

/// Why a call was refused, failed, or never answered.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// gRPC's status codes, by number, and `unreachable`.
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
        case outOfRange = 11
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
        case dataLoss = 15
        case unauthenticated = 16
        /// No answer came: nobody listens there, or the line broke.
        case unreachable = -1
    }

    /// What is wrong with one field of what was sent.
    public struct FieldProblem: Sendable, Hashable {
        public let field: String
        public let description: String

        public init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }

    public let code: Code
    public let message: String
    public let problems: [FieldProblem]
    /// The HTTP status; 0 where no answer came.
    public let status: Int

    public init(_ code: Code, _ message: String, problems: [FieldProblem] = [], status: Int = 0) {
        self.code = code
        self.message = message
        self.problems = problems
        self.status = status
    }

    public var description: String { message }
}

extension ClientError {
    /// What the server said with a status that is no success.
    init(status: Int, body: Data) {
        struct Answer: Decodable {
            struct Detail: Decodable { var fieldViolations: [Violation]? }
            struct Violation: Decodable {
                var field: String?
                var description: String?
            }
            var code: Int?
            var message: String?
            var details: [Detail]?
        }
        let answer = try? JSONDecoder().decode(Answer.self, from: body)
        let violations = (answer?.details ?? []).flatMap { $0.fieldViolations ?? [] }
        self.init(
            answer?.code.flatMap(Code.init(rawValue:)) ?? Code(httpStatus: status),
            answer?.message ?? "the server answered with status \(status)",
            problems: violations.map { FieldProblem(field: $0.field ?? "", description: $0.description ?? "") },
            status: status)
    }

    /// Whether the same request may be answered when it is made again.
    var isPassing: Bool { code == .unreachable || [429, 502, 503].contains(status) }
}

extension ClientError.Code {
    init(httpStatus: Int) {
        switch httpStatus {
        case 400: self = .invalidArgument
        case 401: self = .unauthenticated
        case 403: self = .permissionDenied
        case 404: self = .notFound
        case 409: self = .aborted
        case 413, 429: self = .resourceExhausted
        case 501: self = .unimplemented
        case 502, 503: self = .unavailable
        case 504: self = .deadlineExceeded
        default: self = .unknown
        }
    }
}
