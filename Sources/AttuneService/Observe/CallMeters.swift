import Synchronization

/// What is counted of calls: how many, how they ended, how long they took.
struct CallMeters: Sendable {
    let inProgress: Gauge
    let watchers: Gauge
    private let meters: [String: [CallHead.Transport: CallMeter]]

    init(_ metrics: Metrics, methods: [(service: String, name: String)]) {
        inProgress = metrics.gauge("attune_calls_in_progress", "Calls that are being answered.")
        watchers = metrics.gauge("attune_watchers", "Streams of events that are open.")
        var meters: [String: [CallHead.Transport: CallMeter]] = [:]
        for (service, name) in methods {
            for transport in [CallHead.Transport.grpc, .http] {
                meters["/\(service)/\(name)", default: [:]][transport] = CallMeter(metrics, service, name, transport)
            }
        }
        self.meters = meters
    }

    /// - Parameters:
    ///   - code: nil where all went well.
    func count(_ path: String, _ transport: CallHead.Transport, _ code: ServiceError.Code?, seconds: Double) {
        meters[path]?[transport]?.count(code, seconds: seconds)
    }
}

/// Of one method over one transport.
private final class CallMeter: Sendable {
    private let metrics: Metrics
    private let labels: MetricLabels
    private let seconds: Histogram
    private let counters = Mutex<[ServiceError.Code?: Counter]>([:])

    init(_ metrics: Metrics, _ service: String, _ name: String, _ transport: CallHead.Transport) {
        self.metrics = metrics
        labels = ["service": service, "method": name, "transport": transport.rawValue]
        seconds = metrics.histogram(
            "attune_request_seconds", "How long calls took, from their head to the end of the reply.", labels)
    }

    func count(_ code: ServiceError.Code?, seconds elapsed: Double) {
        seconds.observe(elapsed)
        counters.withLock { counters in
            if let counter = counters[code] { return counter.add() }
            let counter = metrics.counter(
                "attune_requests_total", "Calls that ended.", labels.adding("code", code?.word ?? "OK"))
            counters[code] = counter
            counter.add()
        }
    }
}

extension ServiceError.Code {
    /// As gRPC spells it, such as `NOT_FOUND`.
    var word: String {
        "\(self)".reduce(into: "") { word, letter in
            if letter.isUppercase { word += "_" }
            word += letter.uppercased()
        }
    }
}
