import AttuneTestSupport
import Testing

@testable import AttuneCore

struct SearchSpaceTests {
    @Test(arguments: SpaceTable.all) func `draws lie in the space`(_ row: SpaceTable.Row) throws {
        var random = RandomSource(seed: 5)
        for _ in 0..<100 {
            let drawn = try row.space.sample(using: &random)
            #expect(row.space.contains(drawn), "\(drawn)")
        }
    }

    @Test(arguments: SpaceTable.all) func `an assignment comes back from its point and from JSON`(_ row: SpaceTable.Row)
        throws
    {
        var random = RandomSource(seed: 6)
        for _ in 0..<50 {
            let drawn = try row.space.sample(using: &random)
            let json = try JSON(parsing: drawn.json.description)
            #expect(row.space.assignment(json: json) == drawn)
            let texts = Dictionary(uniqueKeysWithValues: drawn.active.map { ($0.name, $0.value.description) })
            #expect(try row.space.assignment(reading: texts) == drawn)
            guard row.space.isFinite else { continue }
            #expect(row.space.assignment(at: row.space.point(of: drawn).map { $0 ?? 0 }) == drawn)
        }
    }

    @Test(arguments: SpaceTable.all.filter(\.space.isFinite))
    func `an enumeration has every feasible assignment once`(_ row: SpaceTable.Row) {
        let all = Array(row.space.enumeration)
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy(row.space.contains))
        if row.space.constraints.isEmpty { #expect(all.count == row.space.cardinality) }
    }

    @Test func `an enumeration turns the last parameter fastest`() throws {
        let space = try SearchSpace([ParameterSpec("a", .int(1...2)), ParameterSpec("b", .categorical(["y", "x"]))])
        #expect(space.enumeration.map(\.description) == ["a=1 b=y", "a=1 b=x", "a=2 b=y", "a=2 b=x"])
    }

    @Test func `constraints leave out what violates them`() throws {
        let specs = [ParameterSpec("x", .int(1...6)), ParameterSpec("y", .int(1...6))]
        let space = try SearchSpace(specs, constraints: [Expression("x * y <= 8", kinds: specs.kinds)])
        let expected = (1...6).flatMap { x in (1...6).map { (x, $0) } }.filter { $0 * $1 <= 8 }
        #expect(space.cardinality == 36)
        #expect(space.enumeration.map(\.description) == expected.map { "x=\($0) y=\($1)" })
    }

    @Test func `a constraint on an inactive parameter does not apply, or sees its default`() throws {
        let on = Condition("kind", .oneOf([.text("deep")]))
        func space(default value: ParameterValue?) throws -> SearchSpace {
            let specs = [
                ParameterSpec("kind", .categorical(["flat", "deep"])),
                ParameterSpec("layers", .int(2...3), when: on, default: value),
            ]
            return try SearchSpace(specs, constraints: [Expression("layers >= 3", kinds: specs.kinds)])
        }
        #expect(try space(default: nil).enumeration.map(\.description) == ["kind=flat", "kind=deep layers=3"])
        #expect(try space(default: .int(2)).enumeration.map(\.description) == ["kind=deep layers=3"])
    }

    @Test func `an infeasible space says so, naming its constraints`() throws {
        let specs = [ParameterSpec("x", .double(0...1))]
        let space = try SearchSpace(specs, constraints: [Expression("x > 2", kinds: specs.kinds)])
        var random = RandomSource(seed: 1)
        let error = #expect(throws: AttuneError.self) { try space.sample(using: &random) }
        #expect(error?.message.contains("x > 2") == true)
    }

    @Test func `a finite space is searched through before it is called infeasible`() throws {
        let specs = [ParameterSpec("x", .int(1...250)), ParameterSpec("y", .int(1...250))]
        let space = try SearchSpace(specs, constraints: [Expression("x * y == 62500", kinds: specs.kinds)])
        var random = RandomSource(seed: 1)
        #expect(try space.sample(using: &random).description == "x=250 y=250")
    }

    @Test func `a parameter is active only under an active parent`() throws {
        let space = try SearchSpace([
            ParameterSpec("c", .int(0...1), when: Condition("b", .oneOf([.int(1)]))),
            ParameterSpec("b", .int(0...1), when: Condition("a", .between(nil, 0.5))), ParameterSpec("a", .int(0...1)),
        ])
        #expect(space.assignment(at: [0.9, 0.9, 0.9]).description == "a=1")
        #expect(space.assignment(at: [0.9, 0.1, 0.1]).description == "b=0 a=0")
        #expect(space.assignment(at: [0.9, 0.9, 0.1]).description == "c=1 b=1 a=0")
        #expect(space.cardinality == 4)
        #expect(space.point(of: space.assignment(at: [0.9, 0.1, 0.1])) == [nil, 0.25, 0.25])
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func `the count of a random space is the length of its enumeration`(
        _ seed: UInt64
    ) throws {
        let space = try RandomSpace.finite(seed: seed)
        let all = Array(space.enumeration)
        #expect(space.cardinality == all.count, "seed \(seed)")
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy(space.contains))
    }

