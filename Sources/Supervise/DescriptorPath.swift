import Linux

/// Paths that name a descriptor of the caller itself (proc_pid_fd(5)): opening one opens the file behind it anew, wherever
/// that lies.
enum DescriptorPath {
    /// Links that mean the process that looks at them.
    static let selves = ["/proc/self", "/proc/thread-self"].map { Path($0) }
    private static let roots = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"].map { Path($0) }
    private static let standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].map { Path($0) }

    /// Where the file behind such a path lies, with what follows the number below it. Nil for other paths, and for
    /// what has no place: pipes, sockets, devices, and files that are gone.
    static func target(_ path: Path, of pid: Int32) -> Path? {
        guard let (number, rest) = parts(path) else { return nil }
        let link = Path("/proc/\(pid)/fd/\(number)")
        guard let target = try? link.linkTarget(), target.isAbsolute,
            let kind = try? link.status().kind, kind == .regular || kind == .directory,
            !target.bytes.suffix(10).elementsEqual(" (deleted)".utf8)
        else { return nil }
        return rest.reduce(target) { $0.appending($1) }
    }

    /// How a path goes on that leads by way of the caller itself.
    enum Onward: Equatable {
        /// Here, if nothing on that way is such a path again.
        case path(Path)
        /// It cannot be told.
        case unknown
    }

    /// Where a path leads that goes by way of the caller's root or working directory (proc_pid_root(5), proc_pid_cwd(5)),
    /// or by a thread of it, whose own `/proc` says more; nil for others, and for these links themselves.
    static func throughOwn(_ path: Path, _ directory: Path?) -> Onward? {
        guard let own = selves.first(where: { $0.contains(path) }) else { return nil }
        let rest = path.components.dropFirst(own.components.count).map { Array($0) }
        if rest.count > 2, rest[0].elementsEqual("task".utf8) {
            let isLink = ["root", "cwd", "fd"].contains { rest[2].elementsEqual($0.utf8) }
            return isLink
                ? .path(([Array("proc".utf8)] + rest.dropFirst()).reduce(.root) { $0.appending($1) }) : nil
        }
        guard rest.count > 1 else { return nil }
        let start: Path?
        switch String(decoding: rest[0], as: UTF8.self) {
        case "root": start = .root
        case "cwd": start = directory
        default: return nil
        }
        return start.map { .path(rest.dropFirst().reduce($0) { $0.appending($1) }) } ?? .unknown
    }

    private static func parts(_ path: Path) -> (number: Int32, rest: ArraySlice<ArraySlice<UInt8>>)? {
        if let number = standard.firstIndex(of: path) { return (Int32(number), []) }
        let components = path.components
        for root in roots where root.contains(path) && components.count > root.components.count {
            let below = components.dropFirst(root.components.count)
            guard let name = below.first, let number = Int32(String(decoding: name, as: UTF8.self)) else {
                return nil
            }
            return (number, below.dropFirst())
        }
        return nil
    }
}
