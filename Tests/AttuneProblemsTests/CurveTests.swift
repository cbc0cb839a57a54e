import AttuneCore
import AttuneProblems
import Testing

struct CurveTests {
    /// Spearman's correlation between the loss after a ninth of the resource and at the end, 300 random assignments.
    private func correlation(_ name: String) throws -> Double {
        let problem = try #require(CatalogueTests.problems.first { $0.name == name })
        let curves = try CatalogueTests.samples(300, of: problem).map { problem.evaluate($0).curve }
        let early = ranks(curves.map { $0[problem.maxResource / 9 - 1] })
        let final = ranks(curves.map { $0[problem.maxResource - 1] })
        let differences = zip(early, final).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        let count = Double(curves.count)
        return 1 - 6 * differences / (count * (count * count - 1))
    }

    private func ranks(_ values: [Double]) -> [Double] {
        var ranks = values
        for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
            ranks[index] = Double(rank)
        }
        return ranks
    }

    @Test(arguments: [
        ("curves/easy27", 0.99...1), ("curves/crossing27", 0.1...0.3), ("curves/crossing81", 0.5...0.7),
        ("curves/deceptive81", -1 ... -0.3), ("curves/wobbly27", 0.6...0.9),
    ])
    func `early and final ranks agree as much as is stated`(_ name: String, _ expected: ClosedRange<Double>) throws {
        let correlation = try correlation(name)
        #expect(expected.contains(correlation), "\(name): \(correlation)")
    }

    @Test(arguments: ["curves/crossing27", "curves/crossing81", "curves/deceptive81"])
    func `in most races of fifteen the leader after a ninth of the resource does not win`(_ name: String) throws {
        let problem = try #require(CatalogueTests.problems.first { $0.name == name })
        let lost = try (1...40).count { (seed: Int) -> Bool in
            let curves = try CatalogueTests.samples(15, of: problem, seed: UInt64(seed)).map {
                problem.evaluate($0).curve
            }
            func first(at unit: Int) -> Int? { curves.indices.min { curves[$0][unit - 1] < curves[$1][unit - 1] } }
            return first(at: problem.maxResource / 9) != first(at: problem.maxResource)
        }
        #expect(lost > 20, "\(name): \(lost) of 40")
    }

    @Test func `a curve without wobble never rises`() throws {
        let problem = try #require(CatalogueTests.problems.first { $0.name == "curves/crossing81" })
        for assignment in try CatalogueTests.samples(50, of: problem) {
            let curve = problem.evaluate(assignment).curve
            #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }
}
