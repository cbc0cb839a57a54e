/// Which of several results are worth having when no objective outranks another.
///
/// Points are `[objectives]`, everything to be made small; turn the sign of what is to be made large. One that is not a
/// number somewhere is no result: it dominates nothing, and any point of numbers dominates it. Infinities compare as
/// numbers do.
public enum Pareto {
    /// Whether `a` is at least as good as `b` in every objective and better in one.
    public static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
        guard isComparable(a) else { return false }
        guard isComparable(b) else { return true }
        var isBetter = false
        for index in a.indices {
            if a[index] > b[index] { return false }
            if a[index] < b[index] { isBetter = true }
        }
        return isBetter
    }

    /// Whether `a` is at least as good as `b` in every objective: dominates it, or equals it.
    ///
    /// False where either is not a number somewhere.
    static func weaklyDominates(_ a: [Double], _ b: [Double]) -> Bool {
        for index in a.indices where !(a[index] <= b[index]) { return false }
        return true
    }

    /// Whether every coordinate is a number, possibly infinite.
    static func isComparable(_ point: [Double]) -> Bool { !point.contains { $0.isNaN } }
}
