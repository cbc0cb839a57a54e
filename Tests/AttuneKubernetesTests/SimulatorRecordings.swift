import AttuneCore
import AttuneKubernetes
import AttuneTestSupport
import Foundation
import Testing

/// What a real API server answered: the files of `../shared/kubernetes`.
struct Recording: Sendable, CustomTestStringConvertible {
    var name: String
    var exchanges: [Exchange]

    struct Exchange: Sendable {
        var method: APIRequest.Method
        var target: String
        var requestHeaders: [String: String]
        var requestBody: String
        var code: Int
        var headers: [String: String]
        /// One, or the lines of a stream.
        var bodies: [String]

        /// The one body, or the first line.
        var json: JSON? {
            (try? JSON(parsing: bodies.joined(separator: "\n"))) ?? bodies.first.flatMap { try? JSON(parsing: $0) }
        }
    }

    var testDescription: String { name }

    init(_ name: String) throws {
        self.name = name
        let file = try SharedFolder.kubernetes.file(name + ".http")
        exchanges = Recording.exchanges(in: try String(contentsOf: file, encoding: .utf8))
    }

    private static func exchanges(in text: String) -> [Exchange] {
        var exchanges: [Exchange] = []
        var part = Part()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst() {
            if line.hasPrefix("> "), part.isComplete {
                if let exchange = part.exchange { exchanges.append(exchange) }
                part = Part()
            }
            part.add(String(line))
        }
        if let exchange = part.exchange { exchanges.append(exchange) }
        return exchanges
    }

    /// One exchange, line by line.
    private struct Part {
        private enum Section {
            case request, requestBody, response, body
        }
        private var section = Section.request
        private var lines: [String] = []
        private var requestBody: [String] = []
        private var response: [String] = []
        private var bodies: [String] = []

        var isComplete: Bool { section == .body || (section == .response && !response.isEmpty) }

        mutating func add(_ line: String) {
            switch line {
            case ">": section = .requestBody
            case "<": section = .body
            case _ where line.hasPrefix("> ") && section == .request: lines.append(String(line.dropFirst(2)))
            case _ where line.hasPrefix("> "): requestBody.append(String(line.dropFirst(2)))
            case _ where line.hasPrefix("< ") && section != .body:
                section = .response
                response.append(String(line.dropFirst(2)))
            case _ where section == .body && !line.isEmpty && !line.hasPrefix("[closed"):
                bodies.append(line.hasPrefix("[+") ? String(line.drop { $0 != " " }.dropFirst()) : line)
            default: break
            }
        }

        var exchange: Exchange? {
            let request = lines.first?.split(separator: " ") ?? []
            let status = response.first?.split(separator: " ") ?? []
            guard request.count >= 2, status.count >= 2, let code = Int(status[1]),
                let method = APIRequest.Method(rawValue: String(request[0]))
            else { return nil }
            return Exchange(
                method: method, target: String(request[1]), requestHeaders: Part.headers(lines.dropFirst()),
                requestBody: requestBody.joined(separator: "\n"), code: code,
                headers: Part.headers(response.dropFirst()), bodies: bodies)
        }

        private static func headers(_ lines: ArraySlice<String>) -> [String: String] {
            var headers: [String: String] = [:]
            for line in lines {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let name = line[..<colon].lowercased()
                headers[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
            return headers
        }
    }
}
