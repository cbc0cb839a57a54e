import AttuneTestSupport
import Foundation
import Testing

/// What a visitor of the web page sees and does, in a real browser, against the server that was built here.
@Suite(
    .timeLimit(.minutes(10)), .serialized,
    .enabled(if: PageBrowser.python != nil, "there is no browser with its driver; make page-browser installs both"))
struct PageBrowserTests {
    @Test(arguments: PageBrowser.scenarios)
    func `the page is as a visitor would expect`(scenario: String) async throws {
        let tool = try CommandLineTool()
        let python = try #require(PageBrowser.python)
        let script = CommandLineTool.repository.appending(path: "Tests/Campaigns/page/run.py").path
        let binary = CommandLineTool.products.appending(path: "attune").path
        let run = try await tool.start(python, ["-B", script, binary, scenario])
        let result = try await run.finished()
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("everything is as a visitor would expect"))
    }

    @Test func `every scenario is run`() throws {
        let folder = CommandLineTool.repository.appending(path: "Tests/Campaigns/page")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".py") }
        #expect(Set(files) == Set((PageBrowser.scenarios + ["harness", "run"]).map { "\($0).py" }))
    }
}

/// A browser's driver in Python, where `make page-browser` has put it, and a Chromium.
enum PageBrowser {
    static let scenarios = ["looking", "acting", "living", "hostile", "access", "entering", "saving", "many"]

    static let python: String? = {
        let own = CommandLineTool.repository.appending(path: ".build/page-browser/bin/python").path
        let path = ProcessInfo.processInfo.environment["ATTUNE_PAGE_BROWSER"] ?? own
        let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
        guard chromium.contains(where: FileManager.default.isExecutableFile(atPath:)) else { return nil }
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()
}
