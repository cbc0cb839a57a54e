import AttuneCore
// Yams' own composer compares whole keys and follows aliases without a bound, so only the parser under it is used.
internal import CYaml

/// One step of a YAML document.
struct YAMLEvent {
    struct Scalar {
        var text: String
        var tag: String?
        /// Neither quoted nor a block.
        var isPlain: Bool
    }

    enum Kind {
        case scalar(Scalar)
        case alias
        case listStart, mapStart
        case listEnd, mapEnd
        case documentEnd
    }

    var kind: Kind
    /// The name given to the value, or the name that an alias repeats.
    var anchor: String?
    var position: SourceNode.Position
}

/// The events of a text, as libyaml finds them.
final class YAMLEvents {
    enum Failure: Error {
        /// The text is not YAML.
        case syntax(YAMLError)
        /// It is YAML, but more or other than is read.
        case refused(YAMLError)
    }

    /// At a fixed address, since libyaml keeps a pointer from the parser to itself.
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) {
        bytes = .allocate(capacity: text.utf8.count)
        _ = bytes.initialize(from: text.utf8)
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    /// The first event inside the next document; nil after the last document.
    func documentStart() throws(Failure) -> YAMLEvent? {
        while parser.pointee.stream_end_produced == 0 {
            if let event = try step() { return event }
        }
        return nil
    }

    /// The next event inside the document.
    func next() throws(Failure) -> YAMLEvent {
        guard let event = try step() else { throw .syntax(YAMLError("the document ends too early")) }
        return event
    }

    /// The next event; nil for one that only brackets documents.
    private func step() throws(Failure) -> YAMLEvent? {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw .syntax(problem) }
        defer { yaml_event_delete(&event) }
        let position = SourceNode.Position(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return YAMLEvent(
                kind: .scalar(.init(text: text, tag: name(scalar.tag), isPlain: isPlain)), anchor: name(scalar.anchor),
                position: position)
        case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, anchor: name(event.data.alias.anchor), position: position)
        case YAML_SEQUENCE_START_EVENT:
            return YAMLEvent(kind: .listStart, anchor: name(event.data.sequence_start.anchor), position: position)
        case YAML_MAPPING_START_EVENT:
            return YAMLEvent(kind: .mapStart, anchor: name(event.data.mapping_start.anchor), position: position)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .listEnd, position: position)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mapEnd, position: position)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, position: position)
        default: return nil
        }
    }

    private func name(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private var problem: YAMLError {
        let state = parser.pointee
        switch state.error {
        case YAML_MEMORY_ERROR: return YAMLError("the text is nested too deeply", at: SourceNode.Position(state.mark))
        case YAML_READER_ERROR: return YAMLError(text(state.problem), at: position(ofByte: state.problem_offset))
        default:
            let context = state.context.map { " \(String(cString: $0)) (line \(state.context_mark.line + 1))" } ?? ""
            return YAMLError(text(state.problem) + context, at: SourceNode.Position(state.problem_mark))
        }
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? "this is not YAML"
    }

    private func position(ofByte offset: Int) -> SourceNode.Position {
        let before = bytes[..<min(offset, bytes.count)]
        let lastLine = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last ?? before
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        return SourceNode.Position(
            line: line, column: String(decoding: lastLine, as: UTF8.self).unicodeScalars.count + 1)
    }
}

extension SourceNode.Position {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
