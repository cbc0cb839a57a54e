import AttuneCore
import AttuneProblems

/// A YAHPO Gym surrogate, described by `NAME.json` with its weights in `NAME.f32.gz`: a problem for each instance, that
/// is data set, that it has an embedding of.
///
/// The objective is the first output that is to be made large, on validation data; reported is the one like it on test
/// data, where there is one. The first fidelity is the resource, in equal parts up to its upper bound; others stay at
/// theirs.
struct SurrogateFormat {
    private let file: DataFile
    private let description: JSON
    private let name: String

    /// Nil when the file describes something else.
    init?(_ file: DataFile) throws(AttuneError) {
        let json = try file.json()
        guard let name = json["name"]?.string, json["config_space"] != nil, json["input_layer"] != nil else {
            return nil
        }
        self.file = file
        self.name = name
        description = json
    }

    var problems: [ListedProblem] {
        get throws(AttuneError) {
            let surrogate = ReadOnce { [description, file] () throws(AttuneError) in
                try Surrogate(description, of: file)
            }
            var problems: [ListedProblem] = []
            for instance in try instances() {
                problems.append(try listed(instance, surrogate))
            }
            return problems
        }
    }

    /// The instances that can be evaluated; one without a name where the surrogate knows of none.
    private func instances() throws(AttuneError) -> [String?] {
        guard let parameter = description["instance_param"]?.string else { return [nil] }
        let embedding = (description["categorical"]?.array ?? []).first { $0["name"]?.string == parameter }
        let labels = Set((embedding?["labels"]?.array ?? []).compactMap(\.scalarText))
        let space = try ConfigurationSpace(description["config_space"], of: file)
        let known = space.choices(of: parameter).filter(labels.contains)
        guard !known.isEmpty else { throw file.problem("instance_param: \(parameter) has no value with an embedding") }
        return known
    }

    private func listed(
        _ instance: String?, _ surrogate: ReadOnce<Surrogate>
    ) throws(AttuneError) -> ListedProblem {
        let name = "yahpo/\(name)" + (instance.map { "/\($0)" } ?? "")
        let summary =
            "Surrogate of \(self.name)" + (instance.map { " on data set \($0)" } ?? "")
            + ", YAHPO Gym (Pfisterer et al., AutoML 2022)"
        let predictor = try SurrogatePredictor(description, of: file, instance: instance)
        return ListedProblem(name: name, summary: summary, file: file) { () throws(AttuneError) in
            predictor.problem(name: name, summary: summary, surrogate: try surrogate.value())
        }
    }
}
