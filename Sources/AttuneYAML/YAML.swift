import AttuneCore

/// Reads YAML, and so JSON, into values that remember their line and column.
///
/// What a plain scalar means follows the core schema of YAML 1.2: `true`, `false`, `null` and their capitalised forms,
/// decimal numbers, `0x1F` and `0o17` are typed. `yes`, `no`, `on`, `off`, `1_000`, `1:30`, dates, `.inf` and `.nan` are
/// texts: a list `[on, off]` reaches a trial as it is written. A number keeps the text it was written with; where it
/// becomes JSON, `0644` is octal as it is for Kubernetes.
///
/// Anchors, aliases and merge keys (`<<`) work. Refused, with a position: the same key twice in a map, a map or list as
/// a key, and what exceeds the limits below, which keep a small file from becoming a large value.
public enum YAML {
    /// Bytes of UTF-8.
    public static let longestText = 10_000_000
    /// Scalars, lists and maps of a document, each counted as often as aliases repeat it.
    public static let mostNodes = 1_000_000
    /// Keys of one map.
    public static let mostKeys = 1_000
    /// Maps and lists inside one another.
    public static let deepestNesting = 100

    /// Every document of a text, in order; an empty text has none.
    public static func documents(_ text: String) throws(YAMLError) -> [SourceNode] {
        guard text.utf8.count <= longestText else {
            throw YAMLError("the text has \(text.utf8.count) bytes; at most \(longestText) are read")
        }
        let events = YAMLEvents(text)
        var documents: [SourceNode] = []
        do throws(YAMLEvents.Failure) {
            while let start = try events.documentStart() {
                documents.append(try composed(from: events, start))
            }
        } catch {
            switch error {
            case .syntax(let problem): return try [surrogatePairs(in: text, after: problem)]
            case .refused(let problem): throw problem
            }
        }
        return documents
    }

    private static func composed(
        from events: YAMLEvents, _ first: YAMLEvent
    ) throws(YAMLEvents.Failure) -> SourceNode {
        var composer = YAMLComposer(events: events)
        return try composer.document(from: first)
    }

    /// JSON may write a character as two escapes, `\ud83d\ude00`, which libyaml takes for an error.
    private static func surrogatePairs(in text: String, after problem: YAMLError) throws(YAMLError) -> SourceNode {
        guard text.contains("\\u"), let json = try? JSON(parsing: text) else { throw problem }
        return SourceNode(json)
    }
}
