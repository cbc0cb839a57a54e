import AttuneCore
import Foundation

/// Makes the pods of batch/v1 Jobs and counts how they end.
final class JobController: Controller {
    /// What is remembered of a Job beside its status.
    private struct Book {
        /// Pods that are counted already.
        var counted: Set<String> = []
        var doneIndexes: Set<Int> = []
        /// Until when no pod is made.
        var pausesUntil: Date?
        /// A rule of the pod failure policy that ends the Job.
        var verdict: String?
    }
    private var books: [String: Book] = [:]

    func concerned(by change: Change, in state: ClusterState) -> [ObjectID] {
        switch change.object.id.collection {
        case "jobs.batch":
            if change.kind == .deleted { books[change.object.uid] = nil }
            return change.kind == .deleted ? [] : [change.object.id]
        case "pods":
            guard let owner = change.object.owners.first(where: \.isController),
                let job = state.object(uid: owner.uid), job.id.collection == "jobs.batch"
            else { return [] }
            if change.kind == .deleted { count(change.object, of: job, state) }
            return [job.id]
        default: return []
        }
    }

    /// Counts a pod that is gone, at the last moment.
    private func count(_ pod: StoredObject, of job: StoredObject, _ state: ClusterState) {
        guard !JobController.isFinished(job), books[job.uid]?.counted.contains(pod.uid) == false else { return }
        var tally = Tally(job)
        take(pod, of: job, into: &tally, at: state.now)
        state.setStatus(job.status.with(tally), of: job.id)
    }

    static func isFinished(_ job: StoredObject) -> Bool { job.has("Complete") || job.has("Failed") }

    func sync(_ id: ObjectID, in state: ClusterState) {
        guard let job = state[id] else { return }
        guard !JobController.isFinished(job) else { return scheduleRemoval(job, state) }
        guard !job.isTerminating else { return }
        let pods = state.dependents(of: job.uid, in: "pods")
        var tally = Tally(job)
        for pod in pods { take(pod, of: job, into: &tally, at: state.now) }
        if job.spec["suspend"]?.bool == true { return suspend(job, pods, tally, state) }
        var status = JobController.started(job, state)
        if let why = failure(of: job, pods, tally, state) { return end(job, pods, tally, status, why, state) }
        if isComplete(job, pods, tally) {
            return end(job, pods, tally, status, JobEnd.completed, state)
        }
        schedule(job, status, state)
        makePods(job, pods, tally, state)
        let now = state.dependents(of: job.uid, in: "pods")
        status = status.with(tally).with(JobPodCounts(now))
        state.setStatus(status, of: id)
    }

    // MARK: Counting

    private func take(_ pod: StoredObject, of job: StoredObject, into tally: inout Tally, at now: Date) {
        var book = books[job.uid] ?? Book()
        defer { books[job.uid] = book }
        let replacesAtOnce = job.spec["podReplacementPolicy"]?.string != "Failed"
        let isLost = pod.isTerminating && !pod.hasSucceeded && (replacesAtOnce || pod.hasFailed)
        guard pod.hasSucceeded || pod.hasFailed || isLost, book.counted.insert(pod.uid).inserted else { return }
        if pod.hasSucceeded {
            tally.succeeded += 1
            if let index = pod.completionIndex { book.doneIndexes.insert(index) }
            return
        }
        switch PodFailurePolicy(job.spec["podFailurePolicy"]).action(for: pod) {
        case .ignore: return
        case .failJob(let why): book.verdict = why
        case .count: break
        }
        tally.failed += 1
        book.pausesUntil = now
    }

    private func isComplete(_ job: StoredObject, _ pods: [StoredObject], _ tally: Tally) -> Bool {
        guard let completions = job.spec["completions"]?.int else {
            return tally.succeeded > 0 && !pods.contains(where: \.isActive)
        }
        return tally.succeeded >= completions
    }

