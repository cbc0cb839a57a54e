import AttuneCore
import Foundation

/// Lets one of several processes do something at a time: the one that holds a Lease.
///
/// The holder renews the Lease every third of its duration and stops before it runs out; another takes over when the
/// Lease has not changed for as long, by its own clock, so that clocks need not agree.
public struct LeaderElection: Sendable {
    private let client: KubernetesClient
    private let name: String
    private let namespace: String
    private let identity: String
    private let duration: Duration

    /// - Parameter identity: who asks: different for each process, also of one pod.
    public init(
        _ client: KubernetesClient, lease name: String, in namespace: String, as identity: String,
        duration: Duration = .seconds(15)
    ) {
        var client = client
        client.patience = duration / 3
        self.client = client
        self.name = name
        self.namespace = namespace
        self.identity = identity
        self.duration = duration
    }

    /// The Lease was lost to another, or could not be renewed in time.
    public struct Lost: Error, CustomStringConvertible {
        public let description: String
    }

    /// Waits for the Lease, does it, and gives the Lease back.
    ///
    /// - Throws: `Lost`, after the body was cancelled and has returned; what the body throws; `APIError` where the Lease is
    ///   refused for good.
    public func lead(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let lease = try await acquire()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await body() }
                group.addTask { try await keep(lease) }
                try await group.next()
            }
        } catch {
            await Task { await release() }.value
            throw error
        }
        await release()
    }

    // MARK: Taking

    private func acquire() async throws -> JSON {
        var seen: (version: String, at: Date)?
        while true {
            try Task.checkCancellation()
            do {
                guard let lease = try await client.find(.leases, name, in: namespace) else {
                    return try await client.create(made(after: nil), .leases, in: namespace)
                }
                let now = client.clock.now()
                if seen?.version != lease.resourceVersion { seen = (lease.resourceVersion, now) }
                let isStale = seen.map { now.timeIntervalSince($0.at) >= duration.seconds } ?? false
                let holder = lease["spec"]?["holderIdentity"]?.string ?? ""
                if holder.isEmpty || holder == identity || isStale {
                    return try await client.replace(made(after: lease), .leases, in: namespace)
                }
            } catch let error as APIError where error.reason == .conflict || error.reason == .alreadyExists {
                // Another was faster.
            } catch let error where error.isPassing {
                client.onTrouble("cannot ask for the lease \(name): \(error); trying again")
            }
            try await client.clock.sleepFor(duration / 5)
        }
    }

    private func keep(_ lease: JSON) async throws {
        var lease = lease
        var renewed = client.clock.now()
        while true {
            try await client.clock.sleepFor(duration / 3)
            do {
                lease = try await client.replace(made(after: lease), .leases, in: namespace)
                renewed = client.clock.now()
            } catch let error as APIError where error.reason == .conflict || error.reason == .notFound {
                lease = try await stillOurs()
                renewed = client.clock.now()
            } catch let error where error.isPassing {
                guard client.clock.now().timeIntervalSince(renewed) < duration.seconds * 2 / 3 else {
                    throw Lost(description: "the lease \(name) could not be renewed in time: \(error)")
                }
            }
        }
    }

    /// The Lease after a conflict: an answer that was lost may have renewed it.
    private func stillOurs() async throws -> JSON {
        let lease = try await client.find(.leases, name, in: namespace)
        guard let lease, lease["spec"]?["holderIdentity"]?.string == identity else {
            throw Lost(description: "the lease \(name) was taken over by another")
        }
        return lease
    }

    private func made(after old: JSON?) -> JSON {
        let now = JSON.string(client.clock.now().kubernetesMicroText)
        var lease =
            old ?? [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": ["name": .string(name), "namespace": .string(namespace)],
            ]
        let isNew = old?["spec"]?["holderIdentity"]?.string != identity
        let changes = (old?["spec"]?["leaseTransitions"]?.int ?? 0) + (isNew && old != nil ? 1 : 0)
        lease["spec"] = [
            "holderIdentity": .string(identity), "leaseDurationSeconds": .number(Int(duration.seconds)),
            "acquireTime": isNew ? now : old?["spec"]?["acquireTime"] ?? now, "renewTime": now,
            "leaseTransitions": .number(changes),
        ]
        return lease
    }

    /// Lets the next one begin without waiting for the Lease to run out.
    private func release() async {
        do {
            guard var lease = try await client.find(.leases, name, in: namespace),
                lease["spec"]?["holderIdentity"]?.string == identity
            else { return }
            lease["spec"]?["holderIdentity"] = ""
            _ = try await client.replace(lease, .leases, in: namespace)
        } catch {
            client.onTrouble("the lease \(name) was not given back: \(error); it runs out by itself")
        }
    }
}
