import CAttunePage

/// A file of the web page, as it is part of this program.
public struct PageAsset: Sendable, Hashable {
    /// Below the page's directory, such as `charts/history.js`.
    public let path: String
    public let bytes: [UInt8]
    /// Changes with the contents.
    public let tag: String

    /// Every file by its path.
    public static let all: [String: PageAsset] = {
        let table = UnsafeBufferPointer(start: attune_page_asset_table, count: attune_page_asset_count)
        return Dictionary(table.map { ($0.name, PageAsset($0)) }) { first, _ in first }
    }()

    /// The JSON Schema of an experiment.
    public static let schema = PageAsset(attune_page_schema)

    public static subscript(path: String) -> PageAsset? { all[path] }

    private init(_ asset: attune_page_asset) {
        path = asset.name
        bytes = Array(UnsafeBufferPointer(start: asset.bytes, count: asset.size))
        // FNV-1a.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        tag = "\"\(String(hash, radix: 16))\""
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The media type, by the name's ending.
    public var type: String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml; charset=utf-8"
        case "json": "application/json"
        case "png": "image/png"
        default: "application/octet-stream"
        }
    }
}

extension attune_page_asset {
    fileprivate var name: String { String(cString: path) }
}
