import Glibc
import Linux

/// The audit directory: `runs/<run_id>.jsonl`, one file a run.
package struct Store: Equatable, Sendable {
    package let directory: Path

    package init(_ directory: Path) { self.directory = directory }

    /// The directory asked for, else `$GUARDRUN_AUDIT_DIR`, else that of the XDG base directories.
    package static func standard(asked: Path?, user: User, workingDirectory: Path) -> Store {
        func absolute(_ path: Path) -> Path { workingDirectory.appending(path).normalised }
        if let asked { return Store(absolute(asked)) }
        if let named = environmentValue("GUARDRUN_AUDIT_DIR"), !named.isEmpty {
            return Store(absolute(Path(named)))
        }
        if let state = environmentValue("XDG_STATE_HOME"), state.hasPrefix("/") {
            return Store(Path(state).appending("guardrun/audit").normalised)
        }
        return Store(user.home.appending(".local/state/guardrun/audit"))
    }

    package var runs: Path { directory.appending("runs") }
    package func trail(of run: RunID) -> Path { runs.appending("\(run).jsonl") }
    /// Where a trail lies until its writer holds it.
    func unnamedTrail(of run: RunID) -> Path { runs.appending("\(run).new") }
    package func tally(of run: RunID) -> Path { runs.appending("\(run).tally") }

    /// What is known of all runs together.
    package var ledger: Path { directory.appending("ledger") }
    package var entries: Path { ledger.appending("entries") }
    package var checkpoint: Path { ledger.appending("checkpoint") }
    package var frontier: Path { ledger.appending("frontier") }
    /// For questions; it can be made again from the trails.
    package var index: Path { directory.appending("index.sqlite") }
    /// How far trails have been delivered elsewhere.
    package var deliveries: Path { directory.appending("deliveries") }
    /// The keys lie inside the directory, because it is cut out of every view.
    package var keys: Path { directory.appending("keys") }

    /// Makes the directory, and those above it, for this user alone.
    package func make() throws(SystemError) {
        if (try? runs.status())?.kind == .directory { return }
        var missing: [Path] = []
        var place = runs
        while !place.isRoot, (try? place.status()) == nil {
            missing.append(place)
            place = place.parent
        }
        for path in missing.reversed() { try path.makeDirectory(mode: 0o700) }
        guard let status = try? runs.status(), status.kind == .directory else {
            throw SystemError("mkdir", runs.description, errno: Errno(ENOTDIR))
        }
    }

    /// Every run there is a trail of, oldest first. An audit directory that is not there holds none.
    package func all() throws(SystemError) -> [RunID] {
        do throws(SystemError) {
            return try runs.names().filter { $0.hasSuffix(".jsonl") }.compactMap {
                RunID(String($0.dropLast(6)))
            }
            .sorted()
        } catch {
            guard error.errno == .notFound else { throw error }
            return []
        }
    }

    /// The runs that a word means: `last`, a whole name, or the beginning or end of one.
    package func matching(_ word: String) throws(SystemError) -> [RunID] {
        let all = try all()
        if word == "last" { return all.suffix(1) }
        return all.filter { $0.description.hasPrefix(word) || $0.description.hasSuffix(word) }
    }
}
