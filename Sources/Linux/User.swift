internal import CLinux
import Glibc

/// Who runs guardrun.
package struct User: Equatable, Sendable {
    package let uid: UInt32
    package let gid: UInt32
    package let home: Path

    /// The effective identity of this process. The home directory is `$HOME`, else what `/etc/passwd` says: a
    /// static executable cannot ask the name service.
    package static func current() -> User {
        let uid = geteuid()
        let home = environmentValue("HOME").flatMap { $0.hasPrefix("/") ? Path($0).normalised : nil }
        return User(
            uid: uid, gid: getegid(), home: home ?? field(5, ofUser: uid).map { Path(bytes: $0) } ?? .root)
    }

    /// The name in `/etc/passwd`; nil where the user is not listed.
    package var name: [UInt8]? { Self.field(0, ofUser: uid) }

    /// A field of the user's line in passwd(5).
    private static func field(_ index: Int, ofUser uid: UInt32) -> [UInt8]? {
        guard let table = try? Path("/etc/passwd").contents(atMost: 1 << 20) else { return nil }
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 6, String(decoding: fields[2], as: UTF8.self) == String(uid) else {
                continue
            }
            return Array(fields[index])
        }
        return nil
    }
}

/// The value of an environment variable of this process.
package func environmentValue(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

/// Every variable of this process; one whose name or value is not UTF-8 is read with replacements.
package func callerEnvironment() -> [(name: String, value: String)] {
    var variables: [(name: String, value: String)] = []
    var place = unsafe gr_environment()
    while let entry = unsafe place?.pointee {
        if let equals = unsafe strchr(entry, Int32(UInt8(ascii: "="))) {
            let name = unsafe UnsafeRawBufferPointer(
                start: entry, count: equals - UnsafeMutablePointer(entry))
            let value = unsafe String(cString: equals + 1)
            unsafe variables.append((String(decoding: name, as: UTF8.self), value))
        }
        unsafe place = unsafe place?.successor()
    }
    return variables
}

/// The words this process was started with, byte for byte. Swift's own list of them comes from /proc, which a container
/// may not have.
package func commandLineArguments() -> [[UInt8]] {
    let words = unsafe gr_arguments()
    return (0..<Int(gr_argument_count())).map { index in
        guard let word = unsafe words?[index] else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
    }
}

/// Where the kernel shows this process's command line from (proc_pid_cmdline(5)), which every process can read.
@unsafe package func ownCommandLine() -> (start: UnsafeMutablePointer<CChar>?, length: Int) {
    guard let words = unsafe gr_arguments(), let start = unsafe words[0] else { return (nil, 0) }
    let lengths = commandLineArguments().map { $0.count + 1 }
    return unsafe (start, lengths.reduce(0, +))
}
