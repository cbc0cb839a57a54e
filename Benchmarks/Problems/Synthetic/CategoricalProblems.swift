import AttuneCore

/// Problems of categorical parameters only.
enum CategoricalProblems {
    /// Ten parameters of four levels, one assignment planted in them: a level that is not planted costs, and costs more
    /// where a neighbour is planted, so that improving one parameter at a time is not always an improvement.
    ///
    /// No term is negative and all are zero at the planted assignment, which therefore is the optimum.
    static var planted: BenchmarkProblem {
        let names = (1...10).map { "c\($0)" }
        let levels = ["a", "b", "c", "d"]
        var random = RandomSource(seed: 10, stream: 8)
        let planted = names.map { _ in ParameterValue.text(levels[random.below(levels.count)]) }
        let weights = names.map { _ in 0.2 + random.uniform() }
        let space = SearchSpace(trusted: names.map { ParameterSpec($0, .categorical(levels)) })
        return BenchmarkProblem(
            name: "categorical/planted10x4", summary: "One assignment planted among a million, neighbours interacting",
            space: space, optimum: 0,
            optimizers: [space.assignment(trusted: Dictionary(uniqueKeysWithValues: zip(names, planted)))]
        ) { assignment in
            let misses = zip(names, planted).map { assignment[$0] != $1 }
            return Evaluation([
                sum(names.indices) { index in
                    guard misses[index] else { return 0 }
                    return weights[index] * (misses[(index + 1) % misses.count] ? 1 : 2.5)
                }
            ])
        }
    }

    /// A rugged landscape (Kauffman & Weinberger 1989, NK with N = 8, K = 2, three levels): each parameter contributes a
    /// random amount that depends on it and the next two. Its optimum was found by looking at all 6,561 assignments.
    static var nk: BenchmarkProblem {
        let names = (1...8).map { "c\($0)" }
        let levels = ["a", "b", "c"]
        let space = SearchSpace(trusted: names.map { ParameterSpec($0, .categorical(levels)) })
        let best = Dictionary(uniqueKeysWithValues: zip(names, "acbcacbc".map { ParameterValue.text(String($0)) }))
        return BenchmarkProblem(
            name: "categorical/nk8x3", summary: "NK landscape, N = 8, K = 2, three levels (Kauffman & Weinberger 1989)",
            space: space, optimum: 0.14265560060299842, optimizers: [space.assignment(trusted: best)]
        ) { assignment in
            let chosen = names.map { name in levels.firstIndex { assignment[name] == .text($0) } ?? 0 }
            let total = sum(chosen.indices) { index in
                let (next, second) = (chosen[(index + 1) % chosen.count], chosen[(index + 2) % chosen.count])
                var random = RandomSource(seed: UInt64(index), stream: UInt64(9 * chosen[index] + 3 * next + second))
                return random.uniform()
            }
            return Evaluation([total / Double(chosen.count)])
        }
    }
}
