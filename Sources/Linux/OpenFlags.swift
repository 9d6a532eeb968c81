/// The flags of open(2), with their names. Values are those of x86-64 and the generic ABI alike, but for the four
/// that aarch64 numbers differently.
package struct OpenFlags: OptionSet, Sendable, CustomStringConvertible {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let writeOnly = OpenFlags(rawValue: 0o1)
    package static let readWrite = OpenFlags(rawValue: 0o2)
    package static let accessMode = OpenFlags(rawValue: 0o3)
    package static let create = OpenFlags(rawValue: 0o100)
    package static let exclusive = OpenFlags(rawValue: 0o200)
    package static let truncate = OpenFlags(rawValue: 0o1000)
    package static let append = OpenFlags(rawValue: 0o2000)
    package static let path = OpenFlags(rawValue: 0o10_000_000)
    #if arch(arm64)
        package static let directory = OpenFlags(rawValue: 0o40000)
        package static let noFollow = OpenFlags(rawValue: 0o100000)
    #else
        package static let directory = OpenFlags(rawValue: 0o200000)
        package static let noFollow = OpenFlags(rawValue: 0o400000)
    #endif
    /// `__O_TMPFILE`; the full flag holds `directory` too.
    package static let temporary = OpenFlags(rawValue: 0o20_000_000)

    /// Together they ask for a file that was not there.
    package static let newFile = OpenFlags(rawValue: 0o300)
    /// Each writes, whatever the access mode says.
    package static let altering = OpenFlags(rawValue: 0o20_001_100)

    private static let names: [(OpenFlags, String)] = [
        (.create, "O_CREAT"), (.exclusive, "O_EXCL"), (.truncate, "O_TRUNC"), (.append, "O_APPEND"),
        (.directory, "O_DIRECTORY"), (.noFollow, "O_NOFOLLOW"), (.path, "O_PATH"), (.temporary, "O_TMPFILE"),
    ]

    /// What may be done with the open file.
    package var reads: Bool { intersection(.accessMode) != .writeOnly }
    package var writes: Bool {
        !intersection(.accessMode).isEmpty || !isDisjoint(with: .altering)
    }

    /// Whether the mode counts that the call gives.
    package var creates: Bool { !isDisjoint(with: [.create, .temporary]) }

    /// `O_WRONLY|O_CREAT|O_TRUNC`; flags that say nothing about access are left out.
    package var description: String {
        let mode =
            switch intersection(.accessMode) {
            case .writeOnly: "O_WRONLY"
            case .readWrite: "O_RDWR"
            default: "O_RDONLY"
            }
        return ([mode] + Self.names.filter { contains($0.0) }.map { $0.1 }).joined(separator: "|")
    }
}
