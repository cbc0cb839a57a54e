import AttuneCore
import AttuneGzip
import Foundation

/// A file of a data folder.
struct DataFile: Sendable, Hashable {
    let url: URL

    var path: String { url.path }

    /// The name without its endings: `cifar10` of `cifar10.csv.gz`, `german.numer` of `german.numer.csv.gz`.
    var stem: String {
        let endings = [".csv.gz", ".f32.gz", ".golden.json", ".json"]
        let name = url.lastPathComponent
        return endings.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
    }

    /// The name of the folder it lies in.
    var folder: String { url.deletingLastPathComponent().lastPathComponent }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The file of that name in the same folder, whether or not it exists.
    func sibling(_ name: String) -> DataFile {
        DataFile(url: url.deletingLastPathComponent().appending(path: name, directoryHint: .notDirectory))
    }

    /// The files of the same folder whose names end so, by name; none where the folder is not readable.
    func siblings(ending: String) -> [DataFile] {
        let folder = url.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.sorted().map(sibling)
    }

    /// All of its bytes, decompressed if the name ends in `.gz`.
    func contents() throws(AttuneError) -> [UInt8] {
        let bytes = try read(upTo: nil)
        return url.pathExtension == "gz" ? try inflated(bytes, isWhole: true) : bytes
    }

    /// The first line, without its end; reads no more than `limit` bytes of the file.
    func firstLine(within limit: Int = 16_384) throws(AttuneError) -> String {
        let bytes = try read(upTo: limit)
        let text = url.pathExtension == "gz" ? try inflated(bytes, isWhole: false) : bytes
        let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self)
    }

    func json() throws(AttuneError) -> JSON {
        let text = String(decoding: try contents(), as: UTF8.self)
        do { return try JSON(parsing: text) } catch { throw problem(error.message) }
    }

    /// What is wrong with this file, its path and where known the line before it.
    func problem(line: Int? = nil, _ message: String) -> AttuneError {
        AttuneError(path + (line.map { ", line \($0)" } ?? "") + ": " + message)
    }

    private func read(upTo limit: Int?) throws(AttuneError) -> [UInt8] {
        do {
            guard let limit else { return Array(try Data(contentsOf: url)) }
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }  // Only read from: nothing is lost if closing fails.
            return Array(try handle.read(upToCount: limit) ?? Data())
        } catch {
            throw problem("no such file, or not readable")
        }
    }

    private func inflated(_ bytes: [UInt8], isWhole: Bool) throws(AttuneError) -> [UInt8] {
        do { return try Gzip.inflate(bytes, isWhole: isWhole) } catch { throw problem(error.message) }
    }
}
