import AttuneMath
import Testing

struct LogExpectedImprovementTests {
    /// z, log h(z) and its derivative, by mpmath 1.3.0 with 700 digits, and by continued fractions below −50.
    static let table: [(z: Double, value: Double, derivative: Double)] = [
        (-100000000.0, -5000000000000038.0, 100000000.00000001),
        (-100000.0, -5000000023.94479, 100000.00002),
        (-1234.5, -762010.2807831193, 1234.5016200859156),
        (-100.0, -5010.12957880025, 100.01999400419587),
        (-38.0, -730.1961834021138, 38.05252276004133),
        (-20.0, -206.9178385094251, 20.099262811101283),
        (-7.5, -33.1240943455347, 7.753958154845191),
        (-3.0, -7.869686059603029, 3.5323375176251606),
        (-1.0001, -2.485311456445883, 1.9043434317165273),
        (-1.0, -2.4851210257126413, 1.9042712333296918),
        (-0.3, -1.3214012449190435, 1.4323241816484151),
        (-1e-08, -0.9189385457378142, 1.2533141430234636),
        (0.0, -0.9189385332046728, 1.2533141373155003),
        (0.001, -0.9176855044359421, 1.2527434297262658),
        (0.5, -0.3598276837450638, 0.9909227180041099),
        (0.9, 0.00043104417378205087, 0.8155882443136637),
        (2.0, 0.6973835457882284, 0.48655931878528386),
        (5.0, 1.6094379231264313, 0.19999994053122006),
        (10.0, 2.302585092994046, 0.1),
        (40.0, 3.6888794541139363, 0.025),
        (10000.0, 9.210340371976184, 0.0001),
        (100000000.0, 18.420680743952367, 1e-08),
    ]

    @Test(arguments: table)
    func `value and derivative are mpmath's`(z: Double, value: Double, derivative: Double) {
        let found = logExpectedImprovement(standardized: z)
        #expect(abs(found.value - value) <= 1e-15 * max(1, abs(value)), "\(found.value)")
        #expect(abs(found.derivative / derivative - 1) <= 2e-15, "\(found.derivative)")
    }

    @Test func `many at once are as one by one`() {
        let places = Self.table.map(\.z)
        let (values, derivatives) = logExpectedImprovement(standardized: places)
        for (index, z) in places.enumerated() {
            let alone = logExpectedImprovement(standardized: z)
            #expect(abs(values[index] - alone.value) <= 1e-15 * max(1, abs(alone.value)))
            #expect(abs(derivatives[index] / alone.derivative - 1) <= 2e-15)
        }
        #expect(logExpectedImprovement(standardized: []).values.isEmpty)
    }

    @Test func `it rises and flattens everywhere`() {
        let places = stride(from: -60.0, to: 60, by: 0.013).map { $0 }
        let (values, derivatives) = logExpectedImprovement(standardized: places)
        for index in places.indices.dropFirst() {
            #expect(values[index] > values[index - 1], "\(places[index])")
            #expect(derivatives[index] < derivatives[index - 1], "\(places[index])")
        }
    }

    @Test func `edges are limits`() {
        #expect(logExpectedImprovement(standardized: -.infinity).value == -.infinity)
        #expect(logExpectedImprovement(standardized: .infinity).value == .infinity)
        #expect(logExpectedImprovement(standardized: .infinity).derivative == 0)
        #expect(logExpectedImprovement(standardized: .nan).value.isNaN)
        #expect(logExpectedImprovement(standardized: .nan).derivative.isNaN)
        #expect(logExpectedImprovement(standardized: -1e150).derivative / 1e150 == 1)
    }
}
