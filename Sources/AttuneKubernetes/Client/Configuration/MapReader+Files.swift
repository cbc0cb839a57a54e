import AttuneCore
import Foundation

/// What kubeconfig files give as text or as a path.
extension MapReader {
    /// A text that is not empty.
    func filledText(_ key: String) -> String? { text(key).flatMap { $0.isEmpty ? nil : $0 } }

    /// A path, which may be relative to the file's directory.
    func path(_ key: String, in directory: URL) -> String? {
        filledText(key).map { URL(filePath: $0, relativeTo: directory).path(percentEncoded: false) }
    }

    /// PEM from the base64 of `KEY-data` or, without that, from the file that KEY names.
    ///
    /// - Parameter label: what must be in it, such as CERTIFICATE.
    func pem(file key: String, in directory: URL, label: String) -> [UInt8]? {
        let data = "\(key)-data"
        if let text = filledText(data) {
            guard let bytes = Data(base64Encoded: text.filter { !$0.isWhitespace }) else {
                log.error(field[data], "must be base64")
                return nil
            }
            return checked(Array(bytes), label, field[data], "must be PEM of a \(label) in base64")
        }
        guard let path = path(key, in: directory) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            log.error(field[key], found: "\"\(path)\"", "must be a file that can be read")
            return nil
        }
        return checked(Array(bytes), label, field[key], "must be a file with PEM of a \(label)")
    }

    private func checked(_ bytes: [UInt8], _ label: String, _ field: FieldPath, _ remedy: String) -> [UInt8]? {
        if String(decoding: bytes, as: UTF8.self).contains("\(label)-----") { return bytes }
        log.error(field, remedy)
        return nil
    }
}
