import AttuneCore

extension ClusterState {
    /// Refuses an object that a ResourceQuota of its namespace has no room for: `pods`, `count/jobs.batch`.
    func checkQuota(_ namespace: String?, of type: ResourceType, _ name: String) throws {
        guard let namespace else { return }
        let key = type.collection == "pods" ? "pods" : "count/\(type.collection)"
        for quota in collection("resourcequotas").objects[namespace]?.values.sorted(by: { $0.id.name < $1.id.name })
            ?? []
        {
            guard let limit = quota.spec["hard"]?[key]?.int else { continue }
            let used = collection(type.collection).objects[namespace]?.count ?? 0
            guard used >= limit else { continue }
            throw APIStatus.forbidden(
                type, name,
                "exceeded quota: \(quota.id.name), requested: \(key)=1, used: \(key)=\(used), limited: \(key)=\(limit)")
        }
    }
}
