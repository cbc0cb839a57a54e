import COpenBLAS

/// The linear algebra library under this module, OpenBLAS.
///
/// Everything in this module runs on the calling thread: matrices here are small, and sharing one between threads
/// costs more than it gains, most of all on a busy machine. Callers spread independent work over tasks instead.
public enum BLAS {
    /// Has OpenBLAS use one thread, in the whole process; every function here that calls it begins with this.
    public static func useOneThread() { _ = onceSetToOneThread }

    private static let onceSetToOneThread: Void = openblas_set_num_threads(1)
}
