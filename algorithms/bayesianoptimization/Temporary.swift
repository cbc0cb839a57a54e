import AttuneCore
enum TreeSurrogate {
    static func forest(_ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource) -> any Surrogate { fatalError() }
    static func extraTrees(_ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource) -> any Surrogate { fatalError() }
    static func boosting(_ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource) -> any Surrogate { fatalError() }
}
import Foundation
enum Env { static let values = ProcessInfo.processInfo.environment
 static func double(_ n: String, _ d: Double) -> Double { values[n].flatMap(Double.init) ?? d }
 static func int(_ n: String, _ d: Int) -> Int { values[n].flatMap { Int($0) } ?? d } 
 static let ninit = int("NINIT", 6), near = int("NEAR", 40), cubes = int("CUBES", 384), noise = double("NOISE", 1e-7), starts = int("STARTS", 5), refit = int("REFIT", 15), trdim = int("TRDIM", 15), rbf = int("RBF", 0), anch = int("ANCH", 4), lenmu = double("LENMU", 1.41421356), iters = int("ITERS", 50), mid = int("MID", 1), wint = double("WINT", 0), nslope = double("NSLOPE", 0.1), lcb = double("LCB", 0), alt = int("ALT", 0) }
