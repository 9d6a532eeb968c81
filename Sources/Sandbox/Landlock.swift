import Linux

/// The file, network and scope rules that the kernel enforces by inode (landlock(7)), as data.
package struct Landlock: Equatable, Sendable {
    package let abi: Int
    /// Handled accesses: what no rule grants is denied.
    package let files: UInt64
    package let network: UInt64
    package let scoped: UInt64
    package private(set) var rules: [Rule] = []

    package struct Rule: Equatable, Sendable {
        package let path: Path
        package let access: UInt64
    }

    /// The version this kernel has; 0 where Landlock is not built in or not switched on.
    package static var abi: Int { Linux.landlockABI() }

    /// Everything handled that `abi` knows, and no rule yet. Connecting and binding over TCP are handled unless
    /// the policy lets them all through.
    package init(abi: Int, connects: Bool, binds: Bool) {
        self.abi = abi
        files =
            Access.original | (abi >= 2 ? Access.refer : 0) | (abi >= 3 ? Access.truncate : 0)
            | (abi >= 5 ? Access.deviceControl : 0)
        network = abi >= 4 ? (binds ? 0 : 1) | (connects ? 0 : 2) : 0
        scoped = abi >= 6 ? 0b11 : 0  // abstract unix sockets, signals
    }

    /// Grants rights on a file or below a directory.
    package mutating func allow(_ path: Path, _ rights: Rights, isDirectory: Bool) {
        var access: UInt64 = 0
        if rights.contains(.read) { access |= Access.readFile | Access.readDirectory }
        if rights.contains(.execute) { access |= Access.execute }
        if rights.contains(.write) { access |= Access.change }
        add(path, access, isDirectory: isDirectory)
    }

    /// Grants listing a directory and those below it.
    package mutating func allowListing(_ path: Path) {
        add(path, Access.readDirectory, isDirectory: true)
    }

    /// Grants reading, writing and controlling devices.
    package mutating func allowDevices(_ path: Path) {
        add(
            path, Access.readFile | Access.writeFile | Access.readDirectory | Access.deviceControl,
            isDirectory: true)
    }

    private mutating func add(_ path: Path, _ access: UInt64, isDirectory: Bool) {
        let fitting = access & files & (isDirectory ? .max : Access.ofFiles)
        if fitting != 0 { rules.append(Rule(path: path, access: fitting)) }
    }

    /// LANDLOCK_ACCESS_FS_* (linux/landlock.h).
    private enum Access {
        static let execute: UInt64 = 1 << 0
        static let writeFile: UInt64 = 1 << 1
        static let readFile: UInt64 = 1 << 2
        static let readDirectory: UInt64 = 1 << 3
        static let refer: UInt64 = 1 << 13
        static let truncate: UInt64 = 1 << 14
        static let deviceControl: UInt64 = 1 << 15
        /// What ABI 1 knows.
        static let original: UInt64 = (1 << 13) - 1
        /// Writing, truncating, and making and removing everything but devices.
        static let change: UInt64 =
            writeFile | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | refer | truncate
        /// What a rule on a file, not a directory, may hold.
        static let ofFiles: UInt64 = execute | writeFile | readFile | truncate | deviceControl
    }
}
