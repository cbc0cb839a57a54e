import AttuneCore
import Foundation

extension ClusterState {
    func watch(_ request: ObjectRequest) throws -> Reply {
        let filter = try request.filter()
        let sendsInitial = request.route.flag("sendInitialEvents")
        if sendsInitial, request.route.query["resourceVersionMatch"] != "NotOlderThan" {
            let why = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            throw APIStatus.invalidOptions(
                "ListOptions", .init(reason: "FieldValueForbidden", message: why, field: "resourceVersionMatch"))
        }
        let start = try startOfWatch(request)
        let collection = collection(request.type.collection)
        let stream = WatchStream(
            filter, of: request.type, form: form(of: request),
            wantsBookmarks: request.route.flag("allowWatchBookmarks"), start: max(start, sendsInitial ? version : start)
        )
        if start > 0, !sendsInitial, start < collection.forgotten {
            refuse(stream, start)
            return .stream(WatchBody(stream))
        }
        if start == 0 || sendsInitial {
            for object in collection.sorted(in: filter.namespace) where filter.matches(object) {
                stream.add(.added, object)
            }
            if sendsInitial { stream.bookmark(at: version, endsInitialEvents: true) }
        } else {
            for change in collection.history where change.version > start { stream.offer(change) }
        }
        collection.add(stream)
        schedule(stream, timeout: request.route.number("timeoutSeconds"))
        return .stream(WatchBody(stream))
    }

    /// The version after which changes are asked for; 0 for all there is.
    private func startOfWatch(_ request: ObjectRequest) throws -> Int {
        guard let text = request.route.text("resourceVersion") else { return 0 }
        guard let version = Int(text) else {
            throw APIStatus(
                code: 500,
                message: "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: "
                    + "parsing \"\(text)\": invalid syntax")
        }
        return version
    }

    /// The answer to a watch from a version whose successors are forgotten.
    private func refuse(_ stream: WatchStream, _ start: Int) {
        stream.add(line: ["type": "ERROR", "object": tooOld(start)])
        stream.finish()
    }

    func tooOld(_ start: Int) -> JSON {
        APIStatus.expired("too old resource version: \(start) (\(version))").json
    }

    private func form(of request: ObjectRequest) -> WatchStream.Form {
        switch request.form(state: self) {
        case nil: .objects
        case .metadata?: .custom(ObjectForm.partial)
        case .table(let type, let includesObject, let age)?:
            .custom { object in
                ObjectForm.table(type, includesObject: includesObject, now: age)
                    .list([object], metadata: ["resourceVersion": .string(String(object.version))])
            }
        }
    }

    private func schedule(_ stream: WatchStream, timeout: Int?) {
        if let timeout {
            let later = later
            configuration.clock.after(.seconds(timeout)) { [weak stream] in
                guard let stream else { return }
                later { state in
                    stream.bookmark(at: state.version)
                    stream.finish()
                }
            }
        }
        if stream.wantsBookmarks { scheduleBookmark(stream) }
    }

    private func scheduleBookmark(_ stream: WatchStream) {
        let later = later
        configuration.clock.after(configuration.bookmarkInterval) { [weak stream] in
            guard let stream, !stream.isFinished else { return }
            later { state in
                stream.bookmark(at: state.version)
                state.scheduleBookmark(stream)
            }
        }
    }
}
