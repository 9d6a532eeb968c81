import Glibc
import Linux

/// Where a path leads once every symbolic link on the way is followed, and which links those were.
///
/// The view repeats the links, so that a name that works outside works inside; sources of mounts are opened
/// without following any, so a link that is swapped in later makes the launch fail instead of moving a grant.
package struct Settled: Equatable, Sendable {
    package struct Link: Hashable, Sendable {
        /// Where the link lies, with no link above it.
        package let place: Path
        /// Its text.
        package let target: Path
    }

    /// Absolute, without links, `.` or `..`.
    package let path: Path
    package let links: [Link]
    /// What is there; nil when nothing is, `path` then being where it would be.
    package let kind: FileStatus.Kind?

    /// Names that may be looked at on the way, counting each for as many as stand before it: links of links through deep
    /// directories would keep whoever follows them for half a second.
    package static let patience = 1 << 14

    /// Follows an absolute path, on the host or below the root that `directory` is open on. `ELOOP` after 40
    /// links, as the kernel does (path_resolution(7)), and `E2BIG` when that takes longer than `patience`.
    ///
    /// - Parameters:
    ///   - followingLast: whether a link at the very end is followed too.
    ///   - stops: links that mean something else to everybody who looks at them (proc_self(5)), so that what leads
    ///     to them is settled, and they are not.
    package init(
        _ path: Path, below directory: CInt? = nil, followingLast: Bool = true, stops: [Path] = []
    ) throws(SystemError) {
        var patience = Self.patience
        var rest = path.components.reversed().map { Array($0) }
        var place = Path.root
        var links: [Link] = []
        var kind: FileStatus.Kind? = .directory
        while let name = rest.popLast() {
            if name == Array(".".utf8) { continue }
            if name == Array("..".utf8) {
                place = place.parent
                continue
            }
            place = place.appending(name)
            if stops.contains(place) {
                self.path = rest.reversed().reduce(place) { $0.appending($1[...]) }
                self.links = links
                self.kind = .other
                return
            }
            patience -= place.components.count
            guard patience >= 0 else {
                throw SystemError("resolve", path.description, errno: Errno(E2BIG))
            }
            let (base, reached) = Self.reach(place, below: directory)
            guard kind != nil, let status = try? reached.status(followingLinks: false, in: base) else {
                kind = nil
                continue
            }
            kind = status.kind
            guard status.kind == .symlink, followingLast || !rest.isEmpty else { continue }
            guard links.count < 40 else {
                throw SystemError("resolve", path.description, errno: .tooManyLinks)
            }
            let target = try reached.linkTarget(in: base)
            links.append(Link(place: place, target: target))
            place = target.isAbsolute ? .root : place.parent
            kind = .directory
            rest += target.components.reversed().map { Array($0) }
        }
        self.path = place
        self.links = links
        self.kind = kind
    }

    /// How a path below another root is named: relative to the descriptor, since what leads there holds no link.
    private static func reach(_ path: Path, below directory: CInt?) -> (base: CInt, path: Path) {
        guard let directory else { return (AT_FDCWD, path) }
        return (directory, Path(bytes: path.isRoot ? Array(".".utf8) : Array(path.bytes.dropFirst())))
    }
}
