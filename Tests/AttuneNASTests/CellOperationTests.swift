import AttuneCore
import AttuneNAS
import Testing

struct CellOperationTests {
    @Test(arguments: CellOperation.darts + [.separable(7), .maxPool(5)])
    func `an operation is read from both of its names`(operation: CellOperation) {
        #expect(CellOperation(operation.description) == operation)
        #expect(CellOperation(operation.katibName) == operation)
    }

    @Test(arguments: ["", "sep_conv", "sep_conv_3x5", "sep_conv_4x4", "conv_3x3", "max_pool_3x3 "])
    func `what is no operation is none`(name: String) { #expect(CellOperation(name) == nil) }
}
