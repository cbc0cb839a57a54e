import AttuneCore
import Foundation

/// Learning curves whose order after a few units of resource is, more or less, not that at the end.
///
/// The rank correlations between the loss after a ninth of the resource and the last one, over the space's own law, are
/// in `CurveTests`.
extension ProblemCatalogue {
    static var curves: [BenchmarkProblem] {
        let hartmann = Landscape.hartmann6.problem("hartmann6")
        let levy = Landscape.levy(4).offCentre(seed: 16).problem("levy4")
        let sphere = Landscape.sphere(4).offCentre(seed: 17).problem("sphere4") { _ in .logarithmic(1e-4...1) }
        return [
            hartmann.named("curves/easy27").learning(27, scale: 2) { _, _ in LearningCurve(pace: 5) },
            hartmann.named("curves/crossing27").learning(27, scale: 2) { assignment, _ in
                LearningCurve(
                    pace: 0.5 * exp(5 * assignment.number("x6")), secondsPerUnit: 1 + 9 * assignment.number("x2"))
            },
            levy.named("curves/crossing81").learning(81, scale: 50) { assignment, _ in
                let share = (assignment.number("x1") + 10) / 20
                return LearningCurve(pace: 1 + 300 * share * share, secondsPerUnit: 2)
            },
            sphere.named("curves/deceptive81").learning(81, scale: 150) { assignment, regret in
                LearningCurve(pace: 1 + 120 * exp(-3 * regret), secondsPerUnit: 1 + 100 * assignment.number("x4"))
            },
            levy.named("curves/wobbly27").learning(27, scale: 50) { assignment, _ in
                LearningCurve(pace: 2 + abs(assignment.number("x2")), wobble: 0.05)
            },
        ]
    }
}
