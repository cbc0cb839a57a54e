/// Where a trial's metrics come from, as Katib's `metricsCollectorSpec` says it.
public struct MetricsCollector: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case stdOut = "StdOut"
        case file = "File"
        case tensorFlowEvent = "TensorFlowEvent"
        case prometheus = "PrometheusMetric"
        case custom = "Custom"
        case push = "Push"
    }

    public enum Format: String, Sendable, Hashable, CaseIterable {
        case text = "TEXT"
        case json = "JSON"
    }
    public enum PathKind: String, Sendable, Hashable, CaseIterable {
        case file = "File"
        case directory = "Directory"
    }

    public struct HTTPGet: Sendable, Hashable {
        public var host: String?
        public var port: Int
        public var path: String
        public init(host: String? = nil, port: Int = 8080, path: String = "/metrics") {
            self.host = host
            self.port = port
            self.path = path
        }
    }

    public var kind: Kind
    /// The file, or for event files the directory.
    public var path: String?
    /// What the path leads to; nil for what the collector's kind implies.
    public var pathKind: PathKind?
    public var format: Format
    /// Regular expressions with the groups (name) and (value); empty means Katib's default.
    public var filters: [String]
    public var httpGet: HTTPGet?
    /// The container of a custom collector, as written.
    public var customCollector: JSON?

    public init(
        _ kind: Kind = .stdOut, path: String? = nil, pathKind: PathKind? = nil, format: Format = .text,
        filters: [String] = [], httpGet: HTTPGet? = nil, customCollector: JSON? = nil
    ) {
        self.kind = kind
        self.path = path
        self.pathKind = pathKind
        self.format = format
        self.filters = filters
        self.httpGet = httpGet
        self.customCollector = customCollector
    }
}
