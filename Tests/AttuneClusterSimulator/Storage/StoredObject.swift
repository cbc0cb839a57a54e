import AttuneCore
import Synchronization

/// Where an object is kept. Its namespace is empty for kinds without.
struct ObjectID: Sendable, Hashable {
    /// `jobs.batch`
    var collection: String
    var namespace: String
    var name: String
}

/// An object as it was at one version. Its text is made once, for whoever reads it.
final class StoredObject: Sendable {
    let json: JSON
    let id: ObjectID
    let uid: String
    let version: Int
    let isTerminating: Bool
    let finalizers: [String]
    let owners: [Owner]
    private let text = Mutex<[UInt8]?>(nil)

    struct Owner: Sendable, Hashable {
        var uid: String
        var isController: Bool
        var blocksDeletion: Bool
    }

    init(_ json: JSON, id: ObjectID, version: Int) {
        self.json = json
        self.id = id
        self.version = version
        let metadata = json["metadata"]
        uid = metadata?["uid"]?.string ?? ""
        isTerminating = metadata?["deletionTimestamp"] != nil
        finalizers = metadata?["finalizers"]?.array?.compactMap(\.string) ?? []
        owners =
            metadata?["ownerReferences"]?.array?.map { reference in
                Owner(
                    uid: reference["uid"]?.string ?? "", isController: reference["controller"]?.bool ?? false,
                    blocksDeletion: reference["blockOwnerDeletion"]?.bool ?? false)
            } ?? []
    }

    var bytes: [UInt8] {
        text.withLock { text in
            if let text { return text }
            let made = json.bytes
            text = made
            return made
        }
    }

    /// Without kind and version, which the items of lists of built-in kinds lack. They are an object's first members.
    var itemBytes: [UInt8] {
        let all = bytes
        let head = JSON.object(["kind": json["kind"] ?? "", "apiVersion": json["apiVersion"] ?? ""]).bytes
        return [UInt8(ascii: "{")] + all.dropFirst(head.count)
    }

    var labels: JSON? { json["metadata"]?["labels"] }
    var spec: JSON { json["spec"] ?? [:] }
    var status: JSON { json["status"] ?? [:] }
}
