/// Everything found wrong while a manifest is read.
package final class ProblemLog {
    /// Whether what can be read but should not be asked for is a problem too. What was stored is not judged again.
    let checksRules: Bool
    package private(set) var problems: [Problem] = []
    /// A field may be looked at more than once; its problem is told once.
    private var told: Set<Problem> = []

    package init(checksRules: Bool) { self.checksRules = checksRules }

    var hasErrors: Bool { hasErrors(under: FieldPath()) }

    /// Whether the field, or one in it, is in error.
    package func hasErrors(under field: FieldPath) -> Bool {
        problems.contains { $0.severity == .error && $0.field.steps.starts(with: field.steps) }
    }

    /// Something that cannot be read.
    package func error(_ field: FieldPath, found: String? = nil, _ remedy: String) {
        add([Problem(field, found: found, remedy)])
    }

    /// Something that can be read but makes no valid experiment.
    func rule(_ field: FieldPath, found: String? = nil, _ remedy: String) {
        if checksRules { add([Problem(field, found: found, remedy)]) }
    }

    func warn(_ field: FieldPath, found: String? = nil, _ remedy: String) {
        if checksRules { add([Problem(field, found: found, remedy, severity: .warning)]) }
    }

    func add(_ more: [Problem], under prefix: FieldPath = FieldPath()) {
        for problem in more.map({ $0.under(prefix) }) where told.insert(problem).inserted { problems.append(problem) }
    }
}
