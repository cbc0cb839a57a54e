import AttuneCore

/// Puts the metrics collector beside the primary container.
extension TrialResource {
    /// What the collector's container is called in the pod; nil where none is needed.
    public static func collectorName(for kind: MetricsCollector.Kind) -> String? {
        switch kind {
        case .stdOut, .push: nil
        case .file: "metrics-logger-and-collector"
        case .tensorFlowEvent, .prometheus, .custom: "metrics-collector"
        }
    }

    /// Adds the collector to the primary pods, where the metrics are in files or at an endpoint or the user has one: it
    /// shares a volume with the primary container, and prints what it finds.
    ///
    /// It is a native sidecar, which the kubelet starts before the other containers and ends after them. The user's own
    /// collector is a plain container that sees the other processes, as it is in Katib, and has to end by itself.
    ///
    /// - Parameters:
    ///   - image: the image with `attune` in it.
    ///   - isNative: whether the cluster has native sidecars (1.29 and later). Elsewhere it is a plain container that
    ///     ends when the other processes of the pod have.
    /// - Throws: `AttuneError` where the pods cannot be given one, with what to do instead.
    public mutating func addCollector(image: String, isNative: Bool) throws(AttuneError) {
        let collector = experiment.collector
        guard let name = TrialResource.collectorName(for: collector.kind) else { return }
        let primaries = primarySites
        try check(primaries.map(\.site))
        for (site, container) in primaries {
            var sidecar = CollectorSidecar(
                collector, named: name, image: image, objective: experiment.objective)
            sidecar.isNative = isNative && site.form == .pod && collector.kind != .custom
            sidecar.watchesProcesses = !sidecar.isNative && site.form == .pod
            try add(sidecar, to: site, beside: container)
        }
    }

    private func check(_ primaries: [PodSite]) throws(AttuneError) {
        let collector = "the collector \(experiment.collector.kind.rawValue)"
        let remedy = "print the metrics (StdOut) or report them (Push)"
        if kind == .trainJob {
            throw AttuneError(
                "\(collector) cannot be put into the pods of a TrainJob, which come from its runtime; \(remedy)")
        }
        if primaries.contains(where: { $0.form == .tekton }) {
            throw AttuneError("\(collector) cannot be put beside the steps of a Tekton task; \(remedy)")
        }
        guard primaries.isEmpty else { return }
        let name = experiment.template?.primaryContainerName ?? ""
        let known = Set(sites.flatMap { $0.containers.map(\.name) }).sorted().joined(separator: ", ")
        guard !known.isEmpty else {
            throw AttuneError("\(collector) needs a pod template to be put into, and the resource has none; \(remedy)")
        }
        throw AttuneError(
            "spec.trialTemplate.primaryContainerName: no pod that may have the primaryPodLabels has a container "
                + "\"\(name)\" for \(collector) to be put beside; the resource has \(known)")
    }

    private mutating func add(
        _ sidecar: CollectorSidecar, to site: PodSite, beside container: PodSite.Container
    ) throws(AttuneError) {
        guard !names(in: site).contains(sidecar.name) else {
            throw AttuneError("a container of the template is called \(sidecar.name), as the metrics collector is")
        }
        var sidecar = sidecar
        sidecar.primary = json[container.place] ?? [:]
        let spec = site.form == .pod ? site.place + [.key("spec")] : site.place
        sidecar.podSecurity = json[spec]?["securityContext"] ?? [:]
        if let directory = try sidecar.metricsDirectory() {
            sidecar.mount = share(directory, spec: spec, with: container)
        }
        let list = site.form == .argo ? "sidecars" : sidecar.isNative ? "initContainers" : "containers"
        json.append(sidecar.json, at: spec + [.key(list)])
        if sidecar.watchesProcesses { json[spec + [.key("shareProcessNamespace")]] = true }
    }

    private func names(in site: PodSite) -> [String] {
        let spec = site.form == .pod ? json[site.place]?["spec"] : json[site.place]
        return ["containers", "initContainers", "sidecars"].flatMap { list in
            (spec?[list]?.array ?? []).compactMap { $0["name"]?.string }
        }
    }

    /// The mount in which the primary container has a directory: the user's own that holds it, else a new one.
    private mutating func share(
        _ directory: String, spec: [FieldPath.Step], with container: PodSite.Container
    ) -> JSON {
        let mounts = json[container.place]?["volumeMounts"]?.array ?? []
        let holding = mounts.filter { MetricsPlace.holds(directory, in: $0["mountPath"]?.string ?? "") }
        let closest = holding.max {
            ($0["mountPath"]?.string ?? "").utf8.count < ($1["mountPath"]?.string ?? "").utf8.count
        }
        if let closest { return closest }
        let volume = unusedVolumeName(spec)
        let mount: JSON = ["name": .string(volume), "mountPath": .string(directory)]
        json.append(["name": .string(volume), "emptyDir": [:]], at: spec + [.key("volumes")])
        json.append(mount, at: container.place + [.key("volumeMounts")])
        return mount
    }

    private func unusedVolumeName(_ spec: [FieldPath.Step]) -> String {
        // An Argo template's volumes stand beside those of its workflow.
        let lists = [json[spec]?["volumes"], json["spec"]?["volumes"]]
        let used = Set(lists.flatMap { $0?.array ?? [] }.compactMap { $0["name"]?.string })
        let usual = "metrics-volume"
        return used.contains(usual) ? (1...).lazy.map { "\(usual)-\($0)" }.first { !used.contains($0) }! : usual
    }
}

/// Paths in a container.
enum MetricsPlace {
    /// Without slashes at the end, or twice.
    static func normal(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// Whether something mounted at `mount` is what holds `path`.
    static func holds(_ path: String, in mount: String) -> Bool {
        let (path, mount) = (normal(path), normal(mount))
        return path == mount || path.hasPrefix(mount == "/" ? "/" : mount + "/")
    }

    static func directory(of path: String) -> String {
        "/" + normal(path).split(separator: "/").dropLast().joined(separator: "/")
    }
}
