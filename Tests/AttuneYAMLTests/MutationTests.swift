import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

/// However a file is damaged, reading it ends, and says either what the experiment is or what is wrong.
struct MutationTests {
    private static let text = """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: tiny}
        spec:
          objective: {type: minimize, goal: 0.1, objectiveMetricName: loss}
          algorithm: {algorithmName: random}
          maxTrialCount: 5
          seed: 3
          maxRunTime: 1h30m
          constraints: ["x + n < 9"]
          initialTrials: [{x: 0.5, n: 2, c: a}]
          parameters:
            - &x {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1", step: "0.5"}}
            - {name: n, parameterType: int, feasibleSpace: {min: 1, max: 8, distribution: logUniform}}
            - {name: c, parameterType: categorical, feasibleSpace: {list: [a, b]}}
            - {<<: *x, name: y, when: {parameter: c, in: [b]}, default: 0}
          trialTemplate:
            trialSpec: {apiVersion: attune.dev/v1, kind: Process, command: [echo, "${trialParameters.x}"]}
        """

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `a damaged file never stops the reader`(seed: UInt64) {
        var random = RandomSource(seed: seed, stream: 0)
        var valid = 0
        for _ in 0..<1_000 {
            let text = Self.damaged(&random)
            let file = ExperimentFile(name: "f", text: text, catalogue: .named) { 0 }
            #expect(file.experiments.isEmpty == file.hasErrors, "seed \(seed): \(text)")
            valid += file.experiments.count
        }
        #expect((1..<1_000).contains(valid), "seed \(seed): some damage is harmless, some is not")
    }

    private static func damaged(_ random: inout RandomSource) -> String {
        var text = Self.text
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text = withFlippedByte(text, &random)
            case 1: text = withoutLine(text, &random)
            case 2: text = withSwappedWords(text, &random)
            default: text = withNastyWord(text, &random)
            }
        }
        return text
    }

    private static func withFlippedByte(_ text: String, _ random: inout RandomSource) -> String {
        var bytes = Array(text.utf8)
        guard let index = bytes.indices.randomElement(using: &random) else { return text }
        bytes[index] = UInt8.random(in: 0...255, using: &random)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func withoutLine(_ text: String, _ random: inout RandomSource) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let index = lines.indices.randomElement(using: &random) { lines.remove(at: index) }
        return lines.joined(separator: "\n")
    }

    private static func words(_ text: String) -> [Range<String.Index>] {
        text.split { !($0.isLetter || $0.isNumber || $0 == ".") }.map { $0.startIndex..<$0.endIndex }
    }

    private static func withSwappedWords(_ text: String, _ random: inout RandomSource) -> String {
        let words = words(text)
        guard let a = words.randomElement(using: &random), let b = words.randomElement(using: &random),
            a.upperBound <= b.lowerBound
        else { return text }
        let parts = [text[..<a.lowerBound], text[b], text[a.upperBound..<b.lowerBound], text[a], text[b.upperBound...]]
        return parts.joined()
    }

    private static let nastyWords = [
        "", "null", "[]", "{}", "[[[]]]", "-1", "0", "1e308", "-1e308", "1e-320", "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999", ".nan", "nan", "inf", "*x", "&x a", "!!int z", "\"\\0\"", "é", "0x10", "true", "5e-324",
        "9007199254740992", "-9007199254740993", "\"${trialParameters.\"", "(((", "1/0",
    ]

    private static func withNastyWord(_ text: String, _ random: inout RandomSource) -> String {
        guard let place = words(text).randomElement(using: &random), let word = nastyWords.randomElement(using: &random)
        else { return text }
        return text.replacingCharacters(in: place, with: word)
    }
}
