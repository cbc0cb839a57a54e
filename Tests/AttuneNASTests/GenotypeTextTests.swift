import AttuneCore
import AttuneNAS
import Testing

struct GenotypeTextTests {
    @Test func `the published cell reads as its authors drew it`() throws {
        let cell = try Genotype(parsing: Published.darts2)
        #expect(cell.normal.nodes.count == 4)
        #expect(cell.normal.nodes[3] == [.init(.skip, from: 0), .init(.dilated(3), from: 2)])
        #expect(cell.reduction.nodes[1] == [.init(.skip, from: 2), .init(.maxPool(3), from: 1)])
        #expect(cell.normal.concatenated == [2, 3, 4, 5])
        #expect(cell.normal.skips == 2)
        #expect(try Genotype(parsing: Published.darts1).normal.skips == 3)
    }

    @Test func `all forms say the same`() throws {
        let cell = try Genotype(parsing: Published.darts2)
        #expect(try cell.dartsText() == Published.darts2)
        #expect(cell.katibText == Published.katib)
        #expect(try Genotype(parsing: Published.katib) == cell)
        #expect(try Genotype(parsing: cell.json.pretty) == cell)
        let told: JSON = ["normal": cell.normal.told, "reduction": cell.reduction.told]
        #expect(try Genotype(parsing: told.description) == cell)
        let trial: JSON = [
            "number": 3, "parameters": ["normal-node-1-operation-1": "a", "genotype": .string(told.description)],
        ]
        #expect(try Genotype(parsing: trial.pretty) == cell)
        #expect(try Genotype(parsing: Published.darts1).dartsText().contains("normal_concat=range(2, 6)"))
    }

    @Test func `Katib's collector finds the line`() throws {
        let line = "Best-Genotype=" + (try Genotype(parsing: Published.darts2).katibText)
        let match = try #require(line.wholeMatch(of: #/([\w-]+)=(Genotype.*)/#))
        #expect(match.1 == "Best-Genotype")
        #expect(try Genotype(parsing: String(match.2)).katibText == match.2)
        #expect(!line.contains(" "))
    }

    @Test func `of a log the last genotype counts, and a source file may spread over lines`() throws {
        let first = "Best-Genotype=" + (try Genotype(parsing: Published.darts1)).katibText
        let log = "epoch=1 accuracy=0.5\n\(first)\nepoch=2\nBest-Genotype=\(Published.katib)\ndone\n"
        #expect(try Genotype(parsing: log) == Genotype(parsing: Published.darts2))
        let source = "A = namedtuple('Genotype', 'normal')\nB = " + Published.darts1.replacing(" ", with: "\n  ")
        #expect(try Genotype(parsing: source) == Genotype(parsing: Published.darts1))
    }

    @Test func `what Python allows is allowed`() throws {
        let text = """
            Genotype( reduce_concat=(2,), normal=[[("none", 0), ('skip_connect', 1,),], ],
              reduce=[[('max_pool_3x3', 1)]],
              normal_concat = [ 2 ], )
            """
        let cell = try Genotype(parsing: text)
        #expect(cell.normal.nodes == [[.init(.none, from: 0), .init(.skip, from: 1)]])
        #expect(cell.reduction.nodes == [[.init(.maxPool(3), from: 1)]])
    }

    @Test func `the form of DARTS refuses what it cannot say`() throws {
        let edges: [CellGraph.Edge] = [.init(.skip, from: 0)]
        let cell = Genotype(normal: CellGraph(nodes: [edges]), reduction: CellGraph(nodes: [edges + edges]))
        let error = #expect(throws: AttuneError.self) { try cell.dartsText() }
        #expect(error?.message.hasPrefix("node 2 of the normal cell has 1 edge(s)") == true)
        #expect(try Genotype(parsing: cell.katibText) == cell)
        #expect(cell.katibText.contains("normal_concat=range(2,3)"))
    }

    @Test func `an output with gaps is a list`() throws {
        let nodes: [[CellGraph.Edge]] = Array(repeating: [.init(.skip, from: 0), .init(.skip, from: 1)], count: 3)
        let cell = Genotype(
            normal: CellGraph(nodes: nodes, concatenated: [2, 4]), reduction: CellGraph(nodes: nodes, concatenated: [4])
        )
        #expect(try cell.dartsText().contains("normal_concat=[2, 4]"))
        #expect(try Genotype(parsing: cell.dartsText()) == cell)
        #expect(try Genotype(parsing: cell.json.description) == cell)
    }

