extension ExperimentReader {
    func nasConfig(_ map: MapReader) -> NASConfig {
        let graph = map.requiredMap("graphConfig")
        let layers = graph?.integer("numLayers")
        if let layers, layers < 1, let graph {
            log.rule(graph.field["numLayers"], found: "\(layers)", "must be greater than 0")
        }
        if !map.has("operations") { log.rule(map.field["operations"], "must be specified") }
        return NASConfig(
            layers: layers, inputSizes: graph.map { sizes($0, "inputSizes") } ?? [],
            outputSizes: graph.map { sizes($0, "outputSizes") } ?? [],
            operations: operations(map.maps("operations") ?? []))
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

    private func operations(_ maps: [MapReader]) -> [NASConfig.Operation] {
        var seen: Set<String> = []
        return maps.map { map in
            let type = map.requiredText("operationType") ?? ""
            if !type.isEmpty, !seen.insert(type).inserted {
                log.rule(map.field["operationType"], found: "\"\(type)\"", "is listed already; types must be unique")
            }
            if map.list("parameters")?.isEmpty ?? true {
                log.rule(map.field["parameters"], "must have at least one parameter")
            }
            return NASConfig.Operation(
                type: type, parameters: ParametersReader(of: map).specs(under: map.field, log: log))
        }
    }
}
