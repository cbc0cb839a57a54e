import AttuneAlgorithms
import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The web page: its files, the data it shows, and who has logged in.
struct WebPage: Sendable {
    /// What a path of the page is.
    enum Place: Sendable, Hashable {
        /// One of the addresses that people see; all are answered with the same file, which looks at the address.
        case document
        /// A file below `/page/`.
        case asset(String)
        /// The words behind `/v1/page/`.
        case data([String])
        case login, logout

        init?(_ path: String) {
            let words = path.split(separator: "/").map(String.init)
            switch words.first {
            case nil: self = .document
            case "new", "compare", "login": if words.count == 1 { self = .document } else { return nil }
            case "experiments": if words.count > 1 { self = .document } else { return nil }
            case "page": self = .asset(words.dropFirst().joined(separator: "/"))
            case "v1":
                guard words.count > 2, words[1] == "page" else { return nil }
                let rest = Array(words.dropFirst(2)).map { $0.removingPercentEncoding ?? $0 }
                self = rest == ["login"] ? .login : rest == ["logout"] ? .logout : .data(rest)
            default: return nil
            }
        }
    }

    let dispatcher: Dispatcher
    let gate: TokenGate
    let hub: Hub
    let views: PageViews
    let streams: PageStreams
    let sparks = Sparks()
    /// Whether browsers reach it through TLS.
    let isSecure: Bool
    /// Where workers of this machine keep what trials leave; nil where none is known.
    let workers: URL?

    var store: SQLiteStore { hub.store }

    init(dispatcher: Dispatcher, gate: TokenGate, hub: Hub, isSecure: Bool, workers: URL? = nil) {
        self.workers = workers
        self.dispatcher = dispatcher
        self.gate = gate
        self.hub = hub
        self.isSecure = isSecure
        views = PageViews(hub.store, clock: hub.clock)
        streams = PageStreams(hub: hub)
    }

    // MARK: Files

    func file(_ place: Place, _ known: String?, _ head: CallHead) async throws -> Response {
        switch place {
        case .document:
            guard let file = PageAsset["index.html"] else { throw ServiceError(.notFound, "the page is missing") }
            return Response(file, caching: "no-store")
        case .asset(let path):
            guard let file = PageAsset[path] else { throw ServiceError(.notFound, "there is no file /page/\(path)") }
            if known == file.tag { return .unchanged(file.tag) }
            var response = Response(file, caching: "no-cache")
            response.headers[.eTag] = file.tag
            return response
        case .data, .login, .logout: throw ServiceError(.notFound, "is no file")
        }
    }

    // MARK: Sessions

    /// `{"token": "attune_…"}` opens a session.
    func logIn(_ body: [UInt8], _ head: CallHead) async throws -> Response {
        if head.isFromOwnPage != nil { try PageSessions.requireOwnOrigin(head) }
        guard let token = (try? JSON(parsing: String(decoding: body, as: UTF8.self)))?["token"]?.string else {
            throw ServiceError(.invalidArgument, #"token: must be given, as {"token": "attune_…"}"#)
        }
        let trimmed = token.trimmingCharacters(in: .whitespacesAndNewlines)
        return .cookie(try await gate.logIn(TokenSecret(trimmed)), isSecure: isSecure)
    }

    /// Ends the session of the request, where it has one.
    func logOut(_ head: CallHead) throws -> Response {
        if let session = gate.sessions.session(of: head) { try PageSessions.requireOwnPage(head, session) }
        gate.sessions.close(head)
        return .cookie("", isSecure: isSecure)
    }

    /// Who looks at the page, and what it may do. Answered also to strangers, whom it tells to log in.
    private func session(_ head: CallHead) async throws -> JSON {
        let needsToken = try await gate.needsToken
        var caller: Caller?
        do throws(ServiceError) {
            caller = try await gate.admit(head, needing: .read)
        } catch {
            guard error.code == .unauthenticated else { throw error }
        }
        let catalogue = hub.catalogue
        return [
            "signedIn": .bool(caller != nil), "needsToken": .bool(needsToken),
            "scope": .string(caller?.scope.rawValue ?? "none"), "identity": .page(caller?.identity),
            "namespace": .string(caller?.namespace ?? Caller.defaultNamespace),
            "namespaces": caller?.namespaces.map { .page($0.sorted()) } ?? .null, "version": .string(attuneVersion),
            "algorithms": caller == nil
                ? [] : .array(catalogue.algorithms.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
            "rules": caller == nil
                ? []
                : .array(catalogue.stoppingRules.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
            "csrf": .page(gate.sessions.session(of: head)?.csrf),
        ]
    }

    // MARK: Data

    /// The stream at `/v1/page/` and the words; nil where there is none.
    func stream(_ words: [String], _ query: PageQuery) -> StreamingMethod? {
        switch words.first {
        case "changes" where words.count == 1: streams.changes
        case "experiments" where words.count == 3 && words[2] == "ticks": streams.ticks(of: words[1])
        case "experiments" where words.count == 6 && words[2] == "trials" && Array(words[4...]) == ["log", "follow"]:
            streams.log(self, words[1], words[3], after: query["after"])
        default: nil
        }
    }

    /// - Parameter known: the tag of what the client has already.
    func data(
        _ words: [String], _ query: PageQuery, _ known: String?, _ head: CallHead
    ) async throws -> Response {
        if words == ["session"] { return .page(try await session(head)) }
        return try await dispatcher.answer(WebPage.label(words), needing: .read, head) { caller in
            try await PageData(page: self, caller: caller, query: query, known: known).answer(words)
        }
    }

    /// What stands in the log: never what a caller has made up.
    static func label(_ words: [String]) -> String {
        let places = ["experiments", "compare", "schema", "templates"]
        let parts = [
            "history", "curves", "trials", "trials.csv", "parallel", "slice", "contour", "rank", "importance", "edf",
            "timeline", "front", "audit", "cells", "report",
        ]
        guard let place = words.first, places.contains(place) else { return "/v1/page" }
        guard words.count > 2, parts.contains(words[2]) else { return "/v1/page/\(place)" }
        return "/v1/page/\(place)/\(words[2])"
    }
}

extension Response {
    init(_ file: PageAsset, caching: String) {
        self.init(
            status: .ok, headers: [.contentType: file.type, .cacheControl: caching],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }

    static func page(_ json: JSON, tag: String? = nil) -> Response {
        var response = Response.json(Array(json.description.utf8))
        response.headers[.cacheControl] = tag == nil ? "no-store" : "private, no-cache"
        response.headers[.eTag] = tag
        return response
    }

    static func unchanged(_ tag: String) -> Response {
        Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "private, no-cache"])
    }

    /// - Parameter id: empty removes the cookie.
    fileprivate static func cookie(_ id: String, isSecure: Bool) -> Response {
        let cookie =
            "\(PageSessions.cookie)=\(id); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
            + (id.isEmpty ? "; Max-Age=0" : "")
        return Response(status: .noContent, headers: [.setCookie: cookie, .cacheControl: "no-store"])
    }
}
