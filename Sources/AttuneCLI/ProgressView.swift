import AttuneCore
import Foundation

/// Shows a run as it goes: a few lines redrawn in place on a terminal, a line per ended trial elsewhere.
struct ProgressView {
    private let verbosity: Verbosity
    private let initial: Study

    init(_ experiment: Experiment, _ verbosity: Verbosity, already study: Study) {
        self.verbosity = verbosity
        initial = study
    }

    /// Follows the events until their stream ends.
    func follow(_ events: AsyncStream<Event>) async {
        var progress = Progress(initial)
        if verbosity.json || verbosity.quiet {
            for await _ in events {}
        } else if Terminal.isInteractive {
            await redraw(&progress, events)
        } else {
            for await event in events {
                if let line = progress.take(event) { Terminal.say(line) }
            }
        }
    }

    private func redraw(_ progress: inout Progress, _ events: AsyncStream<Event>) async {
        let screen = Screen()
        var nextDraw = Date()
        for await event in events {
            _ = progress.take(event)
            guard Date() >= nextDraw || progress.isOver else { continue }
            nextDraw = Date().addingTimeInterval(0.1)
            screen.draw(progress.panel(at: Date()))
        }
        screen.draw(progress.panel(at: Date()))
    }
}

/// What the view shows, kept from the events alone.
private struct Progress {
    private var study: Study
    private let startedAt = Date()
    private let endedBefore: Int
    /// Best value after each trial that improved on it.
    private var bests: [Double] = []
    private var lastFailure: String?

    init(_ study: Study) {
        self.study = study
        endedBefore = study.counts.ended
        if let best = study.best?.value(of: study.objective) { bests = [best] }
    }

    var isOver: Bool { study.status != .running }

    /// Takes the event in, and gives the line that tells of it, if it is worth one.
    mutating func take(_ event: Event) -> String? {
        do {
            try study.apply(event)
        } catch {
            return nil
        }
        switch event {
        case .ended(let number, let outcome, _):
            if let best = study.best?.value(of: study.objective) { bests.append(best) }
            if let reason = outcome.failure { lastFailure = "trial \(number): \(reason.brief)" }
            return line(study[number], outcome.name, outcome.reason)
        case .lost(let number, let reason, _):
            return "trial \(number) was lost (\(reason)); starting attempt \(study[number].attempt)"
        case .paused(let number, _):
            if let best = study.best?.value(of: study.objective) { bests.append(best) }
            return line(study[number], "Paused")
        case .resumed(let number, let level, let why, _):
            return "trial \(number) goes on to \(level)" + (why.map { ": \($0.method)" } ?? "")
        case .started, .observed, .budgetEdited, .stopped, .finished, .imported: return nil
        }
    }

    private func line(_ trial: Trial, _ state: String, _ reason: String? = nil) -> String {
        let objective = study.objective
        let values = objective.targets.map { target in
            let value = trial.value(of: target.metric, for: objective).map { ReportedValue.number($0) }
            let result = value ?? trial.text(of: objective).map { .text($0) }
            return result.map { " \(target.metric)=\($0.short)" } ?? ""
        }
        let isOnFront = study.frontNumbers.contains(trial.number) || study.bestNumber == trial.number
        let mark = isOnFront ? (objective.hasSeveralTargets ? " (on the front)" : " (best)") : ""
        let why = reason.map { ": \($0.brief)" } ?? ""
        return "trial \(trial.number) \(state)\(values.joined())\(mark)\(why)  "
            + study.experiment.presentedText(trial.assignment)
    }

    func panel(at time: Date) -> [String] {
        let counts = study.counts
        let budget = study.experiment.budget
        var head = "\(study.experiment.name)  \(counts.ended)" + (budget.maxTrials.map { "/\($0)" } ?? "") + " trials"
        head += "  \(counts.running) running"
        if counts.paused > 0 { head += "  \(counts.paused) paused" }
        if counts.failed > 0 { head += "  \(counts.failed) failed" }
        if counts.earlyStopped > 0 { head += "  \(counts.earlyStopped) stopped early" }
        if counts.metricsUnavailable > 0 { head += "  \(counts.metricsUnavailable) without metrics" }
        return [head + pace(at: time)] + bestLines + frontLines + (lastFailure.map { ["last failure: \($0)"] } ?? [])
    }

