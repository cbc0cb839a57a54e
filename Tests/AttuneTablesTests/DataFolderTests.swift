import AttuneCore
import Foundation
import Testing

@testable import AttuneTables

struct DataFolderTests {
    @Test func `what is written in another way is passed over`() throws {
        let folder = try TemporaryFolder([
            "README.md": "hello", "digits/digits.csv.gz": "p0,p1,label\n1,2,3\n", "a/other.json": "{\"name\": 1}",
            "a/images.gz": "x", "xs/t.csv.gz": "hp_x,metric_error\n1.5,2\n", "here.csv.gz": "hp_x,metric_auc\n1.5,2\n",
        ])
        let names = try folder.data.listing().map(\.name)
        #expect(names.contains("xs/t") && names.count == 2 && names.contains { $0.hasSuffix("/here") })
    }

    @Test func `listing reads first lines only`() throws {
        let folder = try TemporaryFolder(["xs/t.csv.gz": "hp_x,metric_error\n1.5,oops\n"])
        let listed = try #require(try folder.data.listing().first)
        let error = #expect(throws: AttuneError.self) { try listed.load() }
        #expect(
            error?.message.hasSuffix("xs/t.csv.gz, line 2: metric_error: found \"oops\"; give a number or nothing")
                == true)
        #expect(try folder.data.problems { $0 != "xs/t" }.isEmpty)
    }

    @Test func `two files of one name are an error`() throws {
        let folder = try TemporaryFolder([
            "a/x.csv.gz": "ops,val_acc_e1\n000000,1\n", "b/x.csv.gz": "ops,val_acc_e1\n000000,1\n",
        ])
        let error = #expect(throws: AttuneError.self) { try folder.data.listing() }
        #expect(error?.message.contains("b/x.csv.gz: is nasbench201/x, as") == true)
    }

    @Test func `a folder that is not there is named`() throws {
        let folder = try TemporaryFolder()
        let missing = DataFolder(folder.url.appending(path: "missing"))
        let error = #expect(throws: AttuneError.self) { try missing.listing() }
        #expect(error?.message.contains("missing: no such folder") == true)
    }

    @Test func `the option comes before the environment`() {
        #expect(DataFolder(option: "/a", environment: ["ATTUNE_BENCH_DATA": "/b"])?.url.path == "/a")
        #expect(DataFolder(option: nil, environment: ["ATTUNE_BENCH_DATA": "/b"])?.url.path == "/b")
        #expect(DataFolder(option: nil, environment: [:]) == nil)
    }
}
