/// The operations that a layer may be: each type with every combination of its parameters' values, numbered in order,
/// the last parameter changing fastest.
public struct OperationList: Sendable, Hashable {
    /// The most operations that are listed.
    public static let mostOperations = 10_000

    private let operations: [NASConfig.Operation]

    init(_ operations: [NASConfig.Operation]) { self.operations = operations }

    /// How many there are.
    public var count: Int {
        operations.reduce(0) { sum, operation in
            let (total, isTooMany) = sum.addingReportingOverflow(OperationList.count(of: operation))
            return isTooMany ? .max : total
        }
    }

    /// How many combinations an operation has; 0 where a parameter has none or is a continuum.
    static func count(of operation: NASConfig.Operation) -> Int {
        operation.parameters.reduce(1) { product, parameter in
            let (total, isTooMany) = product.multipliedReportingOverflow(by: parameter.domain.count ?? 0)
            return isTooMany ? .max : total
        }
    }

    /// The type and the parameters of an operation, as Katib's containers read them: what was listed as text is text,
    /// what was counted is a number.
    func json(_ id: Int) -> JSON {
        var rest = id
        for operation in operations {
            let count = OperationList.count(of: operation)
            guard rest >= count else {
                return [
                    "opt_id": .number(id), "opt_type": .string(operation.type),
                    "opt_params": .object(OperationList.parameters(of: operation, combination: rest)),
                ]
            }
            rest -= count
        }
        preconditionFailure("there is no operation \(id) among \(count)")
    }

    private static func parameters(of operation: NASConfig.Operation, combination: Int) -> JSON.Fields {
        var rest = combination
        var members: [(String, JSON)] = []
        for parameter in operation.parameters.reversed() {
            let count = parameter.domain.count ?? 1
            members.append((parameter.name, json(parameter.domain, number: rest % count)))
            rest /= count
        }
        return JSON.Fields(members.reversed())
    }

    private static func json(_ domain: Domain, number index: Int) -> JSON {
        guard case .discrete(let list) = domain else { return domain.value(number: index).json }
        return .number(list[index])
    }
}