    @Test(
        arguments: [
            ("", "genotype: found neither"),
            ("Genotype()", "genotype: normal=[…] is missing"),
            ("Genotype(normal=[('sep_conv_3x3', 0)], reduce=[])", "genotype, character 18: found 1 edges"),
            ("Genotype(normal=[('sep_conv_3x3' 0)])", "genotype, character 34: found \"0)])\"; expected \",\""),
            ("Genotype(normal=[('conv_7x1_1x7', 0)])", "genotype, character 19: found operation \"conv_7x1_1x7\""),
            (
                "Genotype(normal=[[('skip_connect', 2)]],reduce=[[('skip_connect',0)]])",
                "genotype, character 17: normal, node 2: found source 2"
            ),
            (
                "Genotype(normal=[[]],reduce=[[('skip_connect',0)]])",
                "genotype, character 17: normal, node 2: a node has"
            ),
            (
                "Genotype(normal=[],\n reduce=[[('skip_connect',0)]])",
                "genotype, line 1, character 17: normal: a cell has"
            ),
            ("Genotype(\nnormal=5)", "genotype, line 2, character 8: found \"5)\"; expected \"[\""),
            ("Genotype(normal=[],normal=[])", "genotype, character 20: found normal twice"),
            ("Genotype(normal_concat=range(2, 1000000000000000000000))", "genotype, character 33: found"),
            ("Genotype(normal_concat=range(2, 999999999))", "genotype, character 24: found range(2, 999999999)"),
            ("Genotype(normal_concat=range(4, 2))", "genotype, character 24: found range(4, 2)"),
            ("Genotype(concat=1)", "genotype, character 10: found \"concat=1)\"; expected one of normal"),
            ("Genotype(normal=[('sep", "genotype, character 19: found \"'sep\"; expected an operation in quotes; its"),
            ("{\"normal\": {}}", "normal.nodes: expected a list"),
            ("{", "JSON, byte"),
            ("{\"cells\": 1}", "cells: found an unknown field"),
            ("{\"normal\": 3}", "normal: expected an object with nodes and output, or a list of nodes"),
            ("{\"normal\": [[[\"none\"]]]}", "normal[0][0].operation: expected the name"),
            ("{\"normal\": [[[\"none\", 4]]]}", "normal.nodes[0].edges[0].from: found source 4"),
            ("{\"normal\": [[[\"conv\", 0]]]}", "normal[0][0][0]: found operation"),
            ("{\"normal\": [[[\"none\", \"0\"]]]}", "normal[0][0][1]: expected the number of a state"),
            (
                "{\"normal\": {\"nodes\": [{\"edges\": [{\"operation\": \"x\"}]}]}}",
                "normal.nodes[0].edges[0].operation: found operation"
            ),
            (
                "{\"normal\": {\"nodes\": [{\"edges\": [{\"operation\": \"none\", \"from\": 3}]}]}}",
                "normal.nodes[0].edges[0].from: found source 3"
            ),
            (
                "{\"normal\": {\"nodes\": [{\"edges\": [{\"operation\": \"none\", \"from\": 0}]}], \"output\": [7]}}",
                "normal: the output joins state 7"
            ),
        ])
    func `what is wrong is said with its place`(text: String, message: String) {
        let error = #expect(throws: AttuneError.self) { try Genotype(parsing: text) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    /// Bytes are changed, dropped, doubled and exchanged; what is still read must be a cell, and be written and read
    /// back the same.
    @Test func `no text brings the reader down`() throws {
        let forms = [Published.darts1, Published.katib, try Genotype(parsing: Published.darts2).json.description]
        var random = RandomSource(seed: 8)
        var read = 0
        for round in 0..<3000 {
            var bytes = Array(forms[round % forms.count].utf8)
            for _ in 0...random.below(2) { mutate(&bytes, &random) }
            guard let cell = try? Genotype(parsing: bytes) else { continue }
            read += 1
            #expect(try Genotype(parsing: cell.katibText) == cell)
            #expect(try Genotype(parsing: cell.json.description) == cell)
        }
        #expect(read > 10, "mutations that leave a genotype must be among them")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomSource) {
        guard !bytes.isEmpty else { return }
        let index = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[index] = UInt8(random.below(256))
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + random.below(40))], at: index)
        case 3: bytes.removeLast(random.below(bytes.count))
        default: bytes[index] = bytes[random.below(bytes.count)]
        }
    }

    @Test func `a text deep or long is refused at once`() {
        for text in [
            "Genotype(normal=" + String(repeating: "[", count: 1 << 17),
            "{\"normal\":" + String(repeating: "[", count: 1 << 17),
            "Genotype(normal=[" + String(repeating: "('skip_connect',0),", count: 1 << 14) + "])",
        ] {
            #expect(throws: AttuneError.self) { try Genotype(parsing: text) }
        }
    }
}

extension CellGraph {
    /// As trials of a search over cells are told of it.
    fileprivate var told: JSON {
        .array(nodes.map { .array($0.map { [.string($0.operation.description), .number($0.source)] }) })
    }
}
