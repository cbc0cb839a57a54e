import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// `attune nas` as a process of its own.
@Suite(.timeLimit(.minutes(10))) struct NASCommandTests {
    private let darts = """
        Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=range(2, 3), \
        reduce=[('max_pool_3x3', 0), ('dil_conv_5x5', 1)], reduce_concat=range(2, 3))
        """
    private let katib = """
        Genotype(normal=[[('separable_convolution_3x3',0),('skip_connection',1)]],normal_concat=range(2,3),\
        reduce=[[('max_pooling_3x3',0),('dilated_convolution_5x5',1)]],reduce_concat=range(2,3))
        """

    @Test func `a genotype goes from form to form and comes back`() async throws {
        let attune = try CommandLineTool()
        let log = try attune.write("epoch=1\nBest-Genotype=\(katib)\ndone\n", to: "log.txt")
        #expect(try await attune("nas", "export", log, "--format", "darts").output == darts + "\n")
        #expect(try await attune("nas", "export", darts, "--format", "katib").output == katib + "\n")
        let json = attune.directory.appending(path: "cell.json").path
        #expect(try await attune("nas", "export", log, "--format", "json", "--output", json).code == 0)
        #expect(try await attune("nas", "export", json, "--format", "darts").output == darts + "\n")
    }

    @Test func `a drawing is what the file's name says`() async throws {
        let attune = try CommandLineTool()
        let svg = attune.directory.appending(path: "cells.svg").path
        let dot = attune.directory.appending(path: "cells.dot").path
        #expect(try await attune("nas", "draw", darts, "--output", svg).code == 0)
        #expect(try await attune("nas", "draw", darts, "-o", dot).code == 0)
        #expect(try String(contentsOfFile: svg, encoding: .utf8).hasPrefix("<svg"))
        #expect(try String(contentsOfFile: dot, encoding: .utf8).hasPrefix("digraph"))
        #expect(try await attune("nas", "draw", darts, "--format", "dot").output.hasPrefix("digraph"))
    }

    /// A device that is replaced by a file would be missed by everyone else.
    @Test func `what is no file is written to and not replaced, and what cannot be written is told`() async throws {
        let attune = try CommandLineTool()
        let pipe = attune.directory.appending(path: "cells.svg").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = try await attune.start("/bin/cat", [pipe])
        #expect(try await attune("nas", "draw", darts, "--output", pipe).code == 0)
        #expect(try await reader.finished().output.hasPrefix("<svg"))
        let kind = try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType
        #expect(kind != .typeRegular)

        let folder = try await attune("nas", "draw", darts, "--output", attune.directory.path, "--format", "svg")
        #expect(folder.code == 2 && folder.errors.contains("is a directory"), "\(folder.errors)")
        let nowhere = try await attune("nas", "draw", darts, "--output", "\(attune.directory.path)/no/cells.svg")
        #expect(nowhere.code == 2 && nowhere.errors.contains("its folder does not exist"), "\(nowhere.errors)")
        let picture = try await attune("nas", "draw", darts, "--output", "cells.png")
        #expect(picture.code == 2 && picture.errors.contains("--output: found the ending .png"), "\(picture.errors)")
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func `output that is lost is no success`() async throws {
        let attune = try CommandLineTool()
        let tool = CommandLineTool.products.appending(path: "attune").path
        let run = try await attune.start("/bin/sh", ["-c", "\(tool) nas draw \"$0\" > /dev/full", darts]).finished()
        #expect(run.code == 1)
        #expect(run.errors == "error: standard output cannot be written: no space left on device\n")
        let reader = try await attune.start("/bin/sh", ["-c", "\(tool) nas draw \"$0\" | true", darts]).finished()
        #expect(reader.code == 0 && reader.errors.isEmpty)
    }

    @Test func `every wrong option of a search is told at once, by its own name`() async throws {
        let attune = try CommandLineTool()
        let data = try attune.write((0..<40).map { "\($0 % 2),1,2,3,4" }.joined(separator: "\n"), to: "train.csv")
        let run = try await attune(
            "nas", "search", "--data", data, "--rate", "nan",
            "--training-epochs", "0", "--random-cells", "9223372036854775807", "--layers", "0", "--batch", "8")
        #expect(run.code == 2)
        #expect(
            run.errors.split(separator: "\n").map { $0.replacing("error: ", with: "").prefix { $0 != " " } } == [
                "--random-cells:", "--layers:", "--rate:", "--training-epochs:",
            ], "\(run.errors)")
        let operations = try await attune(
            "nas", "search", "--data", "x", "--operations", "sep_conv_3x3, foo,bar")
        #expect(operations.errors.contains("\"foo\"") && operations.errors.contains("\"bar\""), "\(operations.errors)")
    }

    @Test func `a script is written for the network that is asked for`() async throws {
        let attune = try CommandLineTool()
        let script = try await attune(
            "nas", "export", darts, "--format", "pytorch", "--channels", "8", "--layers", "5", "--image", "28x28x1")
        #expect(script.code == 0)
        #expect(script.output.contains("CHANNELS, LAYERS, CLASSES, STEM = 8, 5, 10, 3\n"))
        #expect(script.output.contains("ROWS, COLUMNS, INPUTS = 28, 28, 1\n"))
    }

    @Test(
        arguments: [
            (["draw", "Genotype(normal=5)"], "error: genotype, character 17: found \"5)\"; expected \"[\""),
            (["draw", "nowhere.txt"], "error: nowhere.txt: no such file, or not readable, and no genotype either"),
            (["export", "{}", "--format", "json"], "error: normal: expected an object"),
            (["export", "{}", "--format", "pytorch", "--image", "0x1x1"], "error: normal: expected an object"),
        ])
    func `bad input is one sentence and exit code 2`(arguments: [String], message: String) async throws {
        let attune = try CommandLineTool()
        let end = try await attune.start(["nas"] + arguments).finished()
        #expect(end.code == 2)
        #expect(end.errors.hasPrefix(message), "\(end.errors)")
        #expect(end.errors.split(separator: "\n").count == 1)
    }

    @Test func `sizes that no network has are refused`() async throws {
        let attune = try CommandLineTool()
        for option in [["--layers", "0"], ["--image", "28"], ["--image", "28xx1"], ["--channels", "99999"]] {
            let end = try await attune.start(["nas", "export", darts, "--format", "pytorch"] + option).finished()
            #expect(end.code == 2)
            #expect(end.errors.hasPrefix("error: \(option[0]): found"), "\(end.errors)")
        }
    }
}