    /// Trials a second, and the time left at that pace.
    private func pace(at time: Date) -> String {
        let done = study.counts.ended - endedBefore
        let seconds = time.timeIntervalSince(startedAt)
        guard done > 0, seconds > 0 else { return "" }
        let rate = Double(done) / seconds
        let text = rate >= 1 ? "  \(rate.short)/s" : "  \((60 * rate).short)/min"
        guard let limit = study.experiment.budget.maxTrials, !isOver else { return text }
        let left = Double(limit - study.counts.ended) / rate
        return text + "  about "
            + Duration.seconds(left.rounded(.up)).formatted(
                .units(allowed: [.hours, .minutes, .seconds], width: .narrow, maximumUnitCount: 2)) + " left"
    }

    private var bestLines: [String] {
        guard let best = study.best, let value = best.reported(of: study.objective) else { return [] }
        let isLowest = study.objective.direction == .minimize
        let direction = value.number == nil ? "latest" : isLowest ? "lowest" : "highest"
        return [
            "\(direction) \(study.objective.metric) \(value.short) in trial \(best.number)  \(sparkline)",
            "  \(study.experiment.presentedText(best.assignment))",
        ]
    }

    /// Of several objectives: how many trials stand on the front, and the best value of each.
    private var frontLines: [String] {
        let front = study.front
        guard study.objective.hasSeveralTargets, !front.isEmpty else { return [] }
        let ranges = study.objective.targets.map { target in
            let values = front.compactMap { $0.value(of: target.metric, for: study.objective) }
            let best = target.direction == .minimize ? values.min() : values.max()
            return "\(target.metric) \(best.map(\.short) ?? "-")"
        }
        return ["\(front.count) trials on the front; best of each: \(ranges.joined(separator: ", "))"]
    }

    /// The best value over the trials so far, at most 40 wide, taller is better.
    private var sparkline: String {
        let bars = Array("▁▂▃▄▅▆▇█")
        let stride = max(1, (bests.count + 39) / 40)
        let shown = Swift.stride(from: (bests.count - 1) % stride, to: bests.count, by: stride).map { bests[$0] }
        guard let low = shown.min(), let high = shown.max(), high > low else { return "" }
        return String(
            shown.map { value in
                let height = (value - low) / (high - low)
                return bars[Int(((study.objective.direction == .minimize ? 1 - height : height) * 7).rounded())]
            })
    }
}

extension ReportedValue {
    /// A number with few digits, or the beginning of a text.
    var short: String {
        switch self {
        case .number(let value): return value.short
        case .text(let text):
            let line = text.prefix(200).description.onOneLine
            return line.count <= 40 ? line : "\(line.prefix(39))…"
        }
    }
}

extension Outcome {
    /// Why the trial brought nothing, where that was its own fault.
    var failure: String? {
        switch self {
        case .failed(let reason), .metricsUnavailable(let reason): reason
        case .succeeded, .earlyStopped, .killed: nil
        }
    }
}

extension String {
    /// The lines joined. Control characters, which could do anything to a terminal, are left out.
    var onOneLine: String {
        let joined = split(whereSeparator: \.isNewline).joined(separator: " | ")
        return String(
            String.UnicodeScalarView(joined.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// One line of at most 160 characters, the end kept: what a program said last says most.
    var brief: String {
        let line = onOneLine
        return line.count <= 160 ? line : "\(line.prefix(60)) … \(line.suffix(96))"
    }
}

/// Lines of a terminal, redrawn in place.
private final class Screen {
    private var drawn = 0

    func draw(_ lines: [String]) {
        let width = Terminal.width
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        let text = lines.map { "\r\u{1B}[2K" + $0.prefix(width - 1) + "\n" }.joined()
        Terminal.write(up + text + (lines.count < drawn ? "\u{1B}[J" : ""), to: 1)
        drawn = lines.count
    }
}
