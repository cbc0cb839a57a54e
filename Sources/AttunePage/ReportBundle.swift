import AttuneCore
import Crypto
import Foundation

/// The static report: one file, which needs nothing else and asks for nothing.
///
/// Its script is the page's own modules put together, each once, those first that others need; see the convention at
/// `ReportBundle.script`.
public enum ReportBundle {
    /// - Parameter data: what the report shows.
    public static func html(title: String, data: JSON) throws(AttuneError) -> String {
        let (script, style) = (try script(from: "report.js") { PageAsset[$0]?.text }, try style())
        let policy =
            "default-src 'none'; script-src '\(hash(script))'; style-src '\(hash(style))'; img-src data:; "
            + "form-action 'none'; base-uri 'none'"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <title>\(escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body><main id="report"></main><script type="application/json" id="report-data">\(embedded(data))</script>\
            <script type="module">\(script)</script></body>
            </html>

            """
    }

    /// The module and all that it imports as one script.
    ///
    /// Modules import by `import { a, b } from './x.js';` and export only `export function`, `class` or `const`, and their
    /// names are unique, so that taking these words away is all that is to be done.
    ///
    /// - Parameters:
    ///   - entry: its path below the assets.
    ///   - read: the text of a file; nil where there is none.
    static func script(from entry: String, _ read: @escaping (String) -> String?) throws(AttuneError) -> String {
        var bundle = Bundle(read: read)
        try bundle.add(entry)
        return "\n" + bundle.text
    }

    private struct Bundle {
        let read: (String) -> String?
        var text = ""
        var added: Set<String> = []

        init(read: @escaping (String) -> String?) { self.read = read }

        mutating func add(_ path: String) throws(AttuneError) {
            guard added.insert(path).inserted else { return }
            guard let source = read(path) else { throw AttuneError("the page has no file \(path)") }
            let statement = /(?m)^import\s[^;]*?from\s+['"]([^'"]+)['"]\s*;[ \t]*\n?/
            for match in source.matches(of: statement) { try add(Bundle.path(String(match.1), from: path)) }
            text += source.replacing(statement, with: "").replacing(/(?m)^export (default )?/, with: "")
            if !text.hasSuffix("\n") { text += "\n" }
        }

        /// Where an import leads that stands in the file at `path`.
        static func path(_ relative: String, from path: String) -> String {
            if relative.hasPrefix("/page/") { return String(relative.dropFirst(6)) }
            var parts = Array(path.split(separator: "/").map(String.init).dropLast())
            for part in relative.split(separator: "/") {
                switch part {
                case ".": continue
                case "..": if !parts.isEmpty { parts.removeLast() }
                default: parts.append(String(part))
                }
            }
            return parts.joined(separator: "/")
        }
    }

    private static func style() throws(AttuneError) -> String {
        var text = "\n"
        for path in ["charts.css", "report.css"] { text += PageAsset[path]?.text ?? "" }
        return text
    }

    /// As a content security policy names an inline script or style.
    static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }

    /// JSON that cannot end the element it stands in.
    static func embedded(_ data: JSON) -> String {
        data.description.replacing("<", with: "\\u003c").replacing("\u{2028}", with: "\\u2028")
            .replacing("\u{2029}", with: "\\u2029")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
