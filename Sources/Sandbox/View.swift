import Linux
import Policy

/// The steps that build the file system a run sees (mount_namespaces(7)): a root that holds only what is granted,
/// so that what is not granted cannot even be looked at.
package struct View: Equatable, Sendable {
    package struct Step: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case directory, file, symlink, bind, cover, maskDirectory, maskFile, tmpfs, proc, terminals
            case workspace, workspaceCopy, workspaceDirectory, workspaceBind
        }

        package let kind: Kind
        package let target: Path
        /// What is bound, a link's text, or a file system's options.
        package var source = Path("")
        package var attributes: Attributes = []
        package var mode: UInt32 = 0o755
        package var data: [UInt8] = []
    }

    /// MOUNT_ATTR_* of mount_setattr(2).
    package struct Attributes: OptionSet, Hashable, Sendable {
        package let rawValue: UInt64
        package init(rawValue: UInt64) { self.rawValue = rawValue }

        package static let readOnly = Attributes(rawValue: 1)
        package static let noSetUID = Attributes(rawValue: 2)
        package static let noDevices = Attributes(rawValue: 4)
        package static let noExecute = Attributes(rawValue: 8)
    }

    /// The code that was scanned, which the run sees in place of the file it came from.
    package struct Sealed: Equatable, Sendable {
        package let path: Path
        package let bytes: [UInt8]
        package let mode: UInt32
        /// Links that lead to the path, which the run sees too.
        package let links: [Settled.Link]
        /// The run sees it whatever is granted; otherwise only where it may read it.
        package let isNamed: Bool

        package init(
            path: Path, bytes: [UInt8], mode: UInt32, links: [Settled.Link] = [], isNamed: Bool = true
        ) {
            self.isNamed = isNamed
            self.path = path
            self.bytes = bytes
            self.mode = mode
            self.links = links
        }
    }

    package private(set) var steps: [Step] = []
    /// Whether the first steps are those of every view, which need not wait for the plan.
    package let beginsAsUsual: Bool
    /// The host's root is bound instead of an empty one, because it is granted as a whole.
    package let rootIsBind: Bool
    package let rootAttributes: Attributes
    /// A directory that everything is put together on; nothing below it may be a source.
    package let staging: Path
    /// /tmp is the run's own: nothing grants the host's.
    package let privateTemporary: Bool

    private let workingCopy: WorkingCopy?
    private var made: [Path] = [.root]
    private var mounted: [Path] = []

    /// The view for the grants.
    ///
    /// - Parameters:
    ///   - temporaryBytes: the size of private directories, which hold memory.
    ///   - own: what the run has whatever is granted.
    ///   - present: directories that exist, empty, even when nothing grants them: the working directory, home.
    package init(
        _ grants: Grants, own: OwnPlaces, sealed: [Sealed], workingCopy: WorkingCopy?, present: [Path],
        temporaryBytes: UInt64, terminal: Path?
    ) {
        self.workingCopy = workingCopy
        let root = grants.entries.first { $0.path.isRoot }
        rootIsBind = root != nil
        rootAttributes = root.map { Self.attributes($0.rights) } ?? []
        privateTemporary = grants.granted(Path("/tmp")).isEmpty
        staging = Self.staging(avoiding: grants.entries.map { $0.path })
        beginsAsUsual = !rootIsBind && staging == OwnPlaces.staging

        // Private places come first, so that what is granted inside them lies over them.
        if rootIsBind {
            cover(own)
        } else {
            steps = own.steps
        }
        made += [OwnPlaces.devices, OwnPlaces.processes]
        mounted += [OwnPlaces.devices, OwnPlaces.processes]
        let options = "mode=1777,size=\(temporaryBytes),nr_inodes=65536"
        if privateTemporary { temporary(Path("/tmp"), options) }
        temporary(OwnPlaces.devices.appending("shm"), options)
        if let terminal { terminals(terminal) }
        if let workingCopy { layer(workingCopy) }
        for grant in grants.entries where !grant.path.isRoot && grants.rights(for: grant.path) != [] {
            // What lies above may have mounted it already, in the same way.
            let (all, above) = (grants.granted(grant.path), grants.above(grant.path))
            if above.isEmpty || Self.attributes(all) != Self.attributes(above)
                || grant.path == workingCopy?.directory
            {
                bind(grant, Self.attributes(all))
            }
        }
        let links = grants.links + sealed.flatMap { $0.links }
        for link in links.sorted(by: { $0.place < $1.place }) where !isCovered(link.place) {
            symlink(link)
        }
        for path in present { directory(path) }
        for code in sealed { seal(code) }
        hideCompiled(sealed)
        for denied in grants.denied.sorted(by: { $0.path < $1.path }) where grants.granted(denied.path) != []
        {
            mask(denied)
        }
    }

    private mutating func append(_ step: Step) { steps.append(step) }

    private static func attributes(_ rights: Rights) -> Attributes {
        var attributes: Attributes = [.noSetUID, .noDevices]
        if !rights.contains(.write) { attributes.insert(.readOnly) }
        if rights.isDisjoint(with: [.load, .execute]) { attributes.insert(.noExecute) }
        return attributes
    }

    /// A directory that is always there, seldom granted, and of which nothing is needed while the view is built.
    private static func staging(avoiding sources: [Path]) -> Path {
        let candidates = [OwnPlaces.staging] + ["/sys", "/mnt", "/srv", "/opt", "/tmp"].map { Path($0) }
        return candidates.first { place in
            (try? place.status(followingLinks: false))?.kind == .directory
                && !sources.contains { place.contains($0) && !$0.isRoot }
        } ?? OwnPlaces.staging
    }

    /// Whether something is mounted there that has names of its own.
    private func isCovered(_ path: Path) -> Bool { mounted.contains { $0.contains(path) } }

    /// Makes a directory and those above it, as far as they are ours to make.
    private mutating func directory(_ path: Path) {
        guard !made.contains(path), !path.isRoot else { return }
        if let mount = mounted.filter({ $0.contains(path) }).max(), !isPrivate(mount) { return }
        directory(path.parent)
        made.append(path)
        append(Step(kind: .directory, target: path))
    }

    /// Whether a mount is one of ours, so that names have to be made in it.
    private func isPrivate(_ mount: Path) -> Bool {
        mount == Path("/tmp") && privateTemporary || mount == Path("/dev") || mount == Path("/dev/shm")
    }

    private mutating func temporary(_ path: Path, _ options: String) {
        directory(path)
        append(Step(kind: .tmpfs, target: path, source: Path(options), attributes: .noExecute))
        mounted.append(path)
        made.append(path)
    }

    /// Lays the run's own places over those of the host's root.
    private mutating func cover(_ own: OwnPlaces) {
        mounted.append(.root)
        append(
            Step(
                kind: .tmpfs, target: OwnPlaces.devices, source: Path("mode=0755,size=64k"),
                attributes: .noExecute))
        steps += own.deviceSteps
        append(
            own.processStep
                ?? Step(kind: .maskDirectory, target: OwnPlaces.processes, attributes: .readOnly, mode: 0))
        guard (try? Path("/sys").status()) != nil else { return }
        append(
            Step(
                kind: .bind, target: Path("/sys"), source: Path("/sys"),
                attributes: [.readOnly, .noSetUID, .noDevices, .noExecute]))
    }

    private mutating func terminals(_ terminal: Path) {
        let pts = OwnPlaces.devices.appending("pts")
        steps += OwnPlaces.device(terminal, at: OwnPlaces.devices.appending("console"))
        directory(pts)
        append(
            Step(kind: .terminals, target: pts, source: Path("newinstance,ptmxmode=0666,mode=0620")))
        append(
            Step(kind: .symlink, target: OwnPlaces.devices.appending("ptmx"), source: Path("pts/ptmx")))
    }

    private mutating func bind(_ grant: Grant, _ attributes: Attributes) {
        if grant.isDirectory {
            directory(grant.path)
        } else {
            placeholder(grant.path)
        }
        let copy = workingCopy.flatMap { $0.directory.contains(grant.path) ? $0 : nil }
        append(
            Step(
                kind: copy == nil ? .bind : .workspaceBind, target: grant.path,
                source: copy?.relative(grant.path) ?? grant.path, attributes: Self.attributes(grant.rights)))
        mounted.append(grant.path)
    }

    /// Binds of what lies in the working directory are taken from the layers.
    private mutating func layer(_ copy: WorkingCopy) {
        switch copy.way {
        case .overlay:
            append(
                Step(
                    kind: .workspace, target: copy.directory, source: copy.layers,
                    data: copy.directory.bytes + [0]))
        case .copy:
            append(Step(kind: .workspaceCopy, target: copy.directory, source: copy.upper))
        }
        for path in copy.made {
            append(Step(kind: .workspaceDirectory, target: Path.root.appending(copy.relative(path))))
        }
    }

    private mutating func symlink(_ link: Settled.Link) {
        guard !made.contains(link.place) else { return }
        directory(link.place.parent)
        made.append(link.place)
        append(Step(kind: .symlink, target: link.place, source: link.target))
    }

    /// Where the file is in the view already it is covered; elsewhere it is all that is there of its directory.
    private mutating func seal(_ code: Sealed) {
        guard isCovered(code.path) else {
            directory(code.path.parent)
            append(Step(kind: .file, target: code.path, mode: code.mode, data: code.bytes))
            return
        }
        placeholder(code.path)
        append(
            Step(
                kind: .cover, target: code.path, attributes: [.readOnly, .noSetUID, .noDevices],
                mode: code.mode, data: code.bytes))
    }

    /// A file to mount on, where the place is one that we fill.
    private mutating func placeholder(_ path: Path) {
        if let mount = mounted.filter({ $0.contains(path) }).max(), !isPrivate(mount) { return }
        directory(path.parent)
        append(Step(kind: .file, target: path, mode: 0o444))
    }

    /// Takes compiled modules away from beside Python code that was scanned: an interpreter would run those instead
    /// (PEP 3147).
    private mutating func hideCompiled(_ sealed: [Sealed]) {
        var hidden: Set<Path> = []
        for code in sealed where code.path.bytes.suffix(3).elementsEqual(".py".utf8) {
            let cache = code.path.parent.appending("__pycache__")
            guard isCovered(cache), (try? cache.status(followingLinks: false))?.kind == .directory,
                hidden.insert(cache).inserted
            else { continue }
            append(
                Step(
                    kind: .maskDirectory, target: cache,
                    attributes: [.readOnly, .noSetUID, .noDevices, .noExecute], mode: 0))
        }
    }

    private mutating func mask(_ denied: Grant) {
        append(
            Step(
                kind: denied.isDirectory ? .maskDirectory : .maskFile, target: denied.path,
                attributes: [.readOnly, .noSetUID, .noDevices, .noExecute], mode: 0))
    }
}
