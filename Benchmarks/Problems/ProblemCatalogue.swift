import AttuneCore

/// The problems of `attune bench`, by family.
public enum ProblemCatalogue {
    /// All that need no data. Making them takes milliseconds.
    public static var synthetic: [BenchmarkProblem] {
        classic + moved + wrapped + structured + multiObjective + curves
    }

    /// The landscapes in the shape they have in the literature.
    public static var landscapes: [Landscape] {
        [
            .sphere(10), .ellipsoid(10), .rosenbrock(2), .rosenbrock(5), .rosenbrock(20), .zakharov(10),
            .dixonPrice(10),
            .trid(6), .perm(4), .powell(8), .colville, .rastrigin(5), .rastrigin(20), .ackley(5), .ackley(40), .levy(5),
            .levy(20), .styblinskiTang(5), .styblinskiTang(20), .michalewicz(2), .michalewicz(5), .michalewicz(10),
            .schwefel(5), .griewank(10), .alpine(10), .salomon(5), .branin, .beale, .sixHumpCamel, .goldsteinPrice,
            .himmelblau, .bukin6, .easom, .dropWave, .eggholder, .hartmann3, .hartmann6, .shekel,
        ]
    }

    private static var classic: [BenchmarkProblem] { landscapes.map { $0.problem("classic/\($0.name)") } }

    /// Where beginning in the middle of the box, or searching along its axes, is no help.
    private static var moved: [BenchmarkProblem] {
        let offCentre: [Landscape] = [
            .ackley(5), .ackley(10), .levy(5), .rastrigin(5), .griewank(10), .sphere(20), .michalewicz(5), .hartmann6,
        ]
        let rotated: [Landscape] = [.ellipsoid(10), .rastrigin(5), .ackley(10)]
        let shifted: [Landscape] = [.branin, .rosenbrock(5)]
        return offCentre.map { $0.offCentre(seed: 1).problem("off-centre/\($0.name)") }
            + shifted.map { $0.shifted(seed: 2).problem("shifted/\($0.name)") }
            + rotated.map { $0.rotated(seed: 3).shifted(seed: 3).problem("rotated/\($0.name)") }
    }

    /// One more difficulty each.
    private static var wrapped: [BenchmarkProblem] {
        let levy = Landscape.levy(5).offCentre(seed: 4)
        let rate = Coordinate.logarithmic(1e-6...1)
        return [
            Landscape.hartmann6.problem("noisy/hartmann6").noisy(0.2),
            Landscape.branin.problem("noisy/branin").noisy(5),
            Landscape.ackley(5).offCentre(seed: 5).problem("noisy/ackley5").noisy(1),
            levy.problem("discrete/levy5") { _ in .integer(0...20) },
            Landscape.rastrigin(4).offCentre(seed: 6).problem("discrete/rastrigin4") { _ in .stepped(0.1, steps: 50) },
            Landscape.rosenbrock(4).shifted(seed: 7).problem("log/rosenbrock4") { _ in rate },
            Landscape.styblinskiTang(4).problem("log/styblinski-tang4") { _ in rate },
            levy.problem("infeasible/levy5").failing(beyond: 0.1, seed: 4),
            Landscape.himmelblau.problem("infeasible/himmelblau").constrained(to: "x1 + x2 >= 4"),
            Landscape.ackley(5).offCentre(seed: 8).problem("costly/ackley5").costing(
                seconds: 60, atOptimum: 5, spread: 0.5),
            Landscape.hartmann6.problem("costly/hartmann6").costing(seconds: 60, spread: 1),
        ]
    }

    /// Whole numbers, choices, conditions and constraints.
    private static var structured: [BenchmarkProblem] {
        let kinds: [Coordinate] = [
            .real, .real, .integer(1...16), .stepped(0.05, steps: 20), .listed([16, 32, 64, 128, 256]),
            .logarithmic(1e-5...0.1),
        ]
        return [
            TrainingProblems.mixed,
            Landscape.ackley(6).offCentre(seed: 9).problem("mixed/ackley6") { kinds[$0] },
            Landscape.branin.problem(
                "mixed/branin-choice", choosing: "kind", from: ["a", "b", "c", "d"], gap: 2, seed: 10),
            Landscape.levy(4).offCentre(seed: 11).problem(
                "mixed/levy4-choice", choosing: "kind", from: ["a", "b", "c"], gap: 1, seed: 11
            ) { $0 < 2 ? .real : .integer(0...12) },
            CategoricalProblems.planted, CategoricalProblems.nk,
            twoBranches, nested, TrainingProblems.pipeline,
            ConstrainedProblems.plane, ConstrainedProblems.g08, ConstrainedProblems.pressureVessel,
            ConstrainedProblems.cluster,
        ]
    }

    /// A branch of three parameters and a better one of five; one parameter belongs to both.
    private static var twoBranches: BenchmarkProblem {
        .branching(
            "conditional/two-branches", "Two branches of three and five parameters; own", on: "branch",
            [
                ("short", Landscape.sphere(3).shifted(seed: 12).raised(by: 1).problem("short")),
                ("long", Landscape.sphere(5).offCentre(seed: 13).problem("long")),
            ])
    }

    /// Branches within branches, the best of them two choices deep.
    private static var nested: BenchmarkProblem {
        let deep = BenchmarkProblem.branching(
            "deep", "", on: "variant",
            [
                ("plain", Landscape.ackley(2).raised(by: 2).problem("plain", prefix: "p")),
                ("tuned", Landscape.ackley(4).offCentre(seed: 14).problem("tuned", prefix: "t")),
            ])
        return .branching(
            "conditional/nested", "Branches within branches; own", on: "method",
            [
                ("baseline", Landscape.sphere(2).raised(by: 3).problem("baseline", prefix: "b")),
                ("deep", deep),
                ("rough", Landscape.rastrigin(3).shifted(seed: 15).raised(by: 1).problem("rough", prefix: "r")),
            ])
    }

    private static var multiObjective: [BenchmarkProblem] {
        [ZDT.zdt1, ZDT.zdt2, ZDT.zdt3, ZDT.zdt4, ZDT.zdt6]
            + [2, 3].flatMap { [DTLZ.dtlz1(metrics: $0), DTLZ.dtlz2(metrics: $0), DTLZ.dtlz7(metrics: $0)] }
    }
}
