import AttuneCore
import Foundation

/// Which half of a data set.
public enum DataPart: String, Sendable, CaseIterable {
    case training, test

    /// What files of it begin with.
    var prefixes: [String] { self == .training ? ["train"] : ["test", "t10k"] }
}

extension ImageSet {
    /// Reads a part of a data set from a folder, or from a file of CSV.
    ///
    /// A folder holds `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, and the same with `test` or `t10k`, or
    /// `train.csv` and `test.csv`; each may be compressed and then end in `.gz`. A file is read whatever the part.
    ///
    /// - Parameter format: how lines of CSV are laid out.
    /// - Throws: `AttuneError`, naming the file and what is wrong.
    public static func reading(
        _ path: String, part: DataPart, format: ImageCSVFormat = ImageCSVFormat()
    ) throws(AttuneError) -> ImageSet {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw AttuneError("\(path): no such file or folder")
        }
        guard isFolder.boolValue else { return try ImageSet(csv: path, format: format) }
        for prefix in part.prefixes {
            if let images = file("\(prefix)-images-idx3-ubyte", in: path),
                let labels = file("\(prefix)-labels-idx1-ubyte", in: path)
            {
                return try ImageSet(images: images, labels: labels)
            }
            if let csv = file("\(prefix).csv", in: path) { return try ImageSet(csv: csv, format: format) }
        }
        let prefix = part.prefixes[0]
        throw AttuneError(
            """
            \(path): no \(part) images there; it needs \(prefix)-images-idx3-ubyte and \(prefix)-labels-idx1-ubyte, \
            or \(prefix).csv, each perhaps with .gz
            """)
    }

    private static func file(_ name: String, in folder: String) -> String? {
        ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Reads a file of images and one of labels, both IDX, plain or gzip.
    ///
    /// - Throws: `AttuneError`, naming the file and what is wrong.
    public init(images: String, labels: String) throws(AttuneError) {
        let pixels = try IDXFile(path: images)
        let classes = try IDXFile(path: labels)
        guard pixels.sizes.count == 3 || pixels.sizes.count == 4 else {
            throw AttuneError("\(images): found \(pixels.sizes.count) dimension(s); images have 3, or 4 with colours")
        }
        guard classes.sizes.count == 1 else {
            throw AttuneError("\(labels): found \(classes.sizes.count) dimensions; labels have 1")
        }
        guard pixels.sizes[0] == classes.sizes[0] else {
            throw AttuneError("\(images) has \(pixels.sizes[0]) images, but \(labels) has \(classes.sizes[0]) labels")
        }
        guard pixels.bytes.count > 0 else { throw AttuneError("\(images): holds no pixel") }
        let size = ImageSize(
            rows: pixels.sizes[1], columns: pixels.sizes[2], channels: pixels.sizes.count == 4 ? pixels.sizes[3] : 1)
        self.init(size: size, pixels: pixels.bytes, labels: classes.bytes.map(Int.init))
    }
}
