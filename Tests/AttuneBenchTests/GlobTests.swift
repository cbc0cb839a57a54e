import AttuneBench
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", "classic/ackley"), ("classic/*", "classic/ackley"), ("*ley", "classic/ackley"),
        ("a*,c*", "classic/ackley"),
        ("*/h*6", "classic/hartmann6"), ("classic/ackley", "classic/ackley"), ("?lassic/*a*", "classic/ackley"),
        ("a*b*c", "aXbYbZc"), ("x, classic/*", "classic/ackley"), ("a**", "a"),
    ])
    func `a glob matches`(_ pattern: String, _ name: String) { #expect(Glob(pattern).matches(name)) }

    @Test(arguments: [
        ("", "classic/ackley"), ("classic", "classic/ackley"), ("*5", "classic/hartmann6"), ("?", ""), ("a*b", "aXbY"),
        ("ackley", "classic/ackley"),
    ])
    func `a glob does not match`(_ pattern: String, _ name: String) { #expect(!Glob(pattern).matches(name)) }
}
