import AttuneCore

/// Says from a trial's resource how the trial stands, by the two conditions of its template.
public struct TrialCondition: Sendable, Hashable {
    public enum Verdict: Sendable, Hashable {
        case running
        case succeeded(reason: String?, message: String?)
        case failed(reason: String?, message: String?)
    }

    public let success: GJSONPath
    public let failure: GJSONPath

    /// - Throws: naming the condition that is no path of GJSON, and where.
    public init(success: String, failure: String) throws(AttuneError) {
        self.success = try TrialCondition.path(success, "successCondition")
        self.failure = try TrialCondition.path(failure, "failureCondition")
    }

    private static func path(_ text: String, _ name: String) throws(AttuneError) -> GJSONPath {
        do {
            return try GJSONPath(text)
        } catch {
            throw AttuneError("spec.trialTemplate.\(name): \(error)")
        }
    }

    /// Failure is looked at first. A condition holds that finds an object or an array that is not empty; the reason and
    /// the message are that object's, or the first element's.
    public func verdict(on resource: JSON) -> Verdict {
        if let found = TrialCondition.finding(failure, in: resource) {
            return .failed(reason: found["reason"]?.string, message: found["message"]?.string)
        }
        if let found = TrialCondition.finding(success, in: resource) {
            return .succeeded(reason: found["reason"]?.string, message: found["message"]?.string)
        }
        return .running
    }

    private static func finding(_ path: GJSONPath, in resource: JSON) -> JSON? {
        switch path.evaluate(resource) {
        case .object(let fields): .object(fields)
        case .array(let items): items.first
        default: nil
        }
    }

    /// What is wrong with a template's conditions; nothing where they can be asked, or where there are none.
    public static func problems(in template: TrialTemplate) -> [Problem] {
        let conditions = [
            ("successCondition", template.successCondition), ("failureCondition", template.failureCondition),
        ]
        return conditions.compactMap { name, text in
            guard let text, !text.isEmpty else { return nil }
            do {
                _ = try GJSONPath(text)
                return nil
            } catch {
                let field = FieldPath("spec.trialTemplate")[name]
                return Problem(field, found: "`\(text.prefix(200))`", "must be a GJSON path: \(error)")
            }
        }
    }
}
