import AttuneCore

/// A place in a resource from which a controller makes pods.
struct PodSite: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        /// An object with `metadata` and a pod's `spec`.
        case pod
        /// One of an Argo workflow's templates, which has one main container.
        case argo
        /// A Tekton task, whose steps become containers.
        case tekton
    }

    struct Container: Sendable, Hashable {
        /// What it is called in the pod.
        var name: String
        /// Where it stands, seen from the resource.
        var place: [FieldPath.Step]
    }

    var form: Form
    var place: [FieldPath.Step]
    var containers: [Container]
    /// Labels that its pods are known to have.
    var labels: [String: String]
    /// Labels that its pods are known not to have.
    var lacking: [String: String] = [:]

    /// The label with the role in an MPIJob, as the MPI operator writes it.
    static let mpiRole = "mpi-job-role"

    /// Whether its pods have those labels; nil where that is not to be seen here.
    func has(_ wanted: [String: String]) -> Bool? {
        var isCertain = true
        for (key, value) in wanted {
            if let label = labels[key] {
                if label != value { return false }
            } else if lacking[key] == value {
                return false
            } else {
                isCertain = false
            }
        }
        return isCertain ? true : nil
    }
}

/// Finds where pods come from, in resources of any kind.
///
/// A pod template is whatever has a `spec` with `containers`, however deep; Argo's and Tekton's are shapes of their
/// own. What a TrainJob's pods look like says the runtime it refers to, not the TrainJob.
struct PodSites {
    private(set) var sites: [PodSite] = []
    private let resource: JSON

    init(of resource: JSON) {
        self.resource = resource
        guard ResourceKind(resource) != .trainJob else { return }
        search(resource, at: [])
        switch ResourceKind(resource) {
        case .workflow: addArgoTemplates()
        case .pipelineRun: addPipelineTasks()
        case .taskRun: addTask(at: [.key("spec"), .key("taskSpec")], labels: [:])
        default: break
        }
        markRoles()
    }

    // MARK: Pod templates

    private mutating func search(_ value: JSON, at place: [FieldPath.Step]) {
        if let containers = value["spec"]?["containers"]?.array, containers.contains(where: { $0.object != nil }) {
            addPod(value, containers, at: place)
        }
        switch value {
        case .object(let fields):
            for (key, member) in fields where !(place.isEmpty && (key == "status" || key == "metadata")) {
                search(member, at: place + [.key(key)])
            }
        case .array(let items):
            for (index, item) in items.enumerated() { search(item, at: place + [.index(index)]) }
        default: break
        }
    }

    private mutating func addPod(_ template: JSON, _ containers: [JSON], at place: [FieldPath.Step]) {
        let site = PodSite(
            form: .pod, place: place,
            containers: PodSites.containers(containers, at: place + [.key("spec"), .key("containers")]),
            labels: PodSites.labels(of: template).merging(replicatedJobLabels(place)) { own, _ in own })
        sites.append(site)
    }

    private static func containers(
        _ containers: [JSON], at place: [FieldPath.Step], prefix: String = ""
    ) -> [PodSite.Container] {
        containers.enumerated().compactMap { index, container in
            container["name"]?.string.map { .init(name: prefix + $0, place: place + [.index(index)]) }
        }
    }

    private static func labels(of template: JSON) -> [String: String] {
        (template["metadata"]?["labels"]?.object ?? [:]).reduce(into: [:]) { labels, member in
            labels[member.key] = member.value.string
        }
    }

    /// What JobSet writes on pods of its `replicatedJobs`.
    private func replicatedJobLabels(_ place: [FieldPath.Step]) -> [String: String] {
        guard let list = place.firstIndex(of: .key("replicatedJobs")), place.count > list + 1,
            let name = resource[place[...(list + 1)]]?["name"]?.string
        else { return [:] }
        return ["jobset.sigs.k8s.io/replicatedjob-name": name]
    }

    // MARK: Argo and Tekton

    private mutating func addArgoTemplates() {
        let common = resource["spec"]?["podMetadata"].map { PodSites.labels(of: ["metadata": $0]) } ?? [:]
        for (index, template) in (resource["spec"]?["templates"]?.array ?? []).enumerated() {
            let place: [FieldPath.Step] = [.key("spec"), .key("templates"), .index(index)]
            let main = ["container", "script"].first { template[$0]?.object != nil }
            guard let main else { continue }
            sites.append(
                PodSite(
                    form: .argo, place: place, containers: [.init(name: "main", place: place + [.key(main)])],
                    labels: PodSites.labels(of: template).merging(common) { own, _ in own }))
        }
    }

    private mutating func addPipelineTasks() {
        for list in ["tasks", "finally"] {
            for (index, task) in (resource["spec"]?["pipelineSpec"]?[list]?.array ?? []).enumerated() {
                let place: [FieldPath.Step] = [.key("spec"), .key("pipelineSpec"), .key(list), .index(index)]
                let labels = task["name"]?.string.map { ["tekton.dev/pipelineTask": $0] } ?? [:]
                addTask(at: place + [.key("taskSpec")], labels: labels)
            }
        }
    }

    private mutating func addTask(at place: [FieldPath.Step], labels: [String: String]) {
        guard let task = resource[place], let steps = task["steps"]?.array else { return }
        sites.append(
            PodSite(
                form: .tekton, place: place,
                containers: PodSites.containers(steps, at: place + [.key("steps")], prefix: "step-"),
                labels: labels.merging(PodSites.labels(of: task)) { known, _ in known }))
    }

    // MARK: Roles of the training operator

    /// What the training operator writes on the pods of `tfReplicaSpecs` and the like: the role's name, and who is
    /// master.
    private mutating func markRoles() {
        let roles = sites.map { PodSites.role(at: $0.place) }
        let hasMaster = roles.contains { $0.map(PodSites.masters.contains) ?? false }
        for (index, role) in roles.enumerated() {
            guard let role else { continue }
            sites[index].labels["training.kubeflow.org/replica-type"] = role
            if role == "launcher" || role == "worker" { sites[index].labels[PodSite.mpiRole] = role }
            // Without a master role it is the first worker, which is in one template with the others. What a launcher
            // is called in this label differs between operators.
            let job = "training.kubeflow.org/job-role"
            if role != "launcher", PodSites.masters.contains(role) {
                sites[index].labels[job] = "master"
            } else if role != "launcher", hasMaster || role != "worker" {
                sites[index].lacking[job] = "master"
            }
        }
    }

    private static let masters: Set<String> = ["master", "chief", "launcher"]

    /// The key under `pytorchReplicaSpecs`, `mpiReplicaSpecs` and so on, in lower case.
    private static func role(at place: [FieldPath.Step]) -> String? {
        for (step, next) in zip(place, place.dropFirst()) {
            if case .key(let specs) = step, specs.hasSuffix("ReplicaSpecs"), case .key(let role) = next {
                return role.lowercased()
            }
        }
        return nil
    }
}
