import ArgumentParser
import AttuneCore
import AttunePage
import AttuneProcess
import AttuneStore
import Foundation

/// Two things of one name: a trial reports metrics, and a person gets a report.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a report of an experiment as one HTML file; from inside a trial: reports metrics.",
        usage: """
            attune report NAME [--output FILE]
            attune report METRIC=VALUE ... [--step N]
            """,
        discussion: """
            The report holds every chart of the page and asks for nothing from anywhere: send it or keep it. METRIC=VALUE is \
            for trials of experiments whose collector is Push.
            """)

    @Argument(help: "The experiment; or, inside a trial, METRIC=VALUE, one or more.") var values: [String]
    @Option(help: "Of metrics: the step or epoch; counted when it is not given.") var step: Int?
    @Option(
        help: "Of an experiment: the file to write, - for standard output (default: NAME.html).", completion: .file())
    var output: String?
    @OptionGroup var recordsOptions: RecordsOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let metrics = values.filter { $0.contains("=") }
        guard metrics.isEmpty, environment["ATTUNE_TRIAL_DIR"] == nil else {
            return try push(environment, beside: values.first { !$0.contains("=") })
        }
        guard values.count == 1 else {
            throw AttuneError("found \(values.count) experiments; a report is of one, and metrics are METRIC=VALUE")
        }
        guard step == nil else { throw AttuneError("--step: belongs to metrics, METRIC=VALUE, and not to a report") }
        try await write(values[0])
    }

    // MARK: Metrics

    private func push(_ environment: [String: String], beside name: String?) throws {
        guard output == nil else {
            throw AttuneError("--output: belongs to the report of an experiment, and not to metrics")
        }
        if let name, values.count > 1, environment["ATTUNE_TRIAL_DIR"] == nil {
            throw AttuneError("found \(name) beside metrics; report an experiment, or METRIC=VALUE, not both")
        }
        let texts = PushedMetrics.textMetrics(environment)
        let pairs = try values.map { try ReportCommand.pair($0, texts: texts) }
        try PushedMetrics.append(pairs, step: step, time: Date(), environment: environment)
    }

    /// - Parameter texts: the metrics of which texts are values too.
    private static func pair(_ text: String, texts: [String]) throws -> (name: String, value: ReportedValue) {
        if let name = texts.first(where: { text.hasPrefix("\($0)=") }),
            let value = ReportedValue(reading: String(text.dropFirst(name.count + 1)))
        {
            return (name, value)
        }
        guard let mark = text.lastIndex(of: "="), mark > text.startIndex,
            let value = Double(text[text.index(after: mark)...])
        else {
            throw AttuneError("found \"\(text)\"; write a metric as name=value, the value a number")
        }
        return (String(text[..<mark]), .number(value))
    }

    // MARK: The report

    private func write(_ name: String) async throws {
        let records = try recordsOptions.open()
        let html = try await Report(of: name, in: records, at: Date()).html()
        guard output != "-" else { return Terminal.write(html, to: STDOUT_FILENO) }
        let path = output ?? "\(name).html"
        try OutputFile.write(html, to: path)
        Terminal.complain("wrote \(path)")
    }
}

extension Report {
    /// The report of an experiment, wherever it is kept.
    ///
    /// - Throws: `AttuneError` when there is none of that name.
    init(of name: String, in records: any Records, at time: Date) async throws {
        let summary = try await records.required(name)
        let stored = try await records.requiredStudy(name)
        let study = try stored.study()
        let view = try ExperimentView(study, events: stored.events.count)
        let standings = view.counting.map { (number: $0 + 1, value: view.standings[$0]) }
        let spark = ExperimentCard.spark(standings, of: view.count, summary.direction)
        let namespace = stored.experiment.metadata.tenancy ?? "default"
        let best = try await records.best(of: name)?.presentedAssignment(by: stored.experiment)
        let detail = ExperimentDetail(
            ExperimentCard(summary, namespace: namespace, stored.experiment, spark: spark),
            budget: study.experiment.budget, view, bestAssignment: best, hasLogs: false)
        let wanted = view.reportTrials
        let rows = Dictionary(
            try await records.allTrials(of: name).map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        let isAudited = summary.counts.earlyStopped > 0 && stored.events.count <= AuditPage.mostEvents
        self.init(
            detail, series: view.curveTrials().map { study[$0 + 1].observations },
            best: wanted.compactMap { rows[$0 + 1] }, audit: isAudited ? try AuditPage(stored) : nil, at: time)
    }
}