    private func failure(
        of job: StoredObject, _ pods: [StoredObject], _ tally: Tally, _ state: ClusterState
    ) -> JobEnd? {
        if let known = JobEnd(target: job) { return known }
        if let why = books[job.uid]?.verdict { return .failed(reason: "PodFailurePolicy", message: why) }
        if let deadline = job.spec["activeDeadlineSeconds"]?.int,
            let start = job.status["startTime"]?.string.flatMap(Timestamp.date),
            state.now.timeIntervalSince(start) >= Double(deadline)
        {
            return .failed(reason: "DeadlineExceeded", message: "Job was active longer than specified deadline")
        }
        let limit = job.spec["backoffLimit"]?.int ?? 6
        let restarts = pods.filter(\.isActive).reduce(0) { $0 + $1.restarts }
        let isOnFailure = job.spec["template"]?["spec"]?["restartPolicy"]?.string == "OnFailure"
        let hasTooManyRestarts = isOnFailure && (limit == 0 ? restarts > 0 : restarts >= limit)
        guard tally.failed > limit || hasTooManyRestarts else { return nil }
        return .failed(
            reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit")
    }

    // MARK: Pods

    private func makePods(_ job: StoredObject, _ pods: [StoredObject], _ tally: Tally, _ state: ClusterState) {
        let active = pods.filter(\.isActive)
        let waiting = job.spec["podReplacementPolicy"]?.string == "Failed" ? pods.filter(\.isEnding).count : 0
        let parallelism = job.spec["parallelism"]?.int ?? 1
        let left = job.spec["completions"]?.int.map { max(0, $0 - tally.succeeded) } ?? (tally.succeeded > 0 ? 0 : .max)
        let wanted = min(parallelism, left) - active.count - waiting
        if wanted < 0 { active.suffix(-wanted).forEach(state.deletePod) }
        guard wanted > 0, !mustPause(job, tally, state) else { return }
        let template = job.spec["template"] ?? [:]
        guard job.spec["completionMode"]?.string == "Indexed" else {
            for _ in 0..<wanted { state.makePod(template, named: .generated(prefix: job.id.name + "-"), for: job) }
            return
        }
        let taken = (books[job.uid]?.doneIndexes ?? []).union(active.compactMap(\.completionIndex))
        let free = (0..<(job.spec["completions"]?.int ?? 1)).filter { !taken.contains($0) }
        for index in free.prefix(wanted) { makePod(index, template, of: job, state) }
    }

    private func makePod(_ index: Int, _ template: JSON, of job: StoredObject, _ state: ClusterState) {
        let key = "batch.kubernetes.io/job-completion-index"
        var template = template
        let annotations = (template["metadata"]?["annotations"] ?? [:]).with(key, .string(String(index)))
        template["metadata"]?["annotations"] = annotations
        let variable: JSON = ["name": "JOB_COMPLETION_INDEX", "value": .string(String(index))]
        let containers = template["spec"]?["containers"]?.array ?? []
        template["spec"]?["containers"] = .array(
            containers.map { $0.with("env", .array(($0["env"]?.array ?? []) + [variable])) })
        state.makePod(
            template, named: .generated(prefix: "\(job.id.name)-\(index)-"), for: job,
            labels: [key: .string(String(index))])
    }

    /// Whether a failed pod is not to be replaced yet.
    private func mustPause(_ job: StoredObject, _ tally: Tally, _ state: ClusterState) -> Bool {
        guard let failure = books[job.uid]?.pausesUntil, state.configuration.podFailureDelay > .zero else {
            return false
        }
        let delay = state.configuration.podFailureDelay * (1 << min(max(0, tally.failed - 1), 6))
        let rest = failure.addingTimeInterval(delay.inSeconds).timeIntervalSince(state.now)
        guard rest > 0 else { return false }
        state.enqueue(job.id, for: self, after: .seconds(rest))
        return true
    }

    // MARK: Beginning and ending

    private static func started(_ job: StoredObject, _ state: ClusterState) -> JSON {
        var status = job.status
        if job.has("Suspended") {
            status = status.setting(condition: "Suspended", "False", "JobResumed", "Job resumed", at: state.timestamp)
        }
        if status["startTime"] == nil { status["startTime"] = state.timestamp }
        return status
    }

    private func schedule(_ job: StoredObject, _ status: JSON, _ state: ClusterState) {
        guard job.status["startTime"] == nil, let deadline = job.spec["activeDeadlineSeconds"]?.int else { return }
        state.enqueue(job.id, for: self, after: .seconds(deadline))
    }

    private func suspend(_ job: StoredObject, _ pods: [StoredObject], _ tally: Tally, _ state: ClusterState) {
        // Pods that a suspension ends do not count as failed.
        for pod in pods where pod.isActive {
            books[job.uid, default: Book()].counted.insert(pod.uid)
            state.deletePod(pod)
        }
        let left = state.dependents(of: job.uid, in: "pods")
        var status = job.status.with(tally).with(JobPodCounts(left)).with("startTime", nil)
        if !left.contains(where: \.isEnding) {
            status = status.setting(
                condition: "Suspended", "True", "JobSuspended", "Job suspended", at: state.timestamp)
        }
        state.setStatus(status.orderedAsJob, of: job.id)
    }

    private func end(
        _ job: StoredObject, _ pods: [StoredObject], _ tally: Tally, _ status: JSON, _ end: JobEnd,
        _ state: ClusterState
    ) {
        var tally = tally
        for pod in pods where pod.isActive {
            // What the end of the Job ends counts as failed, unless the Job succeeded.
            if books[job.uid, default: Book()].counted.insert(pod.uid).inserted, !end.isSuccess { tally.failed += 1 }
            state.deletePod(pod)
        }
        let left = state.dependents(of: job.uid, in: "pods")
        let counts = JobPodCounts(left)
        let (target, final) = end.conditions
        var now = status.setting(condition: target, "True", end.reason, end.message, at: state.timestamp)
        if !job.has(target) {
            // First the verdict, then the count.
            let uncounted = left.filter { $0.hasSucceeded || $0.hasFailed }.map { JSON.string($0.uid) }
            let key = end.isSuccess ? "succeeded" : "failed"
            var first = now.with(JobPodCounts(left))
            if !uncounted.isEmpty { first["uncountedTerminatedPods"] = [key: .array(uncounted)] }
            state.setStatus(first.orderedAsJob, of: job.id)
        }
        now = now.with(tally).with(counts)
        if counts.active == 0, counts.terminating == 0 {
            now = now.setting(condition: final, "True", end.reason, end.message, at: state.timestamp)
            if end.isSuccess { now["completionTime"] = state.timestamp }
            let (reason, message) = end.isSuccess ? ("Completed", "Job completed") : (end.reason, end.message)
            state.record(reason, message, isWarning: !end.isSuccess, about: job, by: "job-controller")
        }
        if job.spec["completionMode"]?.string == "Indexed" { now["completedIndexes"] = completedIndexes(job) }
        state.setStatus(now.orderedAsJob, of: job.id)
    }

    /// `0-2,4`
    private func completedIndexes(_ job: StoredObject) -> JSON? {
        let indexes = (books[job.uid]?.doneIndexes ?? []).sorted()
        guard !indexes.isEmpty else { return nil }
        var runs: [ClosedRange<Int>] = []
        for index in indexes {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        return .string(
            runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
                .joined(separator: ","))
    }

    private func scheduleRemoval(_ job: StoredObject, _ state: ClusterState) {
        guard let ttl = job.spec["ttlSecondsAfterFinished"]?.int, !job.isTerminating,
            let type = state.type("batch", "v1", "jobs")
        else { return }
        let ended = job.status["conditions"]?.array?.last?["lastTransitionTime"]?.string.flatMap(Timestamp.date)
        let rest = (ended ?? state.now).addingTimeInterval(Double(ttl)).timeIntervalSince(state.now)
        guard rest <= 0 else { return state.enqueue(job.id, for: self, after: .seconds(rest)) }
        _ = try? state.delete(job.id, of: type, DeleteOptions(policy: .background, uid: job.uid))
    }
}
