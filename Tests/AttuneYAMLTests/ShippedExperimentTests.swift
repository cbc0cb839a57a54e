import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

/// The files of `experiments/` as `attune run` reads them.
struct ShippedExperimentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    static let files: [String] = {
        let folder = root.appending(path: "experiments")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { folder.appending(path: $0).appending(path: "experiment.yaml").path }
            .filter { FileManager.default.fileExists(atPath: $0) }
    }()

    @Test(arguments: files)
    func `a shipped experiment is valid, conforms to the schema and is read back`(path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let file = ExperimentFile(name: path, text: text, catalogue: .named) { 0 }
        #expect(file.diagnostics == [])
        let experiment = try #require(file.experiments.first)
        #expect(try Experiment(json: experiment.json) == experiment)
        let schema = try JSON(
            parsing: String(contentsOf: Self.root.appending(path: "docs/experiment.schema.json"), encoding: .utf8))
        #expect(JSONSchema(schema).complaints(about: try YAML.documents(text)[0].json) == [])
    }

    @Test func `there are shipped experiments`() { #expect(!Self.files.isEmpty) }
}
