import AttuneCore
import Synchronization

/// Something that several problems need and that is read from disk when the first of them is.
final class ReadOnce<Value: Sendable>: Sendable {
    private let read: @Sendable () throws(AttuneError) -> Value
    private let stored = Mutex<Value?>(nil)

    init(_ read: @escaping @Sendable () throws(AttuneError) -> Value) { self.read = read }

    /// The value; reads it if it has not been read, or reading it failed.
    func value() throws(AttuneError) -> Value {
        try stored.withLock { stored throws(AttuneError) in
            if let stored { return stored }
            let value = try read()
            stored = value
            return value
        }
    }
}
