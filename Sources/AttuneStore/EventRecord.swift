import AttuneCore

/// An event as it is kept: what it is about, and its JSON.
struct EventRecord: Sendable {
    let event: Event
    let body: String

    init(_ event: Event) {
        self.event = event
        body = event.json.description
    }

    /// The word for it in the table, for those who read the file with other tools.
    var kind: String {
        switch event {
        case .started: "started"
        case .observed: "observed"
        case .lost: "lost"
        case .ended: "ended"
        case .paused: "paused"
        case .resumed: "resumed"
        case .budgetEdited: "budgetEdited"
        case .stopped: "stopped"
        case .finished: "finished"
        case .imported: "imported"
        }
    }
}
