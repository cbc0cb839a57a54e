import AttuneCore
import Testing

@testable import AttuneAlgorithms

struct TPEAxisTests {
    static let domains: [Domain] = [
        .double(0.5...4, step: 0.25), .double(1e-3...1, .logUniform), .double(-1...1, .normal), .int(1...40, step: 7),
        .int(1...1000, .logUniform), .discrete(["0.1", "10", "1e-3", "2.0"]), .categorical(["a", "b", "c"]),
        .int(3...3),
    ]

    @Test(arguments: domains) func `a value's coordinate leads back to the value`(_ domain: Domain) {
        let axis = ParzenAxis(domain)
        var random = RandomSource(seed: 8)
        for _ in 0..<200 {
            let value = domain.value(at: random.uniform())
            let coordinate = axis.coordinate(of: value)
            let back = domain.value(at: axis.unit(coordinate))
            if domain.count == nil, let x = value.number, let y = back.number {
                #expect(abs(x - y) <= 1e-9 * max(abs(x), 1))
            } else {
                #expect(back == value)
            }
        }
    }

    @Test(arguments: domains.filter { $0.count != nil }) func `a draw is the coordinate of a value of the domain`(
        _ domain: Domain
    ) throws {
        let axis = ParzenAxis(domain)
        let count = try #require(domain.count)
        let coordinates = Set((0..<count).map { axis.coordinate(of: domain.value(number: $0)) })
        #expect(coordinates.count == count)
        var random = RandomSource(seed: 5)
        for _ in 0..<500 { #expect(coordinates.contains(axis.draw(using: &random))) }
    }

    @Test func `a snapped number is in the cell that the domain gives it`() {
        for domain in TPEAxisTests.domains where domain.count != nil {
            let axis = ParzenAxis(domain)
            guard !axis.isCategorical else { continue }
            for place in 0..<500 {
                let unit = (Double(place) + 0.37) / 500
                #expect(
                    domain.value(at: axis.unit(axis.snapped(unit))) == domain.value(at: unit), "\(domain) at \(unit)")
            }
        }
    }
}
