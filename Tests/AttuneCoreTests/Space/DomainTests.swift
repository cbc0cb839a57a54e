import AttuneCore
import AttuneTestSupport
import Testing

struct DomainTests {
    @Test(arguments: [
        (Domain.double(0...1, step: 0.1), "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0"),
        (.double(5...10, step: 0.8), "5.0 5.8 6.6 7.4 8.2 9.0 9.8"),
        (.double(0.005...0.05, step: 0.005), "0.005 0.01 0.015 0.02 0.025 0.03 0.035 0.04 0.045 0.05"),
        (.double(-0.3...0.3, step: 0.1), "-0.3 -0.2 -0.1 0.0 0.1 0.2 0.3"),
        (.double(-1 ... -0.7, step: 0.1), "-1.0 -0.9 -0.8 -0.7"),
        (.double(1_000_000.1...1_000_000.4, step: 0.1), "1000000.1 1000000.2 1000000.3 1000000.4"),
        (.double(1e-7...3e-7, step: 1e-7), "1e-07 2e-07 3e-07"),
        (.double(0...3e-20, step: 1e-20), "0.0 1e-20 2e-20 3e-20"),
        (.double(0.1...0.5, step: 0.3), "0.1 0.4"),
        (.double(2...2), "2.0"),
        (.int(1...1), "1"),
        (.int(-4...5, step: 3), "-4 -1 2 5"),
        (.int(0...10, step: 4), "0 4 8"),
        (.int(9_007_199_254_740_990...9_007_199_254_740_992), "9007199254740990 9007199254740991 9007199254740992"),
        (.discrete(["3", "0.10", "2e0"]), "3 0.10 2e0"),
    ])
    func `a finite domain goes through its values without drift`(_ domain: Domain, _ values: String) throws {
        let count = try #require(domain.count)
        #expect((0..<count).map { domain.value(number: $0).description }.joined(separator: " ") == values)
        for index in 0..<count {
            let value = domain.value(number: index)
            #expect(domain.contains(value))
            #expect(domain.value(reading: value.description) == value)
        }
    }

    @Test func `the end of a long grid of tiny steps is reached`() {
        let domain = Domain.double(0...1, step: 1e-9)
        #expect(domain.count == 1_000_000_001)
        #expect(domain.value(number: 1_000_000_000) == .double(1))
        #expect(domain.value(at: 1) == .double(1))
    }

    @Test(arguments: SpaceTable.all) func `the unit interval is mapped there and back`(_ row: SpaceTable.Row) throws {
        for spec in row.space.parameters {
            guard let count = spec.domain.count else { continue }
            for index in 0..<count {
                let value = spec.domain.value(number: index)
                let unit = try #require(spec.domain.unit(of: value))
                #expect(
                    0...1 ~= unit && spec.domain.value(at: unit) == value, "\(value) of \(spec.domain) went to \(unit)")
            }
        }
    }

    @Test(arguments: Distribution.allCases) func `a continuous value comes back from the unit interval`(
        _ law: Distribution
    ) throws {
        let domain = Domain.double(0.01...20, law)
        for step in 0...100 {
            let unit = Double(step) / 100
            let back = try #require(domain.unit(of: domain.value(at: unit)))
            #expect(abs(back - unit) < 1e-9)
        }
    }

    @Test(arguments: SpaceTable.all) func `a cell of the unit interval is one piece around its middle`(
        _ row: SpaceTable.Row
    ) throws {
        for spec in row.space.parameters {
            guard let count = spec.domain.count, count > 1 else { continue }
            let units = try (0..<count).map { try #require(spec.domain.unit(of: spec.domain.value(number: $0))) }
                .sorted()
            var last = spec.domain.value(at: 0)
            var changes = 0
            for step in 0...2_000 {
                let value = spec.domain.value(at: Double(step) / 2_000)
                if value != last { changes += 1 }
                last = value
            }
            #expect(changes < count)
            #expect(zip(units, units.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func `discrete numbers lie in order on the unit interval and keep their spelling`() {
        let domain = Domain.discrete(["10", "1e-3", "2.0"])
        #expect([0, 0.4, 0.9].map { domain.value(at: $0).description } == ["1e-3", "2.0", "10"])
    }

    @Test func `numbers are read in any spelling of a value`() {
        #expect(Domain.double(0...1, step: 0.1).value(reading: "0.30000000000000004") == .double(0.3))
        #expect(Domain.double(0...1, step: 0.1).value(reading: "0.35") == nil)
        #expect(Domain.double(0...1).value(reading: "1e-3") == .double(0.001))
        #expect(Domain.double(0...1).value(reading: "1.5") == nil)
        #expect(Domain.double(0...1).value(reading: "nan") == nil)
        #expect(Domain.int(1...9, step: 2).value(reading: "3.0") == .int(3))
        #expect(Domain.int(1...9, step: 2).value(reading: "4") == nil)
        #expect(Domain.int(1...9).value(reading: "1e400") == nil)
        #expect(Domain.discrete(["0.10"]).value(reading: "0.1") == .text("0.10"))
        #expect(Domain.categorical(["a"]).value(reading: "A") == nil)
    }

    @Test(arguments: [
        (Domain.double(0...1, .logUniform), "min: found 0.0; cannot start a logUniform range; use a positive number"),
        (.double(-.infinity...1), "max: the range must be finite"),
        (.double(0...1, step: 0), "step: found 0.0; must be greater than 0"),
        (.double(0...1, step: 2), "step: found 2.0; must not exceed max - min, which is 1.0"),
        (.double(0...1, step: 1e-17), "step: found 1e-17; is too small for the range; leave it out"),
        (.int(0...1, step: -1), "step: found -1.0; must be greater than 0"),
        (
            .int(Int.max - 5...Int.max),
            "min: found 9223372036854775802; must lie between -9007199254740992 and 9007199254740992"
        ),
        (.discrete([]), "list: must have at least one value"),
        (
            .discrete(["1", "x"]),
            "list[1]: found \"x\"; must be a number; for other values use parameterType: categorical"
        ),
        (.categorical(["a", "b", "a"]), "list[2]: found \"a\"; is listed already; values must be unique"),
    ])
    func `what is no domain is refused with what would be right`(_ domain: Domain, _ message: String) {
        let problems = SearchSpace.problems(of: [ParameterSpec("p", domain)])
        #expect(problems.first?.description == "parameters[0].feasibleSpace." + message)
    }
}
