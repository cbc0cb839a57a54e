import AttuneCore

/// How long a caller is willing to wait, as gRPC's header `grpc-timeout` says it, over both transports.
enum Deadline {
    static let header = "grpc-timeout"

    /// - Parameter text: up to eight digits and a unit, such as `250m` for 250 milliseconds.
    /// - Throws: `invalidArgument` where it is something else.
    static func duration(_ text: String?) throws(ServiceError) -> Duration? {
        guard let text, !text.isEmpty else { return nil }
        let digits = text.dropLast()
        guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int64(digits), let unit = text.last, let length = duration(number, unit)
        else {
            throw ServiceError(
                .invalidArgument, "\(header): found \(text); must be up to eight digits and one of H M S m u n")
        }
        return length
    }

    private static func duration(_ number: Int64, _ unit: Character) -> Duration? {
        switch unit {
        case "H": .seconds(number * 3_600)
        case "M": .seconds(number * 60)
        case "S": .seconds(number)
        case "m": .milliseconds(number)
        case "u": .microseconds(number)
        case "n": .nanoseconds(number)
        default: nil
        }
    }

    static let passed = ServiceError(.deadlineExceeded, "the deadline passed before there was a reply")

    /// The value of `body`, or `deadlineExceeded` as soon as `limit` has passed, though `body` may go on, cancelled.
    static func within<Value: Sendable>(
        _ limit: Duration?, _ clock: TunerClock, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let limit else { return try await body() }
        let (results, first) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
        let work = Task {
            do {
                first.yield(.success(try await body()))
            } catch {
                first.yield(.failure(error))
            }
        }
        let timer = Task {
            do {
                try await clock.sleepFor(limit)
            } catch {
                return
            }
            first.yield(.failure(passed))
            work.cancel()
        }
        defer { timer.cancel() }
        for await result in results { return try result.get() }
        work.cancel()
        throw CancellationError()
    }
}
