import Foundation
enum Env { static let values = ProcessInfo.processInfo.environment
 static func double(_ n: String, _ d: Double) -> Double { values[n].flatMap(Double.init) ?? d }
 static func int(_ n: String, _ d: Int) -> Int { values[n].flatMap { Int($0) } ?? d } 
 static let lam0 = double("LAM0", -1), lam1 = double("LAM1", 2), ninit = int("NINIT", 6), near = int("NEAR", 40), cubes = int("CUBES", 384), rank = int("RANK", 0), lenmode = double("LENMU", 1.4142135), lensd = double("LENSD", 1.7320508), jac = double("JAC", 1), noise = double("NOISE", 1e-7), starts = int("STARTS", 5), varsd = double("VARSD", 1), refit = int("REFIT", 15), nfits = int("NFITS", 2), near2 = int("ANCH", 4), both = int("BOTH", 1), trdim = int("TRDIM", 1000), wins = double("WINS", 0) }
