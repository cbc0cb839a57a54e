/// The name that `name` was probably meant to be, for "did you mean": nil when none is close.
///
/// Closeness is the number of single letters inserted, deleted, replaced or exchanged with their neighbour
/// (Damerau–Levenshtein distance, no letter edited twice), upper and lower case alike. A third of the letters
/// may differ, always at least one and never all. Of equally close names the first wins.
///
/// - Complexity: O(letters²) for each name of similar length.
public func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    var closest: (name: String, distance: Int)?
    for candidate in names {
        let letters = Array(candidate.lowercased())
        let length = max(wanted.count, letters.count)
        let allowed = min(max(1, length / 3), length - 1, closest.map { $0.distance - 1 } ?? .max)
        guard abs(wanted.count - letters.count) <= allowed else { continue }
        let distance = editDistance(wanted, letters)
        if distance <= allowed { closest = (candidate, distance) }
    }
    return closest?.name
}

/// The fewest insertions, deletions, replacements and exchanges of neighbours that turn `a` into `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var fewest = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { fewest = min(fewest, beforeLast[j - 1] + 1) }
            row.append(fewest)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
