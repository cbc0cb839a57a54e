/// How a trial is carried out: a resource with places for the parameters.
public struct TrialTemplate: Sendable, Hashable {
    public struct Reference: Sendable, Hashable {
        /// What the template calls it: `${trialParameters.name}`.
        public var name: String
        public var description: String?
        /// A parameter of the space, or `${trialSpec.Name}` and its like.
        public var reference: String
        public init(name: String, description: String? = nil, reference: String) {
            self.name = name
            self.description = description
            self.reference = reference
        }
    }

    /// Where the template came from: the ConfigMap's name, namespace and path, kept for the cluster.
    public struct ConfigMapSource: Sendable, Hashable {
        public var name: String
        public var namespace: String
        public var path: String
        public init(name: String, namespace: String, path: String) {
            self.name = name
            self.namespace = namespace
            self.path = path
        }
    }

    public enum Source: Sendable, Hashable {
        /// The resource, as written.
        case spec(JSON)
        /// A ConfigMap, with the template's text where it is known.
        case configMap(ConfigMapSource, text: String?)
    }

    public var source: Source
    public var references: [Reference]
    /// Keep the resource, and a process's directory, after the trial has ended.
    public var retain: Bool
    public var primaryContainerName: String?
    public var primaryPodLabels: [String: String]
    public var successCondition: String?
    public var failureCondition: String?

    public init(
        source: Source, references: [Reference] = [], retain: Bool = false, primaryContainerName: String? = nil,
        primaryPodLabels: [String: String] = [:], successCondition: String? = nil, failureCondition: String? = nil
    ) {
        self.source = source
        self.references = references
        self.retain = retain
        self.primaryContainerName = primaryContainerName
        self.primaryPodLabels = primaryPodLabels
        self.successCondition = successCondition
        self.failureCondition = failureCondition
    }
}
