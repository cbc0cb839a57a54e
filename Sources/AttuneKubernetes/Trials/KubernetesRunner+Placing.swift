import AttuneCore
import Foundation

/// Finds the resource of an attempt, or creates it.
extension KubernetesRunner {
    enum Placement: Sendable {
        case placed
        /// It was stopped before it began.
        case stopped
        case refused(WorkEnd)
    }

    /// Sees to it that the attempt's resource is there: adopts it, or creates it once what has its name is gone.
    func place(_ trial: Trial) async throws -> Placement {
        let signal = Signal()
        let subscription = resources.subscribe(signal, to: trial.name)
        defer { withExtendedLifetime(subscription) {} }
        while true {
            try resources.check()
            guard let object = resources[key(trial)] else {
                if let placement = try await create(trial) { return placement }
                continue
            }
            switch relation(of: object, to: trial) {
            case .same: return .placed
            case .earlier: try await delete(object, .foreground)
            case .leaving: break
            case .foreign: return .refused(foreign(object))
            }
            try await signal.wait()
        }
    }

    private enum Relation {
        /// This very attempt.
        case same
        /// An attempt of this trial that is over.
        case earlier
        /// On its way out, whoever's it is.
        case leaving
        case foreign
    }

    private func relation(of object: JSON, to trial: Trial) -> Relation {
        guard let mark = TrialMark(object) else { return object.isBeingDeleted ? .leaving : .foreign }
        if mark == self.mark(trial) {
            // One that is stopped ends by being deleted, and is not to begin anew.
            return .same
        }
        if object.isBeingDeleted { return .leaving }
        // What has another experiment's mark and this one's name and place is what that one left behind when it was deleted.
        return mark.experiment == experiment.name ? .earlier : .foreign
    }

    private func foreign(_ object: JSON) -> WorkEnd {
        WorkEnd(
            .failed(
                "AlreadyExists: \(resource.kind) \(object.name) is there already and is no trial of this experiment; "
                    + "delete it, or give the experiment another name"))
    }

    /// - Returns: nil where something of the name was there after all.
    private func create(_ trial: Trial) async throws -> Placement? {
        guard !isStopping(trial) else { return .stopped }
        guard trial.attemptObservations.isEmpty else {
            // It had begun, or else it could not have reported anything.
            return .refused(WorkEnd(.lost("\(resource.kind) \(trial.name) was gone when it was looked for again")))
        }
        let object: JSON
        do {
            object = try self.object(for: trial, owner: try await options.owner(trial))
        } catch let error as AttuneError {
            return .refused(WorkEnd(.failed("cannot be rendered: \(error)")))
        }
        if let reports {
            // What the watch has not told of may have reported already.
            guard try await client.find(resource, trial.name, in: namespace) == nil else {
                return try await lookAgain(trial)
            }
            try await reports.forget(trial)
        }
        do {
            let created = try await createPatiently(object)
            resources.learn(created)
            if isStopping(trial) {
                try await delete(created)
                return .stopped
            }
            return .placed
        } catch let error as APIError where error.reason == .alreadyExists {
            return try await lookAgain(trial)
        } catch let error as APIError {
            return .refused(WorkEnd(.failed("\(error.word): the cluster refuses it: \(error.message)")))
        }
    }

    /// What is there under the name, of which the watch has not told yet, or never will.
    private func lookAgain(_ trial: Trial) async throws -> Placement? {
        guard let object = try await client.find(resource, trial.name, in: namespace) else { return nil }
        guard relation(of: object, to: trial) != .foreign else { return .refused(foreign(object)) }
        resources.learn(object)
        if resources[key(trial)] == nil { try await clock.sleepFor(.milliseconds(100)) }
        return nil
    }

    /// Creates it, waiting while the namespace's quota is used up.
    private func createPatiently(_ object: JSON) async throws -> JSON {
        var pause = Duration.seconds(1)
        while true {
            do {
                return try await client.create(object, resource, in: namespace)
            } catch let error as APIError where error.isFullQuota {
                client.onTrouble("\(error); waiting for room")
                try await clock.sleepFor(pause)
                pause = min(pause * 2, .seconds(30))
            } catch let error as APIError where error.reason == .conflict {
                client.onTrouble("\(error); trying again")
                try await clock.sleepFor(.milliseconds(50))
            }
        }
    }
}

extension APIError {
    var isFullQuota: Bool { reason == .forbidden && message.contains("exceeded quota") }

    /// The reason as Kubernetes spells it.
    var word: String {
        if case .other(let name) = reason { return name }
        let name = "\(reason)"
        return name.prefix(1).uppercased() + name.dropFirst()
    }
}
