import Linux
import Sandbox
import Supervise

/// What a run would see, told from its grants before there is a run. Of the host it supposes the most: that every file
/// is there and that this user may do anything with it, so that the policy alone decides.
struct PlannedLookup: Lookup {
    let grants: Grants

    func place(of path: GuestPath, for pid: Int32) -> Place? {
        let absolute = Path(bytes: path.text)
        let place = (try? Settled(absolute, followingLast: path.follows).path) ?? absolute.normalised
        return Place(path: place, visible: isVisible(place))
    }

    /// What is granted, and the directories that lead there.
    func isVisible(_ path: Path) -> Bool {
        !grants.rights(for: path).isEmpty
            || grants.entries.contains { path.contains($0.path) }
                && grants.denial(of: path) == nil
    }

    func host(_ path: Path) -> HostFile {
        var file = HostFile()
        (file.exists, file.isOwn, file.parentWritable) = (true, true, true)
        (file.readable, file.writable, file.executable) = (true, true, true)
        return file
    }

    func executable(of pid: Int32) -> String { "" }
}
