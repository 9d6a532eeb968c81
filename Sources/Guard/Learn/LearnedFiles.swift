import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// The files that a run used, as grants that somebody would write: directories where much of one was used, and nothing
/// that every run has anyway.
struct LearnedFiles {
    private(set) var read: [Path] = []
    private(set) var write: [Path] = []
    private(set) var execute: [Path] = []
    /// Secrets that lie in a granted directory and were not used.
    private(set) var deny: [Path] = []

    private let context: Policy.Context
    /// What a run of the command has whatever its policy says.
    private var fitted: [(path: Path, rights: Rights)] = []

    /// From so many entries on, the directory stands for them.
    private static let many = 4
    /// The run has its own of these.
    private static let own = ["/proc", "/dev"].map { Path($0) }
    private static let temporary = ["/tmp", "/dev/shm"].map { Path($0) }

    /// - Parameters:
    ///   - earlier: what policies that are merged grant already.
    init(_ observed: Observed, _ command: Command, context: Policy.Context, earlier: [FileRules]) {
        self.context = context
        for need in Fitting(command, network: NetworkRules()).needs {
            guard let settled = try? Settled(need.path), settled.kind != nil else { continue }
            // The name that leads there, too.
            fitted += [(settled.path, need.rights), (need.path, need.rights)]
        }
        for path in observed.scanned.prefix(1) { fitted.append((Self.settled(path), .reading)) }

        let used = observed.accesses.filter { isOfHost($0, observed) }
        let written =
            used.compactMap { access -> Path? in
                switch access.use {
                case .write: access.path
                case .make: directory(for: access.path, observed)
                default: nil
                }
            } + earlier.flatMap { $0.write.map { $0.value } }
        write = fold(written)
        var lists = used.filter { $0.use == .list }.map { $0.path }
        // Python lists the directory of its script to look for modules, which it does without.
        if let script = observed.scanned.first { lists.removeAll { $0 == script.parent } }
        let reads = used.filter { $0.use == .read }.map { $0.path }
        read = fold(
            (reads + lists + earlier.flatMap { $0.read.map { $0.value } }).filter { path in
                !write.contains { $0.contains(path) }
            })
        execute = fold(
            used.filter { $0.use == .execute }.map { $0.path } + earlier.flatMap { $0.exec.map { $0.value } },
            rights: .execute)
        read.removeAll { path in
            execute.contains { $0.contains(path) } || write.contains { $0.contains(path) }
        }
        deny =
            (read + write).flatMap { secrets(in: $0, used.map { $0.path }) }
            + earlier.flatMap { $0.deny.map { $0.value } }
        deny = deny.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether it is about a file of the host, and not of the run's own places or of what it made there.
    private func isOfHost(_ access: Observed.Access, _ observed: Observed) -> Bool {
        let path = access.path
        if Self.own.contains(where: { $0.contains(path) }) { return false }
        // What libraries ask for out of habit is missing under most policies, and nobody minds.
        if access.use == .read, Habits.isProbe(path) || Habits.isProbe(Self.settled(path)) { return false }
        guard Self.temporary.contains(where: { $0.contains(path) }),
            !context.workingDirectory.contains(path)
        else { return true }
        // Its own /tmp is empty; what was there before has to be granted.
        let isMade = observed.accesses.contains { $0.use == .make && $0.path.contains(path) }
        return access.use == .read && !isMade && (try? path.status()) != nil
    }

    /// Where something is made: the nearest directory that the run did not make itself.
    private func directory(for path: Path, _ observed: Observed) -> Path {
        var directory = path.parent
        var made = observed.made.contains(path) ? path : nil
        while observed.made.contains(directory), !directory.isRoot {
            made = directory
            directory = directory.parent
        }
        // One that it made and left is granted alone: guardrun makes it before a run where it is not there.
        if let made, !observed.removed.contains(made), (try? made.status())?.kind == .directory {
            return made
        }
        // A grant of all of a broad directory is asked about; its file alone may do.
        return context.isBroad(directory) && (try? path.status()) != nil ? path : directory
    }

    private static func settled(_ path: Path) -> Path { (try? Settled(path).path) ?? path }

    // MARK: Directories for many paths

    private func fold(_ paths: [Path], rights: Rights = .read) -> [Path] {
        var kept = Set(
            paths.filter { path in
                guard let settled = try? Settled(path), settled.kind != nil else { return false }
                return !isFitted(settled, rights)
            })
        while let directory = crowded(kept) {
            kept = kept.filter { !directory.contains($0) }
            kept.insert(directory)
        }
        return kept.filter { path in !kept.contains { $0 != path && $0.contains(path) } }.sorted()
    }

    /// What every run of the command has, with the links that lead there.
    private func isFitted(_ settled: Settled, _ rights: Rights) -> Bool {
        func has(_ path: Path) -> Bool {
            fitted.contains { $0.rights.contains(rights) && $0.path.contains(path) }
        }
        return has(settled.path) && settled.links.allSatisfy { has($0.place) || Self.isRootLink($0.place) }
    }

    /// `/lib` and `/bin` where `/usr` has both; every view repeats them.
    private static func isRootLink(_ place: Path) -> Bool { place.components.count == 1 }

    /// A directory of which so much is granted that it may as well be granted whole.
    private func crowded(_ paths: Set<Path>) -> Path? {
        var counts: [Path: Int] = [:]
        for path in paths where (try? Settled(path).links.isEmpty) ?? false {
            counts[path.parent, default: 0] += 1
        }
        return counts.filter { directory, count in
            count >= Self.many && !context.isBroad(directory) && !paths.contains(directory)
                && !["/etc", "/usr/bin"].contains(directory.description)
        }.map { $0.key }.min()
    }

    /// Places of secrets right in a granted directory that the run had no use for.
    private func secrets(in directory: Path, _ used: [Path]) -> [Path] {
        guard let names = try? directory.names() else { return [] }
        return names.map { directory.appending($0) }.filter { place in
            SecretPlace.holds(place) && !used.contains { place.contains($0) }
        }.sorted()
    }
}
