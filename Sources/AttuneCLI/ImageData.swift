import ArgumentParser
import AttuneCore
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

    /// Those to be measured on; nil where the data has none.
    ///
    /// - Parameter training: what is learnt, which they must be like.
    func test(like training: ImageSet) throws -> ImageSet? {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
        guard isFolder.boolValue else { return nil }
        let test = try images(.test)
        guard test.size == training.size, test.classes <= training.classes else {
            throw AttuneError(
                "\(data): the test images are \(test.size) of \(test.classes) classes, and those to learn from "
                    + "\(training.size) of \(training.classes)")
        }
        return test
    }
}

extension Double {
    /// With five digits behind the point.
    var metricText: String { String(format: "%.5f", self) }
}

/// Where a search or a training is kept, to go on from.
struct CheckpointFolder: ParsableArguments {
    @Option(
        help: """
            A folder in which each search or training is kept after every epoch, and gone on with (default: \
            $ATTUNE_CHECKPOINT_DIR, which trials of Attune have).
            """, completion: .directory)
    var checkpoints: String?

    /// The path of a file in it, which is there now; nil where nothing is kept.
    func file(_ name: String) throws -> String? {
        guard let folder = checkpoints ?? ProcessInfo.processInfo.environment["ATTUNE_CHECKPOINT_DIR"] else {
            return nil
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw AttuneError("--checkpoints: \(folder) is no folder, and cannot be made one")
        }
        return "\(folder)/\(name)"
    }
}
