import AttuneCore
import AttuneKubernetes

extension ClusterState {
    /// Who asks; nil where everybody may do everything.
    func user(of request: APIRequest) throws -> SimulatedCluster.User? {
        guard let users = configuration.users else { return nil }
        guard let header = request.headers["authorization"] else { return .anonymous }
        guard header.hasPrefix("Bearer "), let user = users[String(header.dropFirst(7))] else {
            throw APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")
        }
        return user
    }

    /// The answer to a SelfSubjectAccessReview.
    func review(_ request: APIRequest) throws -> Reply {
        let user = try user(of: request)
        guard let json = try? JSON(request.body), let asked = json["spec"]?["resourceAttributes"] else {
            throw APIStatus.badRequest("a review needs spec.resourceAttributes")
        }
        let resource = [asked["resource"], asked["subresource"]].compactMap { $0?.string }.joined(separator: "/")
        let isAllowed =
            user?.mayDo(
                asked["verb"]?.string ?? "", resource, asked["group"]?.string ?? "", asked["namespace"]?.string) ?? true
        let answer: JSON = [
            "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "metadata": [:],
            "spec": json["spec"] ?? [:], "status": ["allowed": .bool(isAllowed)],
        ]
        return Reply(201, answer)
    }
}

extension SimulatedCluster.User {
    /// Who shows no token: may do nothing.
    static let anonymous = SimulatedCluster.User("system:anonymous") { _, _, _, _ in false }

    func check(_ request: ObjectRequest) throws {
        let (type, place) = (request.type, request.place)
        guard !mayDo(request.verb, request.resource, type.group, place.namespace) else { return }
        let object = place.name.map { "\(type.collection) \"\($0)\"" } ?? type.collection
        let scope = place.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        throw APIStatus(
            code: 403, reason: "Forbidden",
            message: "\(object) is forbidden: User \"\(name)\" cannot \(request.verb) resource "
                + "\"\(request.resource)\" in API group \"\(type.group)\" \(scope)",
            details: APIStatus.details(type, place.name))
    }
}
