import AttuneBench
import Testing

@Suite struct ResultRowTests {
    @Test(arguments: [nil, 0.25] as [Double?])
    func `a row reads back as it was written`(_ askSeconds: Double?) {
        let row = ResultRow(
            problem: "a,b \"c\"", algorithm: "\"", seed: 3, evaluation: 7, value: 0.1 + 0.2, best: -.infinity,
            resource: 12,
            simulatedSeconds: 1e-9, askSeconds: askSeconds)
        #expect(ResultRow(line: row.line[...]) == row)
    }

    @Test func `a line of something else is no row`() {
        #expect(ResultRow(line: ResultRow.header[...]) == nil)
        #expect(ResultRow(line: "p,a,1,1,nan,nan,1") == nil)
    }
}
