import AttuneKubernetes

/// A body that breaks off.
actor BrokenBody: APIBody.Source {
    private let whole: any APIBody.Source
    private var left: Int

    init(_ whole: any APIBody.Source, after bytes: Int) {
        self.whole = whole
        left = bytes
    }

    func next() async throws -> [UInt8]? {
        guard left > 0 else { throw TransportError(.lost, "the connection broke in the middle of the answer") }
        guard let part = try await whole.next() else { return nil }
        defer { left -= part.count }
        return Array(part.prefix(left))
    }
}

/// Bytes that are there already.
actor WholeBody: APIBody.Source {
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) { self.bytes = bytes.isEmpty ? nil : bytes }

    func next() -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}