    @Test func `a count beyond every integer is the largest, and of a continuum there is none`() throws {
        let many = try SearchSpace((0..<80).map { ParameterSpec("p\($0)", .int(0...99)) })
        #expect(many.cardinality == .max)
        #expect(try SearchSpace([ParameterSpec("x", .double(0...1))]).cardinality == nil)
    }

    @Test func `every fault of an assignment is told at once`() throws {
        let specs = [
            ParameterSpec("rate", .double(0...1)), ParameterSpec("kind", .categorical(["a", "b"])),
            ParameterSpec("depth", .int(1...4), when: Condition("kind", .oneOf([.text("b")]))),
        ]
        let space = try SearchSpace(specs, constraints: [Expression("rate < 0.5", kinds: specs.kinds)])
        let error = #expect(throws: InvalidExperiment.self) {
            try space.assignment(reading: ["raet": "0.1", "rate": "7", "kind": "a", "depth": "2"])
        }
        #expect(
            error?.description == """
                raet: is not a parameter; did you mean rate?
                rate: found "7"; give a value of 0.0…1.0
                depth: is inactive here; leave it out
                """)
        #expect(throws: InvalidExperiment.self) { try space.assignment(reading: ["kind": "b", "rate": "0.1"]) }
        let broken = #expect(throws: InvalidExperiment.self) {
            try space.assignment(reading: ["kind": "a", "rate": "0.9"])
        }
        #expect(broken?.description == "violates the constraint rate < 0.5")
        #expect(
            try space.assignment(reading: ["kind": "b", "rate": "0.1", "depth": "4"]).description
                == "rate=0.1 kind=b depth=4")
    }

    @Test func `JSON of another space is no assignment`() throws {
        let space = try SearchSpace([ParameterSpec("x", .double(0...1)), ParameterSpec("n", .int(1...3))])
        #expect(space.assignment(json: ["x": 0, "n": 1])?.description == "x=0.0 n=1")
        #expect(space.assignment(json: ["x": "a", "n": 1]) == nil)
        #expect(space.assignment(json: ["x": 0, "n": .number("1.5")]) == nil)
        #expect(space.assignment(json: ["x": 0, "m": 1]) == nil)
        #expect(space.assignment(json: []) == nil)
    }

    @Test func `conditions that cannot be are refused`() {
        func problem(_ specs: ParameterSpec...) -> String? { SearchSpace.problems(of: specs).first?.description }
        let x = ParameterSpec("x", .int(1...3), when: Condition("y", .between(1, 2)))
        #expect(problem(x) == "parameters[0].when.parameter: found \"y\"; must name another parameter")
        #expect(
            problem(x, ParameterSpec("y", .int(1...3), when: Condition("x", .between(1, 2))))?.contains("circle")
                == true)
        #expect(problem(x, ParameterSpec("y", .categorical(["a"])))?.contains("numeric") == true)
        #expect(
            problem(
                ParameterSpec("x", .int(1...3), when: Condition("y", .oneOf([.int(9)]))),
                ParameterSpec("y", .int(1...3)))?
                .contains("must be a value of y: 1…3") == true)
        #expect(problem(ParameterSpec("x", .int(1...3)), ParameterSpec("x", .int(1...3)))?.contains("unique") == true)
    }
}

/// Small finite spaces with conditions, drawn at random.
private enum RandomSpace {
    static func finite(seed: UInt64) throws -> SearchSpace {
        var random = RandomSource(seed: seed)
        var specs: [ParameterSpec] = []
        for index in 0..<(1 + random.below(5)) {
            let count = 1 + random.below(3)
            let domain: Domain = random.below(2) == 0 ? .int(0...count) : .categorical((0...count).map { "v\($0)" })
            specs.append(ParameterSpec("p\(index)", domain, when: condition(among: specs, using: &random)))
        }
        random.shuffle(&specs)
        return try SearchSpace(specs)
    }

    private static func condition(among specs: [ParameterSpec], using random: inout RandomSource) -> Condition? {
        guard !specs.isEmpty, random.below(3) > 0 else { return nil }
        let parent = specs[random.below(specs.count)]
        let values = (0..<(parent.domain.count ?? 1)).map(parent.domain.value(number:)).filter { _ in
            random.below(2) == 0
        }
        if case .int = parent.domain, random.below(2) == 0 {
            return Condition(parent.name, .between(1, random.below(2) == 0 ? 2 : nil))
        }
        return Condition(parent.name, .oneOf(values))
    }
}
