import Foundation

/// The bytes of one line or body, valid only during the call they are passed to.
typealias Bytes = UnsafeBufferPointer<UInt8>

/// A place in a run of bytes, with the few steps hand-written parsers take.
struct ByteCursor {
    let bytes: Bytes
    var position: Int

    init(_ bytes: Bytes, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The byte here, or nil at the end.
    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The byte after this one, or nil.
    var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    mutating func skip(while belongs: (UInt8) -> Bool) {
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
    }

    /// The range of the run that starts here, stepping over it.
    mutating func take(while belongs: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        skip(while: belongs)
        return start..<position
    }

    /// Steps over `byte` if it is here, and says whether it was.
    mutating func take(_ byte: UInt8) -> Bool {
        guard self.byte == byte else { return false }
        position += 1
        return true
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}

extension Bytes {
    /// The first place of `byte` at or after `start`, at memchr's speed.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < count, let base = baseAddress,
            let hit = memchr(base + start, Int32(byte), count - start)
        else { return nil }
        return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }

    /// The same memory, counted from 0.
    func part(_ range: Range<Int>) -> Bytes { Bytes(rebasing: self[range]) }

    func isEqual(to other: [UInt8]) -> Bool {
        count == other.count && elementsEqual(other)
    }

    func contains(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        var start = 0
        while let hit = firstIndex(of: first, from: start), hit + needle.count <= count {
            if part(hit..<hit + needle.count).isEqual(to: needle) { return true }
            start = hit + 1
        }
        return false
    }
}

/// ASCII classes with the meaning they have in Go's regexp: no letter or digit beyond ASCII belongs.
extension UInt8 {
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
    /// `\w`
    var isWord: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
    /// `\s`: tab, newline, form feed, carriage return and space.
    var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0C || self == 0x0D }
    var isSign: Bool { self == UInt8(ascii: "+") || self == UInt8(ascii: "-") }
    /// Space or tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension String {
    /// Runs `body` on the string's UTF-8 without copying where it can.
    func withBytes<Result>(_ body: (Bytes) -> Result) -> Result {
        var copy = self
        return copy.withUTF8(body)
    }
}
