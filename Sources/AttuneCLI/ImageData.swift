import ArgumentParser
import AttuneNAS
import Foundation

/// Images to search and to train with.
struct ImageData: ParsableArguments {
    @Option(
        help: """
            A folder with train-images-idx3-ubyte and the like, or train.csv and test.csv, each perhaps with .gz; or a \
            file of CSV, without test images then.
            """, completion: .file())
    var data: String

    @Option(help: "Averages squares of so many pixels a side.") var shrink = 1

    func images(_ part: DataPart) throws -> ImageSet {
        try ImageSet.reading(data, part: part).averaged(by: shrink)
    }

    /// Nil where the data has none.
    func test() throws -> ImageSet? {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
        return isFolder.boolValue ? try images(.test) : nil
    }
}

extension Double {
    /// With five digits behind the point.
    var metricText: String { String(format: "%.5f", self) }
}
