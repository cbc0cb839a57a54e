import AttuneCore
import GRDB

extension DatabaseError {
    /// The failure in a sentence that says what to do.
    ///
    /// - Parameter experiment: the one that was being written, if any.
    func explained(path: String, writing experiment: Experiment.ID? = nil) -> AttuneError {
        let resume = experiment.map { ", then `attune resume \($0)`" } ?? ""
        switch resultCode {
        case .SQLITE_FULL:
            return AttuneError("the disk is full: \(path) could not be written; free space\(resume)")
        case .SQLITE_NOTADB:
            return AttuneError("\(path) is not a database; move it away, or choose another file for the store")
        case .SQLITE_CORRUPT:
            return AttuneError(
                "\(path) is damaged (\(message ?? "corrupt")); restore a copy, or salvage it with `sqlite3 \(path) .recover`"
            )
        case .SQLITE_READONLY, .SQLITE_PERM:
            return AttuneError(
                "\(path) cannot be written; give yourself write permission for it and its directory\(resume)")
        case .SQLITE_CANTOPEN:
            return AttuneError(
                "\(path) cannot be opened; it must be a file that you may read and write, as its directory")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return AttuneError("\(path) was kept locked by another process for too long; try again\(resume)")
        case .SQLITE_IOERR:
            return AttuneError(
                "\(path) could not be read or written (\(message ?? "I/O error")); check the disk\(resume)")
        default:
            return AttuneError("\(path): SQLite says: \(message ?? "\(resultCode)")")
        }
    }
}
