import Glibc
import Linux
import Sandbox

/// Where a caller's path leads, as the run sees it.
package struct Place: Equatable, Sendable {
    /// Absolute, without links as far as it exists.
    package let path: Path
    /// Whether the run can see something there.
    package let visible: Bool
    /// Whether the way there was too long to be followed: where it leads is not known.
    package let isEndless: Bool

    package init(path: Path, visible: Bool, isEndless: Bool = false) {
        self.path = path
        self.visible = visible
        self.isEndless = isEndless
    }
}

/// Looks up what a path means: in the view of the run, and on the host behind it.
package protocol Lookup {
    /// Where a path of a caller leads; nil when its directory cannot be told.
    func place(of path: GuestPath, for pid: Int32) -> Place?
    /// What an unguarded program of this user would find there.
    func host(_ path: Path) -> HostFile
    /// The program a process runs, as the run sees it.
    func executable(of pid: Int32) -> String
    /// The first bytes of a file, as the run sees it; none where they cannot be read.
    func start(of path: Path) -> [UInt8]
}

extension Lookup {
    package func start(of path: Path) -> [UInt8] { [] }
}

/// What the host has at a path, and what this user may do with it.
package struct HostFile: Equatable, Sendable {
    package var exists = false
    package var isOwn = false
    package var readable = false
    package var writable = false
    package var executable = false
    /// Names may be made and removed in the directory above.
    package var parentWritable = false

    package init() {}
}

/// The lookup of a live run.
final class LiveLookup: Lookup {
    /// The root of the view.
    private let root: CInt
    private let user: User
    private var fixed: FixedPlaces

    init(root: CInt, user: User, fixed: FixedPlaces) {
        self.root = root
        self.user = user
        self.fixed = fixed
    }

    func place(of path: GuestPath, for pid: Int32) -> Place? {
        if let known = fixed[path.text] { return known }
        let place = lookUp(path, for: pid, times: 8)
        if let place { fixed.remember(path.text, place) }
        return place
    }

    /// - Parameter times: how often the path may lead on by way of the caller's own root or working directory.
    private func lookUp(_ path: GuestPath, for pid: Int32, times: Int) -> Place? {
        var absolute = Path(bytes: path.text)
        if !absolute.isAbsolute {
            guard let directory = directory(path.directory, of: pid) else { return nil }
            absolute = directory.appending(absolute)
        }
        if path.follows, let target = DescriptorPath.target(absolute.normalised, of: pid) {
            absolute = target
        }
        // Without a link on the way a path means what its text says, and most paths have none.
        let flags = CInt(OpenFlags.path.rawValue) | (path.follows ? 0 : O_NOFOLLOW)
        do throws(SystemError) {
            _ = try Descriptor.open(absolute, flags, resolve: .plain, in: root)
            return Place(path: absolute.normalised, visible: true)
        } catch {
            guard error.errno == .tooManyLinks else {
                return Place(path: absolute.normalised, visible: false)
            }
        }
        if let target = whereKernelLeads(absolute, flags) { return Place(path: target, visible: true) }
        do throws(SystemError) {
            let settled = try Settled(
                absolute, below: root, followingLast: path.follows, stops: DescriptorPath.selves)
            // A link of the run's own to one of its descriptors.
            if path.follows, let target = DescriptorPath.target(settled.path, of: pid) {
                return Place(path: target, visible: true)
            }
            switch DescriptorPath.throughOwn(settled.path, directory(AT_FDCWD, of: pid)) {
            case nil: break
            case .path(let target) where times > 0:
                let further = GuestPath(directory: AT_FDCWD, text: target.bytes, follows: path.follows)
                return lookUp(further, for: pid, times: times - 1)
            // What is beyond is not the run's own for being named by way of it.
            default: return Place(path: settled.path.normalised, visible: false, isEndless: true)
            }
            return Place(path: settled.path.normalised, visible: settled.kind != nil)
        } catch {
            return Place(
                path: absolute.normalised, visible: false, isEndless: error.errno == Errno(E2BIG))
        }
    }

    /// Where a path with links leads, when something is there: the kernel follows them, and names what it came to.
    private func whereKernelLeads(_ path: Path, _ flags: CInt) -> Path? {
        guard let place = try? Descriptor.open(path, flags, resolve: .inRoot, in: root),
            let target = try? Path("/proc/self/fd/\(place.number)").linkTarget(), target.isAbsolute
        else { return nil }
        return target
    }

    private func directory(_ descriptor: Int32, of pid: Int32) -> Path? {
        let name = descriptor == AT_FDCWD ? "cwd" : "fd/\(descriptor)"
        guard let target = try? Path("/proc/\(pid)/\(name)").linkTarget(), target.isAbsolute else {
            return nil
        }
        return target
    }

    func executable(of pid: Int32) -> String {
        (try? Path("/proc/\(pid)/exe").linkTarget())?.description ?? ""
    }

    func start(of path: Path) -> [UInt8] {
        // Not waiting, because a pipe with a name would keep everything else waiting.
        guard let file = try? Descriptor.open(path, O_RDONLY | O_NONBLOCK, resolve: .plain, in: root),
            (try? file.status())?.kind == .regular
        else { return [] }
        return (try? file.read(atMost: Script.length)) ?? []
    }

    func host(_ path: Path) -> HostFile {
        var file = HostFile()
        file.parentWritable = path.parent.allows(W_OK | X_OK)
        guard let status = try? path.status() else { return file }
        file.exists = true
        file.isOwn = status.owner == user.uid || user.uid == 0
        file.readable = path.allows(R_OK)
        file.writable = path.allows(W_OK)
        file.executable = path.allows(X_OK)
        return file
    }
}
