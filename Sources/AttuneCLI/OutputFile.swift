import AttuneCore
import Foundation

/// A file that a command is told to write.
enum OutputFile {
    /// Puts a text there, whole or not at all; into what is there where that is no file, as a device, a pipe or a link.
    ///
    /// - Throws: `AttuneError` that says why it cannot be written.
    static func write(_ text: String, to path: String) throws {
        // Of what is not there, nothing is known; what else is wrong with it, writing tells.
        let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        do {
            if let kind, kind != .typeRegular {
                let file = open(path, O_WRONLY | O_TRUNC)
                guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
                try FileHandle(fileDescriptor: file, closeOnDealloc: true).write(contentsOf: Data(text.utf8))
            } else {
                try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            }
        } catch {
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            let isLost = !FileManager.default.fileExists(atPath: folder)
            throw AttuneError(
                "\(path): cannot be written: \(isLost ? "its folder does not exist" : reason(of: error))")
        }
    }

    /// The system's own words, which a library may have wrapped.
    private static func reason(of error: any Error) -> String {
        var known: NSError? = error as NSError
        while let current = known, current.domain != NSPOSIXErrorDomain {
            known = current.userInfo[NSUnderlyingErrorKey] as? NSError
        }
        return known.map { String(cString: strerror(Int32($0.code))).lowercased() } ?? error.localizedDescription
    }
}
