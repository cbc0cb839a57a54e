import AttuneCore
import Hummingbird

/// What a page's address asks for behind its `?`.
struct PageQuery: Sendable {
    private let items: [String: String]

    init(_ parameters: Parameters) {
        items = Dictionary(parameters.map { (String($0.key), String($0.value)) }) { first, _ in first }
    }

    init(_ items: [String: String]) { self.items = items }

    /// Nil where it is missing or empty.
    subscript(name: String) -> String? { items[name].flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ name: String) throws(ServiceError) -> String {
        guard let text = self[name] else { throw ServiceError(.invalidArgument, "\(name): is missing") }
        return text
    }

    /// A whole number; `usual` where there is none, and the nearest of `range` where it is outside.
    func number(_ name: String, _ usual: Int, _ range: ClosedRange<Int>) throws(ServiceError) -> Int {
        guard let text = self[name] else { return usual }
        guard let number = Int(text) else {
            throw ServiceError(.invalidArgument, "\(name): found \"\(text)\"; must be a whole number")
        }
        return min(max(number, range.lowerBound), range.upperBound)
    }

    /// Words between commas.
    func list(_ name: String) -> [String] {
        (self[name] ?? "").split(separator: ",").map(String.init)
    }
}
