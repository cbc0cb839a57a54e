/// Says which tags of an event file are a wanted metric, by Katib's rule made a little less loose.
///
/// Katib: the tag starts with the last path part of the metric's name, and the file's directory ends with the parts
/// before it, so that `train/accuracy` is `accuracy…` in a directory `…train`. A name without a slash is at home in any
/// directory. Ours on top: better matches silence worse ones from the moment they are seen, so that `accuracy_1` is not
/// taken for `accuracy` once a tag `accuracy` exists; and a tag that is the whole name, `train/accuracy`, which is how
/// PyTorch programs like to call theirs, matches in any directory.
struct TensorFlowTagMatcher: Sendable {
    private enum Fit: Int, Comparable {
        case prefix
        case lastPart
        case wholeName

        static func < (one: Fit, other: Fit) -> Bool { one.rawValue < other.rawValue }
    }

    private struct Rule {
        var name: String
        /// The last part of the name, or nil when the file lies in a directory the metric is not looked for in.
        var tag: String?
        var best: Fit?
    }

    private var rules: [Rule]

    /// - Parameter directory: the path of the directory the file lies in; a slash at its end does not matter.
    init(metrics: [String], directory: String) {
        let path = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        rules = metrics.map { name in
            guard let slash = name.lastIndex(of: "/") else { return Rule(name: name, tag: name) }
            let isHere = path.hasSuffix(name[..<slash])
            return Rule(name: name, tag: isHere ? String(name[name.index(after: slash)...]) : nil)
        }
    }

    /// For each metric in turn, the scalars that are its values.
    mutating func select(_ scalars: [TensorFlowEvent.Scalar]) -> [(metric: String, value: Double)] {
        var selected: [(metric: String, value: Double)] = []
        for index in rules.indices {
            let fits = scalars.map { Self.fit($0.tag, rules[index]) }
            // All scalars of the event are looked at first: the better one may be written behind the worse.
            let best = fits.compactMap(\.self).max()
            guard let best, best >= rules[index].best ?? best else { continue }
            rules[index].best = best
            for (scalar, fit) in zip(scalars, fits) where fit == best {
                selected.append((rules[index].name, scalar.value))
            }
        }
        return selected
    }

    private static func fit(_ tag: String, _ rule: Rule) -> Fit? {
        if tag == rule.name { return .wholeName }
        guard let wanted = rule.tag, !wanted.isEmpty else { return nil }
        return tag == wanted ? .lastPart : tag.hasPrefix(wanted) ? .prefix : nil
    }
}
