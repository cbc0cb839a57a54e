import AttuneCore
import Foundation
import Testing

struct ExpressionStackTests {
    @Test func `the deepest expression is read and evaluated on a megabyte of stack`() async throws {
        let depth = Expression.deepestNesting
        let source = String(repeating: "1 + 1 * (", count: depth) + "x" + String(repeating: ")", count: depth) + " > 1"
        let holds = await withCheckedContinuation { continuation in
            let thread = Thread {
                let expression = try? Expression(source, names: ["x"])
                continuation.resume(returning: try? expression?.evaluate { _ in .number(1) })
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        #expect(holds == true)
    }
}
