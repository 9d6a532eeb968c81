import Linux

/// What may be done with a file or below a directory.
package struct Rights: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let read = Rights(rawValue: 1)
    package static let write = Rights(rawValue: 2)
    package static let execute = Rights(rawValue: 4)
    /// Code may be mapped from it: shared libraries and extension modules.
    package static let load = Rights(rawValue: 8)

    /// What `files.read` gives. Extension modules lie beside sources, so reading includes loading.
    package static let reading: Rights = [.read, .load]
    /// What `files.write` gives: what a run wrote is not code until the policy says so.
    package static let writing: Rights = [.read, .write]
    /// What `files.exec` gives.
    package static let executing: Rights = [.read, .load, .execute]

    package var description: String {
        var words: [String] = []
        if contains(.read) { words.append("read") }
        if contains(.write) { words.append("write") }
        if contains(.execute) { words.append("exec") }
        return words.joined(separator: ", ")
    }
}

/// One granted file or directory, without symbolic links.
package struct Grant: Equatable, Sendable {
    package let path: Path
    package var rights: Rights
    /// A granted directory covers everything below it.
    package let isDirectory: Bool
    /// Who grants it: a policy line, or what the plan fitted it for.
    package let reason: String
}

/// A local socket of the host that may be connected to: the one that was there when the run was planned, and not
/// another that somebody puts in its place.
package struct GrantedSocket: Equatable, Sendable {
    /// Without symbolic links.
    package let path: Path
    package let device: UInt64
    package let inode: UInt64
}

/// Everything of the host's files that a run sees, and what is cut out of it again.
package struct Grants: Equatable, Sendable {
    /// Sorted by path, so that what lies above comes first.
    package private(set) var entries: [Grant] = []
    package private(set) var links: [Settled.Link] = []
    package internal(set) var sockets: [GrantedSocket] = []
    /// Cut out of every entry, whatever it grants.
    package private(set) var denied: [Grant] = []
    /// The same for what is not there and lies where the run may write. There is nothing to mount over, so that the
    /// supervisor alone keeps it from being made.
    package private(set) var unmade: [Grant] = []

    package init() {}

    /// Adds a settled path; rights of a path that is there already are united.
    package mutating func add(_ settled: Settled, _ rights: Rights, reason: String) {
        guard let kind = settled.kind else { return }
        for link in settled.links where !links.contains(link) { links.append(link) }
        if let known = entries.firstIndex(where: { $0.path == settled.path }) {
            entries[known].rights.formUnion(rights)
            return
        }
        let grant = Grant(
            path: settled.path, rights: rights, isDirectory: kind == .directory, reason: reason)
        entries.insert(grant, at: entries.firstIndex { settled.path < $0.path } ?? entries.endIndex)
    }

    /// Cuts a settled path out; where nothing is there, making it is refused.
    package mutating func deny(_ settled: Settled, reason: String) {
        guard !(denied + unmade).contains(where: { $0.path == settled.path }) else { return }
        let grant = Grant(
            path: settled.path, rights: [], isDirectory: settled.kind == .directory, reason: reason)
        if settled.kind == nil { unmade.append(grant) } else { denied.append(grant) }
    }

    /// What is cut out of the path, or of what is above it.
    package func denial(of path: Path) -> Grant? {
        denied.first { $0.path.contains(path) } ?? unmade.first { $0.path.contains(path) }
    }

    /// What may be done with an absolute path that holds no symbolic link: the union over every entry it lies
    /// in, and nothing when it is cut out.
    package func rights(for path: Path) -> Rights {
        denial(of: path) == nil ? granted(path) : []
    }

    /// The union over every entry the path lies in, with nothing cut out.
    package func granted(_ path: Path) -> Rights {
        entries.reduce(into: Rights()) { rights, grant in
            if grant.path == path || grant.isDirectory && grant.path.contains(path) {
                rights.formUnion(grant.rights)
            }
        }
    }

    /// A link on the way to an absolute path that a run with these grants can have put there, to have somebody else
    /// write where it may not.
    package func plantedLink(to path: Path) -> Path? {
        guard let settled = try? Settled(path) else { return nil }
        return settled.links.first { rights(for: $0.place).contains(.write) }?.place
    }

    /// The union over every entry that lies above the path.
    package func above(_ path: Path) -> Rights {
        entries.reduce(into: Rights()) { rights, other in
            if other.isDirectory, other.path != path, other.path.contains(path) {
                rights.formUnion(other.rights)
            }
        }
    }
}
