import AttuneCore
import AttuneTestSupport
import Testing

@testable import AttuneAlgorithms

/// What models see of a space is what trials get.
struct ModelSpaceTests {
    /// Parents of every sort whose range decides whether `child` counts.
    static let conditional = [
        ("double", Domain.double(0...2), Condition.Test.between(0.5, 1.25)),
        ("open range", .double(-1...1), .between(nil, 0.25)),
        ("logarithmic", .double(1e-4...1, .logUniform), .between(1e-2, nil)),
        ("normal", .double(0...6, .normal), .between(2, 3.5)),
        ("range beyond the parent's", .double(0...1), .between(-3, 7)),
        ("fine int", .int(1...5_000), .between(2_500, nil)),
        ("fine int, between two", .int(1...5_000), .between(nil, 2.5)),
        ("fine steps, between two", .double(0...2, step: 0.001), .between(0.5005, nil)),
        ("coarse int", .int(1...9), .between(3, 5)),
        ("discrete", .discrete(["10", "0.5", "2"]), .oneOf([.text("0.5"), .text("10")])),
    ].map { Row($0, domain: $1, test: $2) }
    static let all = SpaceTable.all.map { Row(description: $0.description, space: $0.space) }

    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let space: SearchSpace
    }

    @Test(arguments: all + conditional)
    func `a trial's point gives the trial back`(_ row: Row) throws {
        let model = ModelSpace(row.space)
        for cube in row.space.cubes(60) {
            let assignment = row.space.assignment(at: cube)
            let point = model.point(of: assignment)
            #expect(model.assignment(at: point).isClose(to: assignment), "\(assignment) came back another")
            let again = model.point(of: model.assignment(at: point))
            #expect(zip(again, point).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test(arguments: all + conditional)
    func `a position of the cube has the point of the trial that it gives`(_ row: Row) throws {
        let model = ModelSpace(row.space)
        for cube in row.space.cubes(60) {
            let (direct, tried) = (model.point(at: cube), model.point(of: row.space.assignment(at: cube)))
            try #require(zip(direct, tried).allSatisfy { abs($0 - $1) < 1e-9 }, "\(direct) is tried as \(tried)")
        }
    }

    @Test(arguments: all + conditional)
    func `conditions hold where the space says`(_ row: Row) throws {
        let model = ModelSpace(row.space)
        for cube in row.space.cubes(200) {
            let (point, assignment) = (model.point(at: cube), row.space.assignment(at: cube))
            for (index, name) in row.space.names.enumerated() {
                try #require(model.isActive(index, at: point) == (assignment[name] != nil), "\(name) in \(assignment)")
            }
        }
    }

    @Test func `a condition holds at its own ends`() throws {
        let space = try SearchSpace([
            ParameterSpec("x", .double(0...1)),
            ParameterSpec("child", .int(1...3), when: Condition("x", .between(0.25, 0.75))),
        ])
        let model = ModelSpace(space)
        for (x, holds) in [(0.25, true), (0.75, true), (0.249, false), (0.751, false)] {
            #expect(model.isActive(1, at: [x, 0]) == holds)
        }
    }

    /// Numbers lie where their law puts them, of a choice's features one counts.
    @Test(arguments: all)
    func `features are those of the value that a trial gets`(_ row: Row) throws {
        let model = ModelSpace(row.space)
        for cube in row.space.cubes(40) {
            let assignment = row.space.assignment(at: cube)
            let features = model.features(of: model.point(of: assignment))
            for (index, spec) in row.space.parameters.enumerated() {
                guard let value = assignment[spec.name] else { continue }
                let own = model.owners.indices.filter { model.owners[$0] == index }.map { features[$0] }
                let wanted = try #require(spec.domain.expectedFeatures(of: value))
                #expect(zip(own, wanted).allSatisfy { abs($0 - $1) < 1e-9 }, "\(spec.name) \(value): \(own)")
                #expect(own.count == wanted.count)
            }
        }
    }

    @Test func `features of known values`() throws {
        let model = ModelSpace(
            try SearchSpace([
                ParameterSpec("rate", .double(1e-4...1e-1, .logUniform)), ParameterSpec("layers", .int(1...5)),
                ParameterSpec("width", .discrete(["64", "16", "32"])),
                ParameterSpec("optimizer", .categorical(["sgd", "adam"])),
            ]))
        let assignment = try model.space.assignment(reading: [
            "rate": "0.01", "layers": "4", "width": "64", "optimizer": "adam",
        ])
        let features = model.features(of: model.point(of: assignment))
        let wanted = [2.0 / 3, 0.75, 1, 0, 0.5.squareRoot()]
        #expect(features.count == 5 && zip(features, wanted).allSatisfy { abs($0 - $1) < 1e-12 }, "\(features)")
    }

    @Test func `two different choices lie at distance 1, however many there are`() throws {
        let model = ModelSpace(try SearchSpace([ParameterSpec("c", .categorical(["a", "b", "c", "d"]))]))
        for one in 0..<4 {
            for other in 0..<4 {
                let (x, y) = (model.features(of: [Double(one)]), model.features(of: [Double(other)]))
                let square = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                #expect(abs(square - (one == other ? 0 : 1)) < 1e-15)
            }
        }
    }

    /// Coordinates that do not count cannot tell two equal trials apart.
    @Test(arguments: all + conditional)
    func `inactive coordinates are neutral`(_ row: Row) {
        let model = ModelSpace(row.space)
        var neutrals = [Set<Double>](repeating: [], count: model.dimensions)
        for cube in row.space.cubes(100) {
            let (point, assignment) = (model.point(at: cube), row.space.assignment(at: cube))
            #expect(model.settled(point) == point)
            for (index, name) in row.space.names.enumerated() where assignment[name] == nil {
                neutrals[index].insert(point[index])
                #expect(model.point(of: assignment)[index] == point[index])
            }
        }
        #expect(neutrals.allSatisfy { $0.count <= 1 })
    }

    /// The first values of a logarithmic range are far apart, however many there are.
    @Test func `a wide logarithmic range of ints is seen at the values that trials get`() throws {
        let space = try SearchSpace([ParameterSpec("units", .int(1...4096, .logUniform))])
        let model = ModelSpace(space)
        for cube in space.cubes(200) {
            let tried = model.features(of: model.point(of: space.assignment(at: cube)))
            #expect(abs(model.features(of: model.point(at: cube))[0] - tried[0]) < 1e-9)
            #expect(abs(model.features(of: model.settled(cube))[0] - tried[0]) < 1e-9)
        }
    }

    @Test func `all points of a small finite space are those of its feasible trials`() throws {
        let row = try #require(SpaceTable.all.first { $0.description == "constrained grid" })
        let model = ModelSpace(row.space)
        let points = try #require(model.allPoints(atMost: 100))
        #expect(points.map { model.assignment(at: $0) } == Array(row.space.enumeration))
        #expect(model.allPoints(atMost: 3) == nil)
        #expect(ModelSpace(try SearchSpace([ParameterSpec("x", .double(0...1))])).allPoints(atMost: 100) == nil)
    }
}

extension ModelSpaceTests.Row {
    fileprivate init(_ description: String, domain: Domain, test: Condition.Test) {
        do {
            let child = ParameterSpec("child", .double(0...1), when: Condition("parent", test))
            self.init(description: description, space: try SearchSpace([child, ParameterSpec("parent", domain)]))
        } catch {
            preconditionFailure("\(description): \(error)")
        }
    }
}

extension SearchSpace {
    /// Positions of the unit cube drawn evenly.
    fileprivate func cubes(_ count: Int) -> [[Double]] {
        var random = RandomSource(seed: 12)
        return (0..<count).map { _ in (0..<dimensions).map { _ in random.uniform() } }
    }
}

extension Assignment {
    fileprivate func isClose(to other: Assignment) -> Bool {
        names == other.names
            && names.allSatisfy { name in
                guard case .double(let x)? = self[name], case .double(let y)? = other[name] else {
                    return self[name] == other[name]
                }
                return abs(x - y) <= 1e-9 * max(1, abs(x))
            }
    }
}

extension Domain {
    /// One of a choice's; otherwise the place by the domain's law, from 0 for the first value to 1 for the last where
    /// there are few.
    fileprivate func expectedFeatures(of value: ParameterValue) -> [Double]? {
        if case .categorical(let list) = self { return list.map { $0 == value.description ? 0.5.squareRoot() : 0 } }
        guard let unit = unit(of: value), let count else { return self.unit(of: value).map { [$0] } }
        let units = (0..<count).compactMap { self.unit(of: self.value(number: $0)) }
        guard let first = units.min(), let last = units.max(), first < last else { return [0.5] }
        return [(unit - first) / (last - first)]
    }
}
