/// A hash of some texts that is the same on every machine and in every release (FNV-1a, 64 bits).
///
/// It keys streams of random numbers, and tells whether a finished run was made with the settings of today.
func stableHash(_ parts: String...) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for part in parts {
        for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 0xff) &* 0x100_0000_01b3  // no byte of UTF-8: keeps "ab", "c" apart from "a", "bc"
    }
    return hash
}
