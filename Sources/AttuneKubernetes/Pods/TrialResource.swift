import AttuneCore

/// A trial's resource on its way to the cluster: rendered from the template, then labelled and, where the metrics ask
/// for it, given a collector beside the primary container.
///
/// Commands and arguments stay as the user wrote them, always.
public struct TrialResource: Sendable, Hashable {
    /// The resource as it is now.
    public internal(set) var json: JSON

    let experiment: Experiment
    let trial: String
    let kind: ResourceKind
    let sites: [PodSite]

    /// - Parameters:
    ///   - rendered: the template with the trial's values in it.
    ///   - trial: the trial's name.
    public init(_ rendered: JSON, experiment: Experiment, trial: String) {
        json = rendered
        self.experiment = experiment
        self.trial = trial
        kind = ResourceKind(rendered)
        sites = PodSites(of: rendered).sites
    }

    // MARK: Labels

    /// A text as the value of a label: itself, or where it is longer than the 63 characters that one may have, its
    /// beginning and a hash of all of it.
    public static func labelValue(_ text: String) -> String {
        guard text.utf8.count > 63 else { return text }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        let beginning = String(decoding: text.utf8.prefix(46), as: UTF8.self).prefix(46)
        return "\(beginning)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }

    /// Says of the resource and its pods whose they are. What the user labelled otherwise stays, but for Katib's own
    /// labels.
    public mutating func label(annotations: [String: String] = [:]) {
        let own = [
            TrialMark.experimentLabel: TrialResource.labelValue(experiment.name),
            TrialMark.trialLabel: TrialResource.labelValue(trial),
        ]
        for place in labelledPlaces {
            json.merge(experiment.metadata.labels, overriding: own, at: place + [.key("labels")])
            json.merge(annotations, at: place + [.key("annotations")])
        }
        labelRoles()
    }

    /// Gives the pods of an MPIJob the label by which Katib's examples tell its launcher, which of the two operators
    /// that run MPIJobs only one writes.
    private mutating func labelRoles() {
        guard json["kind"]?.string == "MPIJob" else { return }
        for site in sites {
            guard let role = site.labels[PodSite.mpiRole] else { continue }
            json.merge([PodSite.mpiRole: role], at: site.place + [.key("metadata"), .key("labels")])
        }
    }

    /// Where the metadata of the resource and of its pods stand. Tekton gives the run's own to the pods.
    private var labelledPlaces: [[FieldPath.Step]] {
        var places: [[FieldPath.Step]] = [[.key("metadata")]]
        for site in sites where site.form == .pod && !site.place.isEmpty {
            places.append(site.place + [.key("metadata")])
        }
        switch kind {
        case .workflow: places.append([.key("spec"), .key("podMetadata")])
        case .trainJob: places.append([.key("spec")])
        default: break
        }
        return places
    }

    // MARK: Environment

    /// Gives the primary container, in every pod that has it, the trial's name and further variables. What the user set
    /// stays.
    ///
    /// Pods that are not primary, such as the workers of a distributed job, have the same variables.
    public mutating func addEnvironment(_ variables: [String: String] = [:]) {
        let all = variables.merging(["KATIB_TRIAL_NAME": trial]) { $1 }.sorted { $0.key < $1.key }
        for place in environmentPlaces {
            let known = Set((json[place]?.array ?? []).compactMap { $0["name"]?.string })
            for (name, value) in all where !known.contains(name) {
                json.append(["name": .string(name), "value": .string(value)], at: place)
            }
        }
    }

    private var environmentPlaces: [[FieldPath.Step]] {
        if kind == .trainJob { return [[.key("spec"), .key("trainer"), .key("env")]] }
        return sites.compactMap { primaryContainer(of: $0).map { $0.place + [.key("env")] } }
    }

    // MARK: The primary pods

    /// The container that the template calls primary; the first where it calls none so.
    func primaryContainer(of site: PodSite) -> PodSite.Container? {
        guard let name = experiment.template?.primaryContainerName, !name.isEmpty else { return site.containers.first }
        return site.containers.first { $0.name == name }
    }

    /// The sites of pods that have the primary container and the primary labels: those that surely have them where
    /// there are such, else those that may.
    var primarySites: [(site: PodSite, container: PodSite.Container)] {
        let wanted = experiment.template?.primaryPodLabels ?? [:]
        let possible = sites.compactMap { site in
            site.has(wanted) == false ? nil : primaryContainer(of: site).map { (site: site, container: $0) }
        }
        let certain = possible.filter { $0.site.has(wanted) == true }
        return certain.isEmpty ? possible : certain
    }
}
