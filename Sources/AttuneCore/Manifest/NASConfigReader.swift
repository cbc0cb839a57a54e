/// Reads `nasConfig`: a network of layers as Katib describes it, or cells.
extension ExperimentReader {
    /// Nil where it describes no space that could be searched.
    func nasConfig(_ map: MapReader, for algorithm: AlgorithmSpec?) -> NASConfig? {
        let isCells = map.has("cells")
        if isCells {
            for name in ["graphConfig", "operations"] where map.has(name) {
                log.rule(map.field[name], "must be left out beside cells, which have operations of their own")
            }
        }
        let config = isCells ? map.map("cells").map { NASConfig(cells: cells($0)) } : layered(map, for: algorithm)
        return log.hasErrors(under: map.field) ? nil : config
    }

    // MARK: Layers

    private func layered(_ map: MapReader, for algorithm: AlgorithmSpec?) -> NASConfig {
        let graph = map.requiredMap("graphConfig")
        let config = NASConfig(
            layers: graph.flatMap(layers), inputSizes: graph.map { sizes($0, "inputSizes") } ?? [],
            outputSizes: graph.map { sizes($0, "outputSizes") } ?? [],
            operations: operations(map.maps("operations") ?? [], of: algorithm))
        if !map.has("operations") { log.error(map.field["operations"], "must be specified") }
        if map.list("operations")?.isEmpty == true {
            log.error(map.field["operations"], found: "an empty list", "must have at least one operation")
        }
        let count = OperationList(config.operations).count
        if count > OperationList.mostOperations {
            log.error(
                map.field["operations"], found: "\(count) operations with their parameters",
                "must be at most \(OperationList.mostOperations); list fewer values")
        }
        return config
    }

    private func layers(_ graph: MapReader) -> Int? {
        if !graph.has("numLayers") { log.error(graph.field["numLayers"], "must be specified") }
        guard let layers = graph.integer("numLayers") else { return nil }
        if layers < 1 { log.error(graph.field["numLayers"], found: "\(layers)", "must be greater than 0") }
        // With one skip from each layer to each later one.
        let most = 44
        if layers > most { log.error(graph.field["numLayers"], found: "\(layers)", "must be at most \(most)") }
        return layers
    }

    /// A list of sizes; equal ones are right, although Katib's API calls it a set.
    private func sizes(_ map: MapReader, _ key: String) -> [Int] {
        (map.list(key) ?? []).compactMap { item in
            let size = item.node.numberText?.integer
            if size == nil { log.error(item.field, found: item.node.summary, "must be an integer") }
            if let size, size < 1 { log.rule(item.field, found: "\(size)", "must be greater than 0") }
            return size
        }
    }

    private func operations(_ maps: [MapReader], of algorithm: AlgorithmSpec?) -> [NASConfig.Operation] {
        var seen: Set<String> = []
        return maps.map { map in
            let type = map.requiredText("operationType") ?? ""
            if !type.isEmpty, !seen.insert(type).inserted {
                log.rule(map.field["operationType"], found: "\"\(type)\"", "is listed already; types must be unique")
            }
            if type != NASConfig.Operation.skip, map.list("parameters")?.isEmpty ?? true {
                log.rule(map.field["parameters"], "must have at least one parameter")
            }
            let operation = NASConfig.Operation(
                type: type, parameters: ParametersReader(of: map).specs(under: map.field, log: log))
            if !log.hasErrors(under: map.field) { check(operation, map, algorithm) }
            return operation
        }
    }

    /// Whether each parameter's values can be counted, and for `darts`, which looks at nothing else, whether the first
    /// one is a list.
    private func check(_ operation: NASConfig.Operation, _ map: MapReader, _ algorithm: AlgorithmSpec?) {
        let field = map.field["parameters"]
        if algorithm?.name == SupernetTask.algorithm {
            guard operation.type != NASConfig.Operation.skip, SupernetTask.sizes(of: operation) == nil else { return }
            log.rule(
                field[0]["parameterType"],
                "must be categorical or discrete for darts: the sizes of the operation's filter, in a list")
            return
        }
        for (index, parameter) in operation.parameters.enumerated() where parameter.domain.count == nil {
            log.error(field[index]["feasibleSpace"]["step"], "must be specified: operations are counted one by one")
        }
    }

    // MARK: Cells

    /// The most nodes of a cell.
    private static let mostNodes = 16

