import Glibc
import Linux
import Policy
import Sandbox

/// Which files each policy lets be read, written and executed.
///
/// A grant covers its path and all below, a denial takes that away whoever granted it. So what may be done with a path
/// depends only on the listed paths above it, and it is enough to look at the listed paths themselves: everything else
/// is judged like the last of them on the way to it.
struct FileComparison {
    private struct Entry {
        let path: Path
        /// What it grants under A and under B.
        var rights: (a: Rights, b: Rights) = ([], [])
        var isDenied = (a: false, b: false)
        /// A policy names it; runs get a few more paths beside what their policies grant.
        var isListed = true
    }

    /// What holds at a listed path, with all that is listed above it.
    private struct Standing {
        let path: Path
        var granted: (a: Rights, b: Rights)
        var isDenied: (a: Bool, b: Bool)

        var a: Rights { isDenied.a ? [] : granted.a.intersection(FileComparison.compared) }
        var b: Rights { isDenied.b ? [] : granted.b.intersection(FileComparison.compared) }
    }

    /// Mapping code from a file counts as reading it.
    private static let compared: Rights = [.read, .write, .execute]

    /// By path, so that what lies above comes first.
    private var entries: [Entry] = []

    init(_ a: Policy, _ b: Policy) {
        add(a) { entry, rights, isDenied in (entry.rights.a, entry.isDenied.a) = (rights, isDenied) }
        add(b) { entry, rights, isDenied in (entry.rights.b, entry.isDenied.b) = (rights, isDenied) }
        entries.sort { $0.path < $1.path }
        // The same path, listed more than once.
        entries = entries.reduce(into: []) { joined, entry in
            guard let last = joined.indices.last, joined[last].path == entry.path else {
                joined.append(entry)
                return
            }
            joined[last].rights.a.formUnion(entry.rights.a)
            joined[last].rights.b.formUnion(entry.rights.b)
            joined[last].isListed = joined[last].isListed || entry.isListed
            joined[last].isDenied.a = joined[last].isDenied.a || entry.isDenied.a
            joined[last].isDenied.b = joined[last].isDenied.b || entry.isDenied.b
        }
    }

    /// Lists what a policy says; `note` writes it down on that policy's side of an entry.
    private mutating func add(
        _ policy: Policy, note: (_ entry: inout Entry, _ rights: Rights, _ isDenied: Bool) -> Void
    ) {
        func grant(_ path: Path, _ granted: Rights, isListed: Bool = true) {
            let place = Self.settled(path)
            // The run has its own, and nothing of the host's is granted there.
            if [Path("/proc"), Path("/dev")].contains(where: { $0.contains(place) }) { return }
            var entry = Entry(path: place, isListed: isListed)
            note(&entry, granted, false)
            entries.append(entry)
        }
        for path in policy.files.read { grant(path.value, .reading) }
        for path in policy.files.write { grant(path.value, .writing) }
        for path in policy.files.exec { grant(path.value, .executing) }
        for need in Fitting(network: policy.network).needs { grant(need.path, need.rights, isListed: false) }
        for path in policy.files.deny {
            var entry = Entry(path: Self.settled(path.value))
            note(&entry, [], true)
            entries.append(entry)
        }
    }

    /// Where a path leads on this host; where it leads nowhere, what its text says.
    private static func settled(_ path: Path) -> Path { (try? Settled(path).path) ?? path }

    /// One for each right that one policy gives and the other does not, at the topmost paths where that is so.
    var differences: [Comparison.Difference] {
        var found: [Comparison.Difference] = []
        var above: [Standing] = []
        for (index, entry) in entries.enumerated() {
            while let last = above.last, !last.path.contains(entry.path) { above.removeLast() }
            let parent = above.last ?? Standing(path: .root, granted: ([], []), isDenied: (false, false))
            let here = Standing(
                path: entry.path,
                granted: (
                    parent.granted.a.union(entry.rights.a), parent.granted.b.union(entry.rights.b)
                ),
                isDenied: (parent.isDenied.a || entry.isDenied.a, parent.isDenied.b || entry.isDenied.b))
            above.append(here)
            // What a run gets beside only because a network is granted is said with the network.
            guard entry.isListed else { continue }
            for right in [Rights.read, .write, .execute] {
                let (ours, theirs) = (here.a.contains(right), here.b.contains(right))
                guard ours != theirs else { continue }
                // What holds above has been said there.
                if parent.a.contains(right) == ours, parent.b.contains(right) == theirs { continue }
                found.append(difference(here, right, isLooser: ours, index))
            }
        }
        return found
    }

    private func difference(
        _ here: Standing, _ right: Rights, isLooser: Bool, _ index: Int
    ) -> Comparison.Difference {
        let isCutOut =
            isLooser
            ? here.isDenied.b && here.granted.b.contains(right)
            : here.isDenied.a && here.granted.a.contains(right)
        let list =
            isCutOut
            ? "files.deny" : right == .read ? "files.read" : right == .write ? "files.write" : "files.exec"
        func words(_ rights: Rights, _ isDenied: Bool) -> String {
            "\(here.path): \(isDenied ? "denied" : rights.isEmpty ? "nothing" : rights.description)"
        }
        return Comparison.Difference(
            list, words(here.a, here.isDenied.a), words(here.b, here.isDenied.b),
            isLooser ? .looser : .stricter,
            witness(here.path, right, index))
    }

    /// The path itself, or something in it that nobody lists: a directory that leads to something granted can be seen.
    private func witness(_ path: Path, _ right: Rights, _ index: Int) -> Attempt {
        let listed = entries[(index + 1)...].prefix { path.contains($0.path) }
        var place = path
        if (try? path.status())?.kind == .directory || !listed.isEmpty || path.isRoot {
            place = unlisted(in: path, right, listed.map { $0.path }) ?? path
        }
        return right == .execute ? .execute(place) : .open(place, writes: right == .write)
    }

    /// A file that is there, or for want of one a name that could be.
    private func unlisted(in directory: Path, _ right: Rights, _ listed: [Path]) -> Path? {
        func isFree(_ place: Path) -> Bool { !listed.contains { place.contains($0) } }
        let present = ((try? directory.names()) ?? []).sorted().lazy.prefix(Self.mostNames)
            .map { directory.appending($0) }
            .first { place in
                guard isFree(place), let status = try? place.status(followingLinks: false) else {
                    return false
                }
                return status.kind == .regular && (right != .execute || place.allows(X_OK))
            }
        if let present { return present }
        if right == .read, listed.isEmpty { return directory }
        return (0...entries.count).lazy.map { directory.appending($0 == 0 ? "file" : "file-\($0)") }.first(
            where: isFree)
    }

    /// The most names of one directory that are looked at.
    private static let mostNames = 64
}
