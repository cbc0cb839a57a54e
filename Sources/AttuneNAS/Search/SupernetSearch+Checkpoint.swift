import AttuneCore
import Foundation

/// A search as a file: a line that says what it is, a line of JSON, then the weights and their velocity as 32-bit numbers,
/// low byte first.
extension SupernetSearch {
    private static let title = "attune supernet search 1"

    /// Writes the search as it is, so that the file is there whole or not at all.
    ///
    /// - Throws: `AttuneError` where it cannot be written.
    public func save(to path: String) throws(AttuneError) {
        let state = state
        let header: JSON = [
            "settings": .string(settings.fingerprint), "images": .string("\(imageCount) \(imageSize)"),
            "epochs": .array(epochs.map(\.json)), "architecture": JSON(state.architecture),
            "steps": .number(state.steps), "means": JSON(state.means), "squares": JSON(state.squares),
        ]
        var data = Data("\(Self.title)\n\(header.description)\n".utf8)
        for numbers in [state.weights, state.velocity] {
            for number in numbers {
                withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        do {
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw AttuneError("\(path): the checkpoint cannot be written; does its folder exist, and is there room?")
        }
    }

    /// Goes on from a file, which a search with the same settings and images wrote.
    ///
    /// - Throws: `AttuneError` where it is another's, or spoilt; the search is then as before.
    public func restore(from path: String) throws(AttuneError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw AttuneError("\(path): the checkpoint cannot be read")
        }
        let lines = data.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, String(decoding: lines[0], as: UTF8.self) == Self.title,
            let header = try? JSON(parsing: String(decoding: lines[1], as: UTF8.self))
        else { throw AttuneError("\(path): is no checkpoint of a search") }
        guard header["settings"]?.string == settings.fingerprint,
            header["images"]?.string == "\(imageCount) \(imageSize)"
        else {
            throw AttuneError(
                "\(path): is of a search with other settings or images; remove it, or search with those it was made with"
            )
        }
        guard let state = SearchMemory(header, numbers: Array(lines[2]), weights: state.weights.count),
            let epochs = header["epochs"]?.array?.map(SearchEpoch.init(json:)), !epochs.contains(where: { $0 == nil }),
            state.architecture.count == self.state.architecture.count
        else { throw AttuneError("\(path): the checkpoint is spoilt; remove it to begin anew") }
        restore(state, epochs.compactMap { $0 })
    }
}

/// All that a search remembers beside the outcomes of its epochs.
struct SearchMemory {
    var architecture: [Double]
    var weights: [Float]
    var velocity: [Float]
    var steps: Int
    var means: [Double]
    var squares: [Double]

    init(
        architecture: [Double], weights: [Float], velocity: [Float], steps: Int, means: [Double], squares: [Double]
    ) {
        self.architecture = architecture
        self.weights = weights
        self.velocity = velocity
        self.steps = steps
        self.means = means
        self.squares = squares
    }

    /// Nil where the numbers are not as many as they should be.
    init?(_ header: JSON, numbers: [UInt8], weights count: Int) {
        func list(_ key: String) -> [Double]? {
            guard let array = header[key]?.array else { return nil }
            let numbers = array.compactMap(\.double)
            return numbers.count == array.count ? numbers : nil
        }
        guard let architecture = list("architecture"), let means = list("means"), let squares = list("squares"),
            let steps = header["steps"]?.double, numbers.count % 4 == 0,
            [count, 2 * count].contains(numbers.count / 4),
            means.count == squares.count, means.isEmpty || means.count == architecture.count
        else { return nil }
        let floats = stride(from: 0, to: numbers.count, by: 4).map { place in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(numbers[place + $1]) << (8 * UInt32($1)) }
            return Float(bitPattern: bits)
        }
        self.init(
            architecture: architecture, weights: Array(floats.prefix(count)), velocity: Array(floats.dropFirst(count)),
            steps: Int(steps), means: means, squares: squares)
    }
}

extension JSON {
    fileprivate init(_ numbers: [Double]) { self = .array(numbers.map { .number($0) }) }
}

extension SearchSettings {
    /// Says the same of settings that give the same search.
    var fingerprint: String {
        var settings = self
        settings.threads = 1
        return "\(settings)"
    }
}

extension BatchOutcome {
    fileprivate var json: JSON { ["loss": .number(loss), "correct": .number(correct), "images": .number(images)] }

    fileprivate init?(json: JSON?) {
        guard let loss = json?["loss"]?.double, let correct = json?["correct"]?.double,
            let images = json?["images"]?.double
        else { return nil }
        self.init(loss: loss, correct: Int(correct), images: Int(images))
    }
}

extension SearchEpoch {
    fileprivate var json: JSON {
        [
            "epoch": .number(epoch), "training": training.json, "validation": validation.json,
            "genotype": genotype.json, "entropy": .number(entropy),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let epoch = json["epoch"]?.double, let training = BatchOutcome(json: json["training"]),
            let validation = BatchOutcome(json: json["validation"]), let entropy = json["entropy"]?.double,
            let genotype = json["genotype"].flatMap({ try? Genotype(json: $0) })
        else { return nil }
        self.init(
            epoch: Int(epoch), training: training, validation: validation, genotype: genotype, entropy: entropy)
    }
}
