import AttuneCore
import Foundation

/// Problems whose constraints are known beforehand and decide where the optimum is.
enum ConstrainedProblems {
    /// The point nearest to (1, …, 1) on this side of a plane: (½, …, ½), where the plane is reached.
    static var plane: BenchmarkProblem {
        let names = (1...5).map { "x\($0)" }
        let space = SearchSpace(
            trusted: names.map { ParameterSpec($0, .double(-2...2)) },
            constraints: [names.joined(separator: " + ") + " <= 2.5"])
        return BenchmarkProblem(
            name: "constrained/plane5", summary: "A sphere cut off by a plane; own", space: space, optimum: 1.25,
            optimizers: [space.assignment(trusted: Dictionary(uniqueKeysWithValues: names.map { ($0, .double(0.5)) }))]
        ) { assignment in Evaluation([sum(names) { squared(assignment.number($0) - 1) }]) }
    }

    /// Waves in a feasible strip of 0.9 % of the box (Schoenauer & Xanthakis 1993; G08 of Liang et al. 2006), from 0.1 on.
    static var g08: BenchmarkProblem {
        let space = SearchSpace(
            trusted: ["x1", "x2"].map { ParameterSpec($0, .double(0.1...10)) },
            constraints: ["x1^2 - x2 + 1 <= 0", "1 - x1 + (x2 - 4)^2 <= 0"])
        let best = space.assignment(trusted: ["x1": .double(1.22797135276384428), "x2": .double(4.24537336645841824)])
        return BenchmarkProblem(
            name: "constrained/g08", summary: "Waves in a small feasible strip (Liang et al. 2006, G08)", space: space,
            optimum: -0.0958250414180358189, optimizers: [best]
        ) { assignment in
            let (a, b) = (assignment.number("x1"), assignment.number("x2"))
            return Evaluation([-integerPower(sin(2 * .pi * a), 3) * sin(2 * .pi * b) / (a * a * a * (a + b))])
        }
    }

    /// The cheapest vessel that holds a volume: two thicknesses in sixteenths of an inch, radius and length
    /// (Sandgren 1990; bounds of Coello 2000). The radius is as large as the shell allows, the length what the volume needs.
    static var pressureVessel: BenchmarkProblem {
        let space = SearchSpace(
            trusted: [
                ParameterSpec("shell", .int(1...99)), ParameterSpec("head", .int(1...99)),
                ParameterSpec("radius", .double(10...200)), ParameterSpec("length", .double(10...200)),
            ],
            constraints: [
                "0.0193 * radius <= 0.0625 * shell", "0.00954 * radius <= 0.0625 * head",
                "3.141592653589793 * radius^2 * (length + 4 / 3 * radius) >= 1296000",
            ])
        // Both a little inside, as rounding would else put them outside.
        let best = space.assignment(trusted: [
            "shell": .int(13), "head": .int(7), "radius": .double(42.0984455958), "length": .double(176.636595844),
        ])
        return BenchmarkProblem(
            name: "constrained/pressure-vessel", summary: "The cheapest vessel, partly whole numbers (Sandgren 1990)",
            space: space, optimum: 6059.714335048436, optimizers: [best]
        ) { assignment in
            let (shell, head) = (0.0625 * assignment.number("shell"), 0.0625 * assignment.number("head"))
            let (radius, length) = (assignment.number("radius"), assignment.number("length"))
            let plates = 0.6224 * shell * radius * length + 1.7781 * head * radius * radius
            return Evaluation([plates + shell * shell * (3.1661 * length + 19.84 * radius)])
        }
    }

    /// The throughput of a job on a cluster with so many cores and so much memory, to be made large. Whole numbers; its
    /// optimum was found by looking at all assignments.
    static var cluster: BenchmarkProblem {
        let space = SearchSpace(
            trusted: [
                ParameterSpec("workers", .int(1...24)), ParameterSpec("threads", .int(1...12)),
                ParameterSpec("memory", .int(1...16)),
            ],
            constraints: ["workers * threads <= 48", "workers * memory <= 64", "memory >= threads / 2"])
        let best = space.assignment(trusted: ["workers": .int(6), "threads": .int(8), "memory": .int(10)])
        return BenchmarkProblem(
            name: "constrained/cluster", summary: "Workers, threads and memory within a cluster's means; own",
            space: space,
            metrics: [.init("throughput", .maximize)], optimum: 9.055569011774155, optimizers: [best]
        ) { assignment in
            let (workers, threads) = (assignment.number("workers"), assignment.number("threads"))
            let memory = assignment.number("memory")
            let speed = power(workers, 0.8) * power(threads, 0.6) * (1 - exp(-memory / 4))
            return Evaluation([speed / (1 + 0.01 * workers * threads)])
        }
    }
}
