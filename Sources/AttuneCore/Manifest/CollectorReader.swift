extension ExperimentReader {
    func collector(_ spec: MapReader) -> MetricsCollector {
        guard let map = spec.map("metricsCollectorSpec") else { return MetricsCollector() }
        let part = map.map("collector")
        let source = map.map("source")
        let kind: MetricsCollector.Kind? = part?.choice("kind", remedy: "invalid metrics collector kind")
        var collector = MetricsCollector(kind ?? .stdOut)
        if let custom = part?["customCollector"] { collector.customCollector = custom.json }
        if let files = source?.map("fileSystemPath") { readFiles(files, into: &collector) }
        if let get = source?.map("httpGet") { collector.httpGet = httpGet(get) }
        if let filter = source?.map("filter") { collector.filters = filter.texts("metricsFormat") ?? [] }
        if fillsDefaults { fillDefaults(of: &collector) }
        if kind != nil || part?.has("kind") != true { check(collector, map, source) }
        return collector
    }

    private func readFiles(_ files: MapReader, into collector: inout MetricsCollector) {
        collector.path = files.text("path")
        collector.pathKind = files.choice("kind", remedy: "must be File or Directory")
        collector.format = files.choice("format", remedy: "must be TEXT or JSON") ?? .text
        if collector.kind == .tensorFlowEvent, files.has("format") {
            log.rule(
                files.field["format"], found: files["format"]?.summary,
                "must be empty for the collector TensorFlowEvent")
        }
    }

    private func httpGet(_ get: MapReader) -> MetricsCollector.HTTPGet {
        for name in ["scheme", "httpHeaders"] where get.has(name) && get.text("scheme")?.uppercased() != "HTTP" {
            log.warn(get.field[name], "is ignored; metrics are fetched by plain HTTP")
        }
        let usual = MetricsCollector.HTTPGet()
        return MetricsCollector.HTTPGet(
            host: get.text("host"), port: get.integer("port") ?? usual.port, path: get.text("path") ?? usual.path)
    }

    private func fillDefaults(of collector: inout MetricsCollector) {
        switch collector.kind {
        case .file:
            collector.path = collector.path ?? "/var/log/katib/metrics.log"
            collector.pathKind = collector.pathKind ?? .file
        case .tensorFlowEvent:
            collector.path = collector.path ?? "/var/log/katib/tfevent/"
            collector.pathKind = collector.pathKind ?? .directory
        case .prometheus: collector.httpGet = collector.httpGet ?? MetricsCollector.HTTPGet()
        case .stdOut, .custom, .push: break
        }
    }

    // MARK: Rules

    private func check(_ collector: MetricsCollector, _ map: MapReader, _ source: MapReader?) {
        let field = map.field["source"]
        checkPath(of: collector, field["fileSystemPath"])
        if collector.kind == .custom, collector.customCollector == nil {
            log.rule(map.field["collector"]["customCollector"], "is required for the collector Custom")
        }
        if let get = collector.httpGet, collector.kind == .prometheus { check(get, field["httpGet"]) }
        checkFilters(of: collector, field["filter"])
        warnOfUnused(collector, source)
    }

    private func checkPath(of collector: MetricsCollector, _ field: FieldPath) {
        let wanted: MetricsCollector.PathKind
        switch collector.kind {
        case .file: wanted = .file
        case .tensorFlowEvent: wanted = .directory
        case .custom where collector.path != nil: wanted = collector.pathKind ?? .file
        default: return
        }
        let phrase = wanted == .file ? "file path where metrics file exists" : "directory path where event files exist"
        if collector.path?.hasPrefix("/") != true {
            log.rule(field["path"], found: collector.path.map { "\"\($0)\"" }, "\(phrase) is required, starting with /")
        }
        if let kind = collector.pathKind, kind != wanted {
            log.rule(
                field["kind"], found: "\"\(kind.rawValue)\"",
                "must be \(wanted.rawValue) for the collector \(collector.kind.rawValue)")
        }
    }

    private func check(_ get: MetricsCollector.HTTPGet, _ field: FieldPath) {
        if !(1...65535).contains(get.port) {
            log.rule(field["port"], found: "\(get.port)", "must be a positive integer up to 65535")
        }
        if !get.path.hasPrefix("/") {
            log.rule(field["path"], found: "\"\(get.path)\"", "path is invalid; it must start with /")
        }
    }

    private func checkFilters(of collector: MetricsCollector, _ field: FieldPath) {
        guard !collector.filters.isEmpty else { return }
        if collector.kind == .file, collector.format == .json {
            log.rule(field, "filter must be nil when the format of the file is JSON")
        }
        for (index, pattern) in collector.filters.enumerated() {
            do throws(MetricFilterError) {
                _ = try MetricFilter(pattern, index: index)
            } catch {
                log.rule(
                    field["metricsFormat"][index], found: "\"\(pattern)\"",
                    "invalid filter: \(error.reason); two groups, the name and the value, are required")
            }
        }
    }

    private func warnOfUnused(_ collector: MetricsCollector, _ source: MapReader?) {
        guard let source else { return }
        var unused: [String] = []
        switch collector.kind {
        case .stdOut: unused = ["fileSystemPath", "httpGet"]
        case .file: unused = ["httpGet"]
        case .tensorFlowEvent: unused = ["httpGet", "filter"]
        case .prometheus: unused = ["fileSystemPath", "filter"]
        case .push: unused = ["fileSystemPath", "httpGet", "filter"]
        case .custom: break
        }
        for name in unused where source.has(name) {
            log.warn(source.field[name], "has no effect with the collector \(collector.kind.rawValue)")
        }
    }
}
