/// How openat2(2) looks a path up.
package struct Resolve: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS: the directory is the root, as for a process that lives in it.
    package static let inRoot = Resolve(rawValue: 0x10 | 0x02)
    /// And RESOLVE_NO_SYMLINKS: the path means what its text says, or nothing.
    package static let plain = Resolve(rawValue: 0x10 | 0x02 | 0x04)
    /// RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS, from wherever the path begins.
    package static let withoutLinks = Resolve(rawValue: 0x04 | 0x02)
    /// RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS and RESOLVE_NO_XDEV: a place below the directory, on
    /// its file system, that no link leads to.
    package static let beneath = Resolve(rawValue: 0x08 | 0x04 | 0x02 | 0x01)
}
