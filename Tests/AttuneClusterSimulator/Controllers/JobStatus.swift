import AttuneCore

/// How many pods of a Job ended how.
struct Tally {
    var succeeded: Int
    var failed: Int

    init(_ job: StoredObject) {
        succeeded = job.status["succeeded"]?.int ?? 0
        failed = job.status["failed"]?.int ?? 0
    }
}

/// The pods that a Job has now.
struct JobPodCounts {
    var active: Int
    var ready: Int
    var terminating: Int

    init(_ pods: [StoredObject]) {
        active = pods.filter(\.isActive).count
        ready = pods.filter { $0.isActive && $0.isReady }.count
        terminating = pods.filter(\.isEnding).count
    }
}

/// Why a Job ends.
struct JobEnd {
    var isSuccess: Bool
    var reason: String
    var message: String

    static let completed = JobEnd(
        isSuccess: true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods")

    static func failed(reason: String, message: String) -> JobEnd {
        JobEnd(isSuccess: false, reason: reason, message: message)
    }

    /// The condition that comes when it is clear how the Job ends, and the one when nothing of it is left.
    var conditions: (target: String, final: String) {
        isSuccess ? ("SuccessCriteriaMet", "Complete") : ("FailureTarget", "Failed")
    }
}

extension JobEnd {
    /// The failure that a Job is on its way to.
    init?(target job: StoredObject) {
        let conditions = job.status["conditions"]?.array ?? []
        guard let target = conditions.first(where: { $0["type"] == "FailureTarget" && $0["status"] == "True" }) else {
            return nil
        }
        self = .failed(reason: target["reason"]?.string ?? "", message: target["message"]?.string ?? "")
    }
}

/// Which failures of pods a Job ignores, and which end it.
struct PodFailurePolicy {
    enum Action {
        case count
        case ignore
        case failJob(String)
    }
    private let rules: [JSON]

    init(_ json: JSON?) { rules = json?["rules"]?.array ?? [] }

    func action(for pod: StoredObject) -> Action {
        for (index, rule) in rules.enumerated() {
            guard let match = match(rule, pod) else { continue }
            switch rule["action"]?.string {
            case "Ignore": return .ignore
            case "FailJob": return .failJob("\(match) matching FailJob rule at index \(index)")
            default: return .count
            }
        }
        return .count
    }

    /// What in the pod a rule matches.
    private func match(_ rule: JSON, _ pod: StoredObject) -> String? {
        let place = "\(pod.id.namespace)/\(pod.id.name)"
        if let codes = rule["onExitCodes"] {
            for container in pod.status["containerStatuses"]?.array ?? [] {
                guard let code = container["state"]?["terminated"]?["exitCode"]?.int, code != 0,
                    let name = container["name"]?.string,
                    codes["containerName"] == nil || codes["containerName"]?.string == name
                else { continue }
                let isListed = codes["values"]?.array?.contains { $0.int == code } ?? false
                guard isListed == (codes["operator"]?.string != "NotIn") else { continue }
                return "Container \(name) for pod \(place) failed with exit code \(code)"
            }
        }
        for wanted in rule["onPodConditions"]?.array ?? [] {
            let status = wanted["status"]?.string ?? "True"
            let condition = pod.status["conditions"]?.array?.first {
                $0["type"] == wanted["type"] && $0["status"]?.string == status
            }
            if condition != nil { return "Pod \(place) has condition \(wanted["type"]?.string ?? "")" }
        }
        return nil
    }
}

extension StoredObject {
    /// It was told to end and has not yet.
    var isEnding: Bool { isTerminating && !hasSucceeded && !hasFailed }

    var completionIndex: Int? {
        json["metadata"]?["annotations"]?["batch.kubernetes.io/job-completion-index"]?.int
    }

    var restarts: Int {
        let all = (status["initContainerStatuses"]?.array ?? []) + (status["containerStatuses"]?.array ?? [])
        return all.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
    }
}

extension JSON {
    /// A Job's status with its counts; those that are zero are not there.
    func with(_ tally: Tally) -> JSON {
        with("succeeded", tally.succeeded > 0 ? .number(tally.succeeded) : nil)
            .with("failed", tally.failed > 0 ? .number(tally.failed) : nil)
    }

    func with(_ counts: JobPodCounts) -> JSON {
        with("active", counts.active > 0 ? .number(counts.active) : nil)
            .with("terminating", .number(counts.terminating)).with("uncountedTerminatedPods", [:])
            .with("ready", .number(counts.ready)).orderedAsJob
    }

    /// A status with a condition set, which keeps its place if it was there.
    func setting(
        condition type: String, _ status: String, _ reason: String, _ message: String, at time: JSON
    ) -> JSON {
        var conditions = self["conditions"]?.array ?? []
        let new: JSON = [
            "type": .string(type), "status": .string(status), "lastProbeTime": time, "lastTransitionTime": time,
            "reason": .string(reason), "message": .string(message),
        ]
        if let index = conditions.firstIndex(where: { $0["type"]?.string == type }) {
            guard conditions[index]["status"]?.string != status else { return self }
            conditions[index] = new
        } else {
            conditions.append(new)
        }
        return with("conditions", .array(conditions))
    }

    /// The members of a Job's status in the server's order.
    var orderedAsJob: JSON {
        let order = [
            "conditions", "startTime", "completionTime", "active", "succeeded", "failed", "terminating",
            "completedIndexes", "uncountedTerminatedPods", "ready",
        ]
        var fields = Fields()
        for key in order { fields[key] = self[key] }
        return .object(fields)
    }
}
