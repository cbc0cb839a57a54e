/// Points spread evenly over the simplex Σ wⱼ = 1, w ≥ 0, whose directions from the origin a front is to be found along
/// (Das & Dennis 1998).
enum ReferenceDirections {
    /// All points whose coordinates are multiples of 1 / divisions: C(divisions + objectives − 1, objectives − 1) of
    /// them.
    static func simplex(objectives: Int, divisions: Int) -> [[Double]] {
        compositions(of: divisions, parts: objectives).map { $0.map { Double($0) / Double(divisions) } }
    }

    /// As many divisions as make no more directions than `limit`; at least one.
    static func divisions(objectives: Int, atMost limit: Int) -> Int {
        guard objectives > 1 else { return 1 }
        var divisions = 1
        while count(objectives, divisions + 1) <= limit { divisions += 1 }
        return divisions
    }

    static func count(_ objectives: Int, _ divisions: Int) -> Int {
        // C(divisions + k, k) for k = 1, 2, …; each division is exact.
        (1..<max(objectives, 1)).reduce(1) { $0 * (divisions + $1) / $1 }
    }

    private static func compositions(of sum: Int, parts: Int) -> [[Int]] {
        guard parts > 1 else { return [[sum]] }
        return (0...sum).flatMap { first in compositions(of: sum - first, parts: parts - 1).map { [first] + $0 } }
    }
}
