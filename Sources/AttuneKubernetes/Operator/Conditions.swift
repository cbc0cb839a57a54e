import AttuneCore
import Foundation

/// A resource's conditions in Katib's order: one that changes moves to the end, and the last is what `kubectl get` shows.
struct Conditions: Sendable, Hashable {
    private(set) var items: [JSON]

    init(_ status: JSON?) { items = status?["conditions"]?.array ?? [] }

    var json: JSON { .array(items) }

    func has(_ type: String) -> Bool { self[type]?["status"]?.string == "True" }

    subscript(type: String) -> JSON? { items.first { $0["type"]?.string == type } }

    /// Sets a condition. One that has that status and reason already stays as it is, where it is.
    mutating func set(_ type: String, _ status: Bool = true, reason: String, _ message: String, at time: Date) {
        let status = status ? "True" : "False"
        let old = self[type]
        if old?["status"]?.string == status, old?["reason"]?.string == reason { return }
        let now = JSON.string(time.kubernetesText)
        let transition = old?["status"]?.string == status ? old?["lastTransitionTime"] ?? now : now
        items.removeAll { $0["type"]?.string == type }
        items.append([
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
            "lastUpdateTime": now, "lastTransitionTime": transition,
        ])
    }

    mutating func remove(_ type: String) { items.removeAll { $0["type"]?.string == type } }
}

extension Date {
    /// As Kubernetes writes times: to the second, in UTC.
    var kubernetesText: String {
        let seconds = Int(timeIntervalSince1970.rounded(.down))
        return Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
    }

    /// To the microsecond, as Leases and Events have them.
    var kubernetesMicroText: String {
        ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true)).replacing("Z", with: "000Z")
    }
}

extension Date.ISO8601FormatStyle {
    fileprivate static func iso8601WithTimeZone(includingFractionalSeconds: Bool) -> Self {
        Date.ISO8601FormatStyle(includingFractionalSeconds: includingFractionalSeconds)
    }
}
