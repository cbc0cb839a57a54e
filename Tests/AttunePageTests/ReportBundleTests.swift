import AttuneCore
import CAttunePage
import Crypto
import Foundation
import Testing

@testable import AttunePage

struct ReportBundleTests {
    @Test func `a bundle has each module once, after those it needs, without the words that modules need`() throws {
        let files = [
            "report.js":
                "import { a, b } from './charts/a.js';\nimport { c } from './c.js';\nexport const r = a + b + c;\n",
            "charts/a.js": "import {\n  c,\n} from '../c.js';\nexport function a() { return c; }\nexport class b {}\n",
            "c.js": "export const c = 'export me; import {x} from \"y\";';\n",
        ]
        let script = try ReportBundle.script(from: "report.js") { files[$0] }
        #expect(
            script == """

                const c = 'export me; import {x} from "y";';
                function a() { return c; }
                class b {}
                const r = a + b + c;

                """)
        #expect(throws: AttuneError.self) { try ReportBundle.script(from: "gone.js") { files[$0] } }
    }

    @Test func `data cannot end the element it stands in, and reads back the same`() throws {
        let hostile: JSON = ["</script><script>alert(1)</script>": "<!-- \u{2028} ]]> & \" '"]
        let text = ReportBundle.embedded(hostile)
        #expect(!text.contains("<") && !text.contains("\u{2028}"))
        #expect(try JSON(parsing: text) == hostile)
    }

    @Test func `a report is one file that runs nothing but its own script, and asks for nothing`() throws {
        let html = try ReportBundle.html(title: "<b>&", data: ["name": "</script>"])
        #expect(html.contains("<title>&lt;b&gt;&amp;</title>"))
        #expect(!html.contains("src=\"") && !html.contains("href=\""))
        let script = try #require(html.firstMatch(of: /<script type="module">((?s).*)<\/script><\/body>/)).output.1
        #expect(!script.contains("</script"))
        let hash = Data(SHA256.hash(data: Data(script.utf8))).base64EncodedString()
        #expect(html.contains("script-src 'sha256-\(hash)'"))
        let style = try #require(html.firstMatch(of: /<style>((?s).*?)<\/style>/)).output.1
        #expect(html.contains("style-src 'sha256-\(Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString())'"))
        #expect(html.contains("default-src 'none'"))
    }

    @Test func `every file of the page is part of the program, as it lies in the sources`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/CAttunePage/assets")
        let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let files = found.filter { path in
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
            return !isDirectory.boolValue && !path.hasPrefix(".")
        }
        #expect(Set(files) == Set(PageAsset.all.keys), "Sources/CAttunePage/list.sh lists them")
        for path in files {
            #expect(try PageAsset[path]?.bytes == [UInt8](Data(contentsOf: root.appending(path: path))), "\(path)")
            #expect(PageAsset[path]?.type != "application/octet-stream", "\(path)")
        }
        #expect(try JSON(parsing: PageAsset.schema.text)["$schema"] != nil)
    }

    @Test func `the page's document runs no script and has no style but from files`() throws {
        let html = try #require(PageAsset["index.html"]).text
        #expect(html.matches(of: /<script(?![^>]*src=)[^>]*>/).isEmpty)
        #expect(!html.contains("<style") && !html.contains(" style=") && html.firstMatch(of: /\son[a-z]+=/) == nil)
    }
}
