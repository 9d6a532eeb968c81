import Linux
import Policy

/// Settles the paths of a policy on the host: what each leads to, what has to be made, and what contradicts.
struct GrantSettling {
    private let files: FileRules
    private let host: Host
    /// Making and renaming files is judged.
    private let judgesChanges: Bool
    /// The working directory, where the run gets a copy of it.
    private var workspace: Path?
    private var madeInWorkspace: [Path] = []
    private(set) var grants = Grants()
    private(set) var created: [Path] = []
    private(set) var workingCopy: WorkingCopy?
    private(set) var notes: [String] = []
    private(set) var faults: [Unenforceable.Fault] = []

    init(_ files: FileRules, host: Host, judgesChanges: Bool) {
        self.files = files
        self.host = host
        self.judgesChanges = judgesChanges
    }

    /// Adds the policy's lists, then what the command needs, then cuts out what is denied.
    mutating func settle(_ fitting: Fitting, auditDirectory: Path?) {
        for path in files.read { grant(path, .reading) }
        for path in files.write { grant(path, .writing) }
        for path in files.exec { grant(path, .executing) }
        for need in fitting.needs {
            guard let settled = try? Settled(need.path), settled.kind != nil else { continue }
            let before = grants.rights(for: settled.path)
            grants.add(settled, need.rights, reason: need.reason)
            if !before.isSuperset(of: need.rights) { notes.append("\(need.path) (\(need.reason))") }
        }
        for path in files.deny {
            cutOut(
                path.value, place: "\(path.origin)", named: "files.deny",
                mayBeAbsent: path.origin.isShipped && judgesChanges)
        }
        guard let auditDirectory else { return }
        cutOut(auditDirectory, place: "audit", named: "the audit directory")
        // What earlier runs left to be committed is no less than a trail.
        let kept = WorkingCopy.elsewhere(for: host.user)
        if !grants.granted(kept).isEmpty, (try? kept.status()) != nil {
            cutOut(kept, place: "files.workspace", named: "the directory of kept workspaces")
        }
    }

    /// Has the run work on a copy of its working directory. To be said before anything is settled.
    mutating func copyOnWrite(_ directory: Path) {
        workspace = settled(directory, place: "files.workspace")?.path
    }

    /// Lays the copy over what is granted of the working directory.
    ///
    /// - Parameter layers: where what is written is kept.
    mutating func layWorkspace(in layers: Path) {
        guard let workspace else { return }
        let place = "files.workspace"
        guard host.namespaces.contains(.mount) else {
            faults.append(
                .init(
                    place,
                    "overlay needs a mount namespace, and there is none here: \(host.namespacesMissing)"))
            return
        }
        guard host.overlays || host.copies else {
            faults.append(
                .init(
                    place,
                    "\(workspace) can neither be layered here (\(host.overlaysMissing)) nor be copied "
                        + "(\(host.copiesMissing)); keep the trails on another file system (--audit), work in another "
                        + "directory, or write direct"))
            return
        }
        if !host.overlays {
            notes.append(
                "the working directory is copied as a whole, because it cannot be layered here: "
                    + host.overlaysMissing)
        }
        guard let layers = settled(layers, place: place)?.path else { return }
        if workspace.contains(layers) || layers.contains(workspace) {
            faults.append(
                .init(
                    place,
                    "what is written would be kept in \(layers), and that and the working directory \(workspace) lie "
                        + "in one another; work in another directory, or name another with --audit"))
        }
        let isWritten = grants.entries.contains { grant in
            grant.rights.contains(.write)
                && (workspace.contains(grant.path) || grant.isDirectory && grant.path.contains(workspace))
        }
        if !isWritten {
            faults.append(
                .init(
                    place,
                    "overlay keeps what is written to the working directory, and nothing in \(workspace) is granted "
                        + "for writing; add files.write: [.], or write direct"))
        }
        let rights = grants.granted(workspace)
        if !rights.isEmpty, let settled = try? Settled(workspace) {
            grants.add(settled, rights, reason: place)
        }
        workingCopy = WorkingCopy(
            way: host.overlays ? .overlay : .copy, directory: workspace, layers: layers,
            made: madeInWorkspace)
    }

    private mutating func grant(_ path: Located<Path>, _ rights: Rights) {
        let place = "\(path.origin)"
        if Self.ofTheRun.contains(where: { $0.contains(path.value) }) {
            notes.append("\(path.value) (\(place)) is the run's own and needs no grant")
            return
        }
        guard let settled = settled(path.value, place: place) else { return }
        if settled.kind == nil, rights.contains(.write) {
            create(settled, place: place)
            return
        }
        if settled.kind == nil {
            notes.append("\(path.value) (\(place)) is not there and grants nothing")
            return
        }
        checkLinks(settled, from: path.value, place: place)
        grants.add(settled, rights, reason: place)
    }

