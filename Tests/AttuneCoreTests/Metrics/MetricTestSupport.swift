import Foundation

@testable import AttuneCore

/// A small generator with a seed (Steele et al. 2014, SplitMix64), so that random tests repeat.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Up to `count` of `pieces`, one after another.
    mutating func text(of pieces: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in pieces.randomElement(using: &self)! }.joined()
    }

    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

extension Date {
    /// A time for lines that do not say theirs.
    static let arrival = Date(timeIntervalSince1970: 1_000)
}

extension [Observation] {
    var values: [Double] { map(\.value) }
    var steps: [Int] { map(\.step) }
    var metrics: [String] { map(\.metric) }
}
