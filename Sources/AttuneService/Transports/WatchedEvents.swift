import AttuneCore

/// `GET /v1/experiments/NAME/events?after=N`: an experiment's events for browsers, which can only GET a stream.
struct WatchedEvents {
    static let method = "/attune.v1.Experiments/WatchEvents"

    /// The JSON that the method takes.
    let request: [UInt8]

    /// - Returns: nil where it is another path.
    /// - Throws: `invalidArgument` where `after` is no number of an event.
    init?(_ path: String, after: some StringProtocol) throws(ServiceError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "v1", parts[2] == "experiments", parts[4] == "events" else { return nil }
        guard let after = Int(after), after >= 0 else {
            throw ServiceError(.invalidArgument, "after: found \(after); must be the number of an event, or 0")
        }
        let body: JSON = ["experiment": .string(String(parts[3])), "after": .number(after)]
        request = Array(body.description.utf8)
    }
}
