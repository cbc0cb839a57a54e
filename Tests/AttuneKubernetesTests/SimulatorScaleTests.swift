import AttuneClusterSimulator
import AttuneCore
import AttuneKubernetes
import Foundation
import Testing

struct SimulatorScaleTests {
    /// Larger on demand, to be timed: `ATTUNE_SIMULATED_JOBS=10000`.
    private static let count = ProcessInfo.processInfo.environment["ATTUNE_SIMULATED_JOBS"].flatMap(Int.init) ?? 300

    @Test func `two watchers see thousands of Jobs begin and end, each told once, without a list`() async throws {
        let cluster = SimulatedCluster(.init(kubelet: .script { _, _ in .printing(["accuracy=0.9"]) }))
        let count = SimulatorScaleTests.count
        async let jobs = finished(cluster, Sample.jobs, count) { $0.contains("\"type\":\"Complete\"") }
        async let pods = finished(cluster, Sample.pods, count) { $0.contains("\"phase\":\"Succeeded\"") }
        try await cluster.until { $0.callCounts["watch jobs"] == 1 && $0.callCounts["watch pods"] == 1 }
        for number in 0..<count {
            let answer = try await cluster.send(
                APIRequest(
                    .post, Sample.jobs, headers: ["content-type": "application/json"],
                    body: Array(Sample.job("job-\(number)").description.utf8)))
            #expect(answer.status == 201)
        }
        #expect(try await jobs >= count)
        #expect(try await pods >= count)
        #expect(cluster.callCounts == ["create jobs": count, "watch jobs": 1, "watch pods": 1])
    }

    /// Reads a watch until so many events were of the kind that counts.
    private func finished(
        _ cluster: SimulatedCluster, _ target: String, _ count: Int, _ counts: (String) -> Bool
    ) async throws -> Int {
        let watch = try await cluster.send(APIRequest(.get, target + "?watch=true", timeout: nil))
        try cluster.create([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("seen-\(target.count)")],
        ])
        var seen = 0
        for try await part in watch.body {
            for line in String(decoding: part, as: UTF8.self).split(separator: "\n") where counts(String(line)) {
                seen += 1
            }
            if seen >= count { break }
        }
        return seen
    }
}
