import AttuneCore

/// Defaults and checks of pods and pod templates.
enum PodAdmission {
    static func created(_ json: JSON, of type: ResourceType) throws -> JSON {
        var json = json
        let name = json["metadata"]?["name"]?.string ?? ""
        let causes = causes(in: json["spec"], at: "spec")
        guard causes.isEmpty else { throw APIStatus.invalid(type, name, causes) }
        json["spec"] = filledIn(json["spec"] ?? [:])
        json["status"] = ["phase": "Pending", "qosClass": .string(qualityOfService(json["spec"] ?? [:]))]
        return json
    }

    /// A pod's spec with what the server fills in.
    static func filledIn(_ spec: JSON) -> JSON {
        var fields = JSON.Fields()
        let defaults: JSON.Fields = [
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "securityContext": [:], "schedulerName": "default-scheduler",
        ]
        for (key, value) in spec.object ?? [:] {
            let holdsContainers = key == "containers" || key == "initContainers"
            fields[key] = holdsContainers ? .array((value.array ?? []).map(filledIn(container:))) : value
        }
        for (key, value) in defaults where fields[key] == nil { fields[key] = value }
        return .object(fields)
    }

    private static func filledIn(container: JSON) -> JSON {
        var container = container
        let image = container["image"]?.string ?? ""
        let tag = image.split(separator: "/").last?.split(separator: ":").dropFirst().first
        let pull: JSON = tag == nil || tag == "latest" ? "Always" : "IfNotPresent"
        let defaults: JSON.Fields = [
            "resources": [:], "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            "imagePullPolicy": pull,
        ]
        for (key, value) in defaults where container[key] == nil { container[key] = value }
        return container
    }

    static func causes(in spec: JSON?, at path: String) -> [APIStatus.Cause] {
        let containers = spec?["containers"]?.array ?? []
        guard !containers.isEmpty else { return [.required("\(path).containers")] }
        return containers.enumerated().filter { $0.element["name"]?.string?.isEmpty ?? true }
            .map { .required("\(path).containers[\($0.offset)].name") }
    }

    private static func qualityOfService(_ spec: JSON) -> String {
        let containers = spec["containers"]?.array ?? []
        let resources = containers.map { $0["resources"] ?? [:] }
        if resources.allSatisfy({ ($0["limits"] ?? [:]).isHollow && ($0["requests"] ?? [:]).isHollow }) {
            return "BestEffort"
        }
        let isGuaranteed = resources.allSatisfy { resource in
            let limits = resource["limits"] ?? [:]
            return limits["cpu"] != nil && limits["memory"] != nil
                && (resource["requests"] ?? limits).isSame(as: limits)
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
