/// The kinds of the server itself.
enum BuiltinTypes {
    static let all: [ResourceType] = core + named

    private static let core: [ResourceType] = [
        type("Namespace", "namespaces", namespaced: false, status: true),
        type("Node", "nodes", namespaced: false, status: true),
        type("Pod", "pods", status: true, generation: true, subresources: ["log"]),
        type("Service", "services", status: true),
        type("ConfigMap", "configmaps"),
        type("Secret", "secrets"),
        type("Event", "events"),
        type("ServiceAccount", "serviceaccounts"),
        type("PersistentVolumeClaim", "persistentvolumeclaims", status: true),
        type("PersistentVolume", "persistentvolumes", namespaced: false, status: true),
        type("ResourceQuota", "resourcequotas", status: true),
    ]

    private static let named: [ResourceType] = [
        type("Job", "jobs", group: "batch", status: true, generation: true),
        type("CronJob", "cronjobs", group: "batch", status: true, generation: true),
        type("Deployment", "deployments", group: "apps", status: true, generation: true),
        type("StatefulSet", "statefulsets", group: "apps", status: true, generation: true),
        type("Lease", "leases", group: "coordination.k8s.io"),
        type("Role", "roles", group: "rbac.authorization.k8s.io"),
        type("RoleBinding", "rolebindings", group: "rbac.authorization.k8s.io"),
        type("ClusterRole", "clusterroles", group: "rbac.authorization.k8s.io", namespaced: false),
        type("ClusterRoleBinding", "clusterrolebindings", group: "rbac.authorization.k8s.io", namespaced: false),
        type("NetworkPolicy", "networkpolicies", group: "networking.k8s.io", generation: true),
        type(
            "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", group: "admissionregistration.k8s.io",
            namespaced: false, generation: true),
        type(
            "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", group: "admissionregistration.k8s.io",
            namespaced: false, generation: true),
        type(
            "CustomResourceDefinition", "customresourcedefinitions", group: "apiextensions.k8s.io", namespaced: false,
            status: true, generation: true),
    ]

    private static func type(
        _ kind: String, _ plural: String, group: String = "", namespaced: Bool = true, status: Bool = false,
        generation: Bool = false, subresources: [String] = []
    ) -> ResourceType {
        ResourceType(
            group: group, version: "v1", kind: kind, plural: plural, singular: kind.lowercased(),
            isNamespaced: namespaced, hasStatus: status, hasGeneration: generation, subresources: subresources)
    }
}
