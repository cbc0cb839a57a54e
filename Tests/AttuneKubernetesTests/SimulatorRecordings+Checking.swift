import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Foundation
import Testing

extension Recording {
    /// Makes the same requests of the simulator and compares what of an answer does not depend on the machine.
    ///
    /// - Parameter leavingOut: the numbers of exchanges that are not made.
    func check(on cluster: SimulatedCluster, leavingOut: Set<Int> = []) async throws {
        for (number, exchange) in exchanges.enumerated() where !leavingOut.contains(number) {
            let place = "\(name), exchange \(number): \(exchange.method.rawValue) \(exchange.target)"
            let body = fitted(exchange.requestBody, exchange, on: cluster)
            let answer = try await cluster.send(
                APIRequest(
                    exchange.method, exchange.target, headers: exchange.requestHeaders, body: Array(body.utf8)))
            let text = String(decoding: try await answer.body.collect(), as: UTF8.self)
            #expect(answer.status == exchange.code, "\(place): \(text.prefix(600))")
            compareHeaders(answer.headers, exchange.headers, place)
            guard let recorded = exchange.json else {
                #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == exchange.bodies.first ?? "", "\(place)")
                continue
            }
            let json = try #require(try? JSON(parsing: text), "\(place): \(text.prefix(300))")
            compare(json, recorded, place)
        }
    }

    /// The body with the uid and, where it was current, the version that the object has here.
    private func fitted(_ body: String, _ exchange: Exchange, on cluster: SimulatedCluster) -> String {
        let parts = exchange.target.split(separator: "?")[0].split(separator: "/")
        guard var json = try? JSON(parsing: body), let old = json["metadata"]?["uid"]?.string,
            let start = parts.firstIndex(of: "namespaces"), parts.count > start + 3,
            let own = cluster.get(String(parts[start + 2]), String(parts[start + 3]), in: String(parts[start + 1]))
        else { return body }
        if json["metadata"]?["resourceVersion"] != nil {
            let isStale = exchange.json?["reason"] == "Conflict"
            json["metadata"]?["resourceVersion"] = isStale ? "1" : own["metadata"]?["resourceVersion"]
        }
        return json.description.replacing(old, with: own["metadata"]?["uid"]?.string ?? "")
    }

    private func compareHeaders(_ headers: [String: String], _ recorded: [String: String], _ place: String) {
        // A warning about a body in another version, which nobody reads, is not given.
        let names = place.contains("strict-400") ? ["content-type"] : ["content-type", "retry-after", "warning"]
        for name in names {
            #expect(headers[name] == recorded[name], "\(place): \(name)")
        }
    }

    private func compare(_ json: JSON, _ recorded: JSON, _ place: String) {
        #expect(json["kind"] == recorded["kind"], "\(place)")
        #expect(json["apiVersion"] == recorded["apiVersion"], "\(place)")
        if recorded["kind"] == "Status" { return compareStatus(json, recorded, place) }
        #expect(members(json) == members(recorded), "\(place)")
        // Of the many defaults of a pod only those are filled in that somebody may look for.
        let parts = recorded["kind"] == "Pod" ? ["status"] : ["spec", "status"]
        for part in parts where recorded[part] != nil {
            #expect(members(json[part]) == members(recorded[part]), "\(place): \(part)")
        }
        if recorded["items"] == nil, recorded["metadata"] != nil {
            // Who set which field is kept for those who apply only.
            let own = members(json["metadata"]).subtracting(["managedFields"])
            #expect(own == members(recorded["metadata"]).subtracting(["managedFields"]), "\(place): metadata")
        }
        if let item = recorded["items"]?[0], let own = json["items"]?[0] {
            #expect(members(own) == members(item), "\(place): item")
        }
    }

    private func compareStatus(_ json: JSON, _ recorded: JSON, _ place: String) {
        for part in ["status", "reason", "code"] { #expect(json[part] == recorded[part], "\(place): \(part)") }
        #expect(members(json["details"]) == members(recorded["details"]), "\(place): details")
        for part in ["name", "group", "kind"] {
            #expect(json["details"]?[part] == recorded["details"]?[part], "\(place): details.\(part)")
        }
        let (own, theirs) = (json["details"]?["causes"]?.array ?? [], recorded["details"]?["causes"]?.array ?? [])
        #expect(own.map { $0["reason"] } == theirs.map { $0["reason"] }, "\(place): causes \(own)")
        #expect(own.map { $0["field"] } == theirs.map { $0["field"] }, "\(place): causes")
        let isFreeText = place.contains("immutable") || place.contains("precondition") || place.contains("10-job-400")
        if !isFreeText, json["code"] != 504 { #expect(json["message"] == recorded["message"], "\(place)") }
    }

    private func members(_ json: JSON?) -> Set<String> { Set(json?.object?.keys ?? []) }
}
