import Testing

@testable import AttuneDigits

struct TrainingTests {
    /// Seeds 1 to 10 give 0.976 to 0.996, so the median of three has room for another processor's rounding.
    @Test func `a good configuration reads 97 in 100 digits, in the median of three seeds`() throws {
        let digits = try DigitsSplit(quickstartDigits())
        let accuracies = try (1...3 as ClosedRange<UInt64>).map { seed in
            let settings = Settings(hidden: [128, 128], rate: 3e-3, epochs: 15, seed: seed)
            return try reports(of: settings, on: digits).last!.accuracy
        }
        #expect(accuracies.sorted()[1] >= 0.97, "seeds 1 to 3: \(accuracies)")
    }

    @Test func `a bad configuration does visibly worse`() throws {
        let settings = Settings(hidden: [16], optimizer: .sgd, rate: 1e-3, momentum: 0, epochs: 3)
        let reports = try reports(of: settings, on: DigitsSplit(quickstartDigits()))
        #expect(reports.last!.accuracy < 0.6)
    }

    @Test(arguments: OptimizerKind.allCases)
    func `the seed settles every report`(optimizer: OptimizerKind) throws {
        let digits = try fewDigits(200)
        let settings = Settings(hidden: [16, 16], optimizer: optimizer, dropout: 0.2, epochs: 3, seed: 5)
        var other = settings
        other.seed = 6
        let first = try reports(of: settings, on: digits)
        #expect(try reports(of: settings, on: digits) == first)
        #expect(try reports(of: other, on: digits) != first)
    }

    @Test func `training that diverges reports the epoch, then throws`() throws {
        let settings = Settings(hidden: [16], optimizer: .sgd, rate: 1e30, epochs: 5)
        var training = try Training(settings, on: fewDigits(100))
        var reports: [EpochReport] = []
        let divergence = #expect(throws: Divergence.self) {
            try training.run { reports.append($0) }
        }
        #expect(divergence?.epoch == reports.last?.epoch)
        #expect(reports.last?.loss.isFinite == false)
        #expect(reports.count < 5)
    }

    private func reports(of settings: Settings, on digits: DigitsSplit) throws -> [EpochReport] {
        var reports: [EpochReport] = []
        var training = Training(settings, on: digits)
        try training.run { reports.append($0) }
        return reports
    }
}