    /// Adds the local sockets that may be connected to. They are seen, too, because programs look before they connect.
    mutating func settleSockets(_ rules: NetworkRules) {
        for endpoint in rules.allow {
            guard case .unix(let path) = endpoint.value else { continue }
            let place = "\(endpoint.origin)"
            guard let settled = settled(path, place: place) else { continue }
            guard let status = try? settled.path.status(followingLinks: false) else {
                notes.append("\(path) (\(place)) is not there and grants nothing")
                continue
            }
            guard status.kind == .socket else {
                faults.append(
                    .init(place, "\(path) is no socket; grant a file with files.read or files.write"))
                continue
            }
            checkLinks(settled, from: path, place: place)
            grants.add(settled, .read, reason: place)
            grants.sockets.append(
                GrantedSocket(path: settled.path, device: status.device, inode: status.inode))
        }
    }

    /// Each run has its own; the host's would show or reach what the policy cannot describe.
    private static let ofTheRun = [Path("/proc"), Path("/dev")]

    private mutating func settled(_ path: Path, place: String) -> Settled? {
        do throws(SystemError) {
            return try Settled(path)
        } catch {
            faults.append(.init(place, "\(path) cannot be followed: \(error.errno)"))
            return nil
        }
    }

    /// A place to write that is not there becomes a directory, because a run could not make it: the directory
    /// above is not granted.
    private mutating func create(_ settled: Settled, place: String) {
        guard let parent = try? Settled(settled.path.parent), parent.kind == .directory else {
            faults.append(
                .init(
                    place,
                    "\(settled.path) cannot be granted for writing: \(settled.path.parent) does not exist"))
            return
        }
        if workspace?.contains(settled.path) == true {
            madeInWorkspace.append(settled.path)
            notes.append("\(settled.path) (\(place)) is made as a directory of the run's copy")
        } else {
            created.append(settled.path)
            notes.append("\(settled.path) (\(place)) is made as a directory")
        }
        grants.add(settled.made, .writing, reason: place)
    }

    /// Grants a new directory that is made for the run alone.
    mutating func lend(_ path: Path) {
        guard let settled = try? Settled(path), settled.kind == nil else {
            faults.append(.init("\(path)", "is there already, and has to be new for this run"))
            return
        }
        created.append(settled.path)
        grants.add(settled.made, .writing, reason: "the run's own temporary files")
    }

    /// A link that lies where the run may write can have been put there by an earlier run, to be granted what it
    /// points to.
    private mutating func checkLinks(_ settled: Settled, from path: Path, place: String) {
        for link in settled.links {
            // A grant to write may itself be a link.
            let grant = files.write.lazy.map { (rule: $0, place: (try? Settled($0.value))?.path ?? $0.value) }
                .first { $0.place.contains(link.place) }
            guard let grant, !grant.place.contains(settled.path) else { continue }
            faults.append(
                .init(
                    place,
                    "\(path) leads through the link \(link.place), which a run may write (\(grant.rule.origin)), to "
                        + "\(settled.path); name the target to grant it"))
        }
    }

    /// - Parameter mayBeAbsent: a profile lists places that most homes lack: what matters is that no secret of theirs
    ///   is read. What a person denies is never there, so that it has to be there to be covered.
    private mutating func cutOut(
        _ path: Path, place: String, named name: String, mayBeAbsent: Bool = false
    ) {
        guard let settled = settled(path, place: place) else { return }
        let reached = grants.granted(settled.path)
        if settled.kind == nil {
            guard reached.contains(.write) else { return }
            if mayBeAbsent {
                grants.deny(settled, reason: place)
                return
            }
            let grant = grants.entries.last { $0.rights.contains(.write) && $0.path.contains(settled.path) }
            faults.append(
                .init(
                    place,
                    "\(path) is not there, so it cannot be kept from being made under "
                        + "\(grant?.path.description ?? "a grant") (\(grant?.reason ?? "granted")); make it first, "
                        + "grant less, or work in a directory below it"))
            return
        }
        if !host.namespaces.contains(.mount), !reached.isEmpty {
            let grant = grants.entries.last { $0.path.contains(settled.path) }
            faults.append(
                .init(
                    place,
                    "\(name) \(path) lies under \(grant?.path.description ?? "a grant") "
                        + "(\(grant?.reason ?? "granted")) and cannot be cut out without a mount namespace; "
                        + "grant less, or move it"))
            return
        }
        grants.deny(settled, reason: place)
    }
}

extension Grants {
    /// What a policy grants to every run, whatever its command is, on a host that lacks nothing. What is denied and not
    /// there is left out: it cannot be cut out before it is made.
    package init(_ policy: Policy) throws(Unenforceable) {
        var files = policy.files
        files.deny.removeAll { (try? Settled($0.value))?.kind == nil }
        var settling = GrantSettling(files, host: .whole, judgesChanges: policy.visibility == .full)
        settling.settleSockets(policy.network)
        settling.settle(Fitting(network: policy.network), auditDirectory: nil)
        guard settling.faults.isEmpty else { throw Unenforceable(faults: settling.faults) }
        self = settling.grants
    }
}

extension Settled {
    /// The same place, once it has been made as a directory.
    var made: Settled { Settled(path: path, links: links, kind: .directory) }

    private init(path: Path, links: [Link], kind: FileStatus.Kind?) {
        self.path = path
        self.links = links
        self.kind = kind
    }
}
