import AttuneCore
import AttuneNAS
import Testing

struct PyTorchScriptTests {
    @Test func `the script is complete and names the network`() throws {
        let script = try Genotype(parsing: Published.darts2).pyTorchScript(for: .cifar)
        #expect(script.hasPrefix("#!/usr/bin/env python3\n"))
        #expect(!script.contains("<<") && !script.contains(">>"))
        #expect(script.contains("CHANNELS, LAYERS, CLASSES, STEM = 36, 20, 10, 3\n"))
        #expect(script.contains("ROWS, COLUMNS, INPUTS = 32, 32, 3\n"))
        // The script refuses to begin where its own count differs; PyTorch 1.13 agreed on this one.
        #expect(script.contains("PARAMETERS = 3349342\n"))
        #expect(script.contains("        [(\"skip_connect\", 0), (\"dil_conv_3x3\", 2)],\n"))
        #expect(script.contains("    \"output\": [2, 3, 4, 5],\n"))
    }

    @Test func `lines that a collector reads are printed`() throws {
        let script = try Genotype(parsing: Published.darts1).pyTorchScript(for: .cifar)
        #expect(script.contains("print(f\"epoch={epoch + 1} loss={loss:.4f} accuracy={right:.4f}"))
    }
}
