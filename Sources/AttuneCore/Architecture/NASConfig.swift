/// The space of a neural architecture search: a network's outline with the operations of its layers, as Katib has it, or
/// cells, which are Attune's addition.
public struct NASConfig: Sendable, Hashable {
    public struct Operation: Sendable, Hashable {
        public var type: String
        public var parameters: [ParameterSpec]
        public init(type: String, parameters: [ParameterSpec]) {
            self.type = type
            self.parameters = parameters
        }
    }

    public var layers: Int?
    public var inputSizes: [Int]
    public var outputSizes: [Int]
    public var operations: [Operation]
    /// Instead of everything else.
    public var cells: CellLayout?

    public init(
        layers: Int? = nil, inputSizes: [Int] = [], outputSizes: [Int] = [], operations: [Operation] = [],
        cells: CellLayout? = nil
    ) {
        self.layers = layers
        self.inputSizes = inputSizes
        self.outputSizes = outputSizes
        self.operations = operations
        self.cells = cells
    }
}