    private func cells(_ map: MapReader) -> CellLayout {
        var space = CellLayout(
            nodes: count(map, "nodes", 1...ExperimentReader.mostNodes), inputs: count(map, "inputs", 1...2, usual: 1),
            edges: edges(map), operations: map.texts("operations") ?? [])
        if map.has("kinds") { space.kinds = map.texts("kinds") ?? [] }
        if !map.has("operations") { log.error(map.field["operations"], "must be specified") }
        checkList(map, "operations")
        checkList(map, "kinds")
        if !log.hasErrors(under: map.field), space.parameterCount > ParametersReader.mostParameters {
            log.error(
                map.field, found: "cells of \(space.parameterCount) parameters",
                "must have at most \(ParametersReader.mostParameters); use fewer nodes or kinds")
        }
        space.network = map.map("network").flatMap(network)
        space.limits = map.map("limits").map(limits) ?? NetworkLimits()
        space.prefilter = map.map("prefilter").flatMap(prefilter)
        for name in ["limits", "prefilter"] where map.has(name) && !map.has("network") {
            log.error(map.field[name], "measures networks; say in network what they are made of")
        }
        let problems = map.has("network") ? space.problemsAsNetwork : []
        // Kinds that are listed twice were told of.
        log.add(problems.filter { !log.hasErrors(under: map.field + $0.field) }, under: map.field)
        if let network = space.network, !log.hasErrors(under: map.field) {
            checkLimits(map.field["limits"], space.limits, least: space.smallestCost(in: network))
        }
        return space
    }

    private func checkLimits(_ field: FieldPath, _ limits: NetworkLimits, least: NetworkCost) {
        for (name, limit, least) in [
            ("parameters", limits.parameters, least.parameters),
            ("multiplyAdds", limits.multiplyAdds, least.multiplyAdds),
        ] {
            guard let limit, limit < least else { continue }
            log.error(field[name], found: "\(limit)", "must be at least \(least), which the smallest of the cells has")
        }
    }

    private func network(_ map: MapReader) -> CellNetwork? {
        let text = map.requiredText("image")
        let image = text.flatMap { ImageSize($0) }
        if let text, image == nil {
            log.error(
                map.field["image"], found: "\"\(text)\"", "must be rows x columns x channels, such as 32x32x3")
        }
        let (channels, layers) = (count(map, "channels", 2...4096), count(map, "layers", 1...1000))
        let classes = count(map, "classes", 2...100_000)
        return image.map { CellNetwork(channels: channels, layers: layers, classes: classes, input: $0) }
    }

    private func limits(_ map: MapReader) -> NetworkLimits {
        func limit(_ key: String) -> Int? { map.has(key) ? count(map, key, 1...(.max)) : nil }
        let limits = NetworkLimits(parameters: limit("parameters"), multiplyAdds: limit("multiplyAdds"))
        if limits.isEmpty { log.error(map.field, "must have parameters, multiplyAdds or both") }
        return limits
    }

    private func prefilter(_ map: MapReader) -> CellPrefilter? {
        let keep = map.number("keep") ?? CellPrefilter.usualShare
        if !(0.01...0.99).contains(keep) {
            log.error(map.field["keep"], found: keep.text, "must lie between 0.01 and 0.99")
        }
        return map.requiredText("measure").map { CellPrefilter(measure: $0, keep: keep) }
    }

    private func count(_ map: MapReader, _ key: String, _ range: ClosedRange<Int>, usual: Int? = nil) -> Int {
        if usual == nil, !map.has(key) { log.error(map.field[key], "must be specified") }
        guard let value = map.integer(key) else { return usual ?? range.lowerBound }
        if !range.contains(value) {
            log.error(
                map.field[key], found: "\(value)", "must lie between \(range.lowerBound) and \(range.upperBound)")
        }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    private func edges(_ map: MapReader) -> CellLayout.Edges {
        guard let node = map["edges"], node.scalarText != "all" else { return .all }
        if let count = node.numberText?.integer, count > 0 { return .count(count) }
        log.error(
            map.field["edges"], found: node.summary,
            "must be all, for an edge from every earlier state to each node, or how many edges lead to a node")
        return .all
    }

    private func checkList(_ map: MapReader, _ key: String) {
        guard let items = map.list(key) else { return }
        if items.isEmpty { log.error(map.field[key], found: "an empty list", "must have at least one name") }
        var seen: Set<String> = []
        for item in items {
            guard let text = item.node.scalarText else { continue }
            if text.isEmpty { log.error(item.field, found: "\"\"", "must be a name") }
            if !seen.insert(text).inserted {
                log.error(item.field, found: "\"\(text)\"", "is listed already; names must be unique")
            }
        }
    }
}
