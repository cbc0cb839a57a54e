import AttuneCore
import AttuneKubernetes

/// An answer before it goes out.
struct Reply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case stream(any APIBody.Source)
    }

    var status: Int
    /// By lower-case name.
    var headers: [String: String]
    var body: Body

    init(status: Int, headers: [String: String], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ status: Int = 200, _ bytes: [UInt8]) {
        self.init(status: status, headers: ["content-type": "application/json"], body: .bytes(bytes))
    }

    init(_ status: Int = 200, _ json: JSON) { self.init(status, json.bytes) }

    init(_ status: Int = 200, _ object: StoredObject) { self.init(status, object.bytes) }

    static func text(_ text: String) -> Reply {
        Reply(status: 200, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }

    static func stream(_ source: any APIBody.Source, type: String = "application/json") -> Reply {
        Reply(status: 200, headers: ["content-type": type], body: .stream(source))
    }

    func warning(_ texts: [String]) -> Reply {
        guard !texts.isEmpty else { return self }
        var reply = self
        let quoted = texts.map { "299 - " + JSON.string($0).description }
        reply.headers["warning"] = quoted.joined(separator: ", ")
        return reply
    }
}
