import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes

/// Objects and requests for the simulator's own tests.
enum Sample {
    static func job(_ name: String, spec extra: JSON.Fields = [:], template: JSON.Fields = [:]) -> JSON {
        var pod: JSON.Fields = [
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 2,
            "containers": [
                ["name": "main", "image": "localhost/busybox:1", "command": ["sh", "-c", "echo accuracy=0.9"]]
            ],
        ]
        for (key, value) in template { pod[key] = value }
        var spec: JSON.Fields = [
            "backoffLimit": 0, "template": ["metadata": ["labels": ["app": "trial"]], "spec": .object(pod)],
        ]
        for (key, value) in extra { spec[key] = value }
        return [
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": ["name": .string(name), "labels": ["app": "trial"]], "spec": .object(spec),
        ]
    }

    static let jobs = "/apis/batch/v1/namespaces/default/jobs"
    static let pods = "/api/v1/namespaces/default/pods"
}

extension SimulatedCluster {
    /// The answer as JSON, with its code.
    func ask(
        _ method: APIRequest.Method, _ target: String, _ body: JSON? = nil, type: String = "application/json"
    ) async throws -> (code: Int, json: JSON) {
        let headers = body == nil ? [:] : ["content-type": type]
        let bytes = body.map { Array($0.description.utf8) } ?? []
        let answer = try await send(APIRequest(method, target, headers: headers, body: bytes))
        let text = String(decoding: try await answer.body.collect(), as: UTF8.self)
        return (answer.status, (try? JSON(parsing: text)) ?? .string(text))
    }

    /// The events of a watch that ends by itself.
    func events(of target: String) async throws -> [JSON] {
        let answer = try await send(APIRequest(.get, target, timeout: nil))
        let text = String(decoding: try await answer.body.collect(), as: UTF8.self)
        return try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }
}

extension JSON {
    /// The types of the conditions of a status that are true, in order.
    var trueConditions: [String] {
        (self["status"]?["conditions"]?.array ?? []).filter { $0["status"] == "True" }.compactMap { $0["type"]?.string }
    }
}
