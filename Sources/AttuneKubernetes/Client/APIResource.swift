import AttuneCore

/// A kind of objects and where they are found: `jobs` of `batch/v1`.
public struct APIResource: Sendable, Hashable {
    /// Empty for the core group.
    public var group: String
    public var version: String
    /// What stands in paths: `jobs`.
    public var plural: String
    public var kind: String
    public var isNamespaced: Bool

    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Where the objects of a namespace, or of all, are.
    func path(in namespace: String?) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        let place = isNamespaced ? namespace.map { "/namespaces/\($0.pathPart)" } ?? "" : ""
        return "\(root)\(place)/\(plural)"
    }
}

extension APIResource {
    public static let pods = core("pods", "Pod")
    public static let configMaps = core("configmaps", "ConfigMap")
    public static let events = core("events", "Event")
    public static let secrets = core("secrets", "Secret")
    public static let persistentVolumeClaims = core("persistentvolumeclaims", "PersistentVolumeClaim")
    public static let jobs = APIResource(group: "batch", version: "v1", plural: "jobs", kind: "Job")
    public static let leases = APIResource(
        group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease")
    public static let experiments = katib("experiments", "Experiment")
    public static let trials = katib("trials", "Trial")
    public static let suggestions = katib("suggestions", "Suggestion")
    public static let webhookConfigurations = APIResource(
        group: "admissionregistration.k8s.io", version: "v1", plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration", isNamespaced: false)

    private static func core(_ plural: String, _ kind: String) -> APIResource {
        APIResource(group: "", version: "v1", plural: plural, kind: kind)
    }

    private static func katib(_ plural: String, _ kind: String) -> APIResource {
        APIResource(group: "kubeflow.org", version: "v1beta1", plural: plural, kind: kind)
    }
}

extension String {
    /// As one part of a path or a value of a query.
    var pathPart: String { percentEncoded { $0.isLetterOrDigit || "-._~".utf8.contains($0) } }

    private func percentEncoded(unless isPlain: (UInt8) -> Bool) -> String {
        var text = ""
        for byte in utf8 {
            if isPlain(byte) {
                text.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// What an object says of itself, read where it is needed.
extension JSON {
    var metadata: JSON? { self["metadata"] }
    var name: String { self["metadata"]?["name"]?.string ?? "" }
    var namespace: String { self["metadata"]?["namespace"]?.string ?? "" }
    var uid: String { self["metadata"]?["uid"]?.string ?? "" }
    var resourceVersion: String { self["metadata"]?["resourceVersion"]?.string ?? "" }
    var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"] != nil }
    func label(_ key: String) -> String? { self["metadata"]?["labels"]?[key]?.string }
    func annotation(_ key: String) -> String? { self["metadata"]?["annotations"]?[key]?.string }
}
