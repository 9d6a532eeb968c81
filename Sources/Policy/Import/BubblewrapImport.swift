import YAML

/// A command line of bubblewrap (bwrap(1)) as a policy.
struct BubblewrapImport {
    private var document = ImportedDocument(of: "a bubblewrap command line")
    private var faults: [Fault] = []
    private let origin: Origin
    /// What is granted so far, with the option that grants it: later mounts hide earlier ones.
    private var mounts: [(place: String, writes: Bool)] = []
    private var hasNetwork = true

    /// - Parameters:
    ///   - words: from `bwrap` on.
    ///   - file: how messages call where they come from.
    static func imported(_ words: [String], file: String) throws(PolicyFaults) -> ImportedPolicy {
        var reading = BubblewrapImport(origin: Origin(file: file, line: 0, column: 0))
        reading.read(Array(words.dropFirst()))
        guard reading.faults.isEmpty else { throw PolicyFaults(faults: reading.faults) }
        return reading.document.imported
    }

    private init(origin: Origin) { self.origin = origin }

    private mutating func read(_ words: [String]) {
        var rest = words[...]
        while let word = rest.first, word.hasPrefix("-"), word != "--" {
            rest.removeFirst()
            guard let count = Self.operands(word) else {
                let known = Self.options.flatMap { $0.names }
                faults.append(
                    Fault(
                        at: origin, "bwrap has no option '\(word.shown)' that is known",
                        didYouMean: suggestion(for: word, among: known)))
                return
            }
            guard rest.count >= count else {
                faults.append(Fault(at: origin, "\(word) wants \(count) words behind it"))
                return
            }
            take(word, Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        if rest.first == "--" { rest.removeFirst() }
        if hasNetwork {
            document.add(
                "any", to: "network.allow", for: "(no --unshare-net)", "the host's network is shared")
            document.add(
                "any", to: "network.listen", for: "(no --unshare-net)", "the host's network is shared")
        }
        if !rest.isEmpty {
            document.leave("COMMAND", "to be said again: guardrun -p FILE -- \(rest.joined(separator: " "))")
        }
        document.leave("(no limits)", "bubblewrap has none, so none is set; add limits")
    }

    private mutating func take(_ option: String, _ operands: [String]) {
        let field = ([option] + operands).joined(separator: " ")
        switch option {
        case "--ro-bind", "--ro-bind-try": bind(operands[0], operands[1], writes: false, field)
        case "--bind", "--bind-try": bind(operands[0], operands[1], writes: true, field)
        case "--dev-bind", "--dev-bind-try":
            bind(operands[0], operands[1], writes: true, field)
            document.cannot(field, "devices work in it there, and here none but the harmless ones of /dev")
        case "--remount-ro": hold(operands[0], field)
        case "--tmpfs": hide(operands[0], field)
        case "--proc", "--dev", "--mqueue": document.leave(field, "every run has its own")
        case "--unshare-net": hasNetwork = false
        case "--unshare-all": hasNetwork = false
        case "--share-net": hasNetwork = true
        case "--unshare-user", "--unshare-user-try", "--unshare-ipc", "--unshare-pid", "--unshare-uts",
            "--unshare-cgroup", "--unshare-cgroup-try", "--disable-userns", "--assert-userns-disabled",
            "--clearenv",
            "--new-session", "--die-with-parent", "--cap-drop":
            document.leave(field, "always so here")
        case "--setenv":
            document.cannot(
                field, "a policy sets no variables; say --env \(operands[0])=... with the command")
        case "--unsetenv": document.leave(field, "no variable but harmless ones is passed on here")
        case "--chdir": document.leave(field, "a run begins in the directory that guardrun is called in")
        case "--seccomp", "--add-seccomp-fd":
            document.cannot(field, "the filter is in a descriptor; every run has guardrun's own")
        case "--cap-add": document.cannot(field, "no run has capabilities")
        case "--uid", "--gid", "--hostname", "--as-pid-1", "--perms", "--size", "--chmod":
            document.cannot(field, "nothing here does the same")
        case "--dir", "--symlink":
            document.leave(
                field, "directories and links on the way to what is granted are there by themselves")
        default: document.cannot(field, "it depends on a descriptor, or nothing here does the same")
        }
    }

    private mutating func bind(_ source: String, _ target: String, writes: Bool, _ field: String) {
        guard let place = document.path(source, for: field), let target = document.path(target, for: field)
        else {
            return
        }
        guard place == target else {
            document.cannot(field, "a file keeps its name here, and this one would be seen as \(target)")
            return
        }
        // What a denial hid is there again.
        document.remove(place, from: "files.deny")
        if writes {
            mounts.append((place, true))
            document.add(place, to: "files.write", for: field)
            document.add(place, to: "files.exec", for: field, "programs in it run there, and so here")
            return
        }
        if isWritten(place) {
            hold(place, field)
        } else {
            mounts.append((place, false))
            document.add(place, to: "files.exec", for: field, "to be read, and programs in it run, as there")
        }
    }

    private func isWritten(_ place: String) -> Bool {
        mounts.contains {
            $0.writes && ($0.place == "/" || place == $0.place || place.hasPrefix($0.place + "/"))
        }
    }

    /// What may be read below what may be written.
    private mutating func hold(_ target: String, _ field: String) {
        guard let place = document.path(target, for: field) else { return }
        guard isWritten(place) else { return document.leave(field, "it is not granted for writing anyway") }
        document.add(
            place, to: "files.deny", for: field,
            "STRICTER here: nothing that is only read lies in what may be written, so it is not there at all")
    }

    private mutating func hide(_ target: String, _ field: String) {
        guard let place = document.path(target, for: field) else { return }
        if ["/tmp", "/dev/shm", "/run", "/var/tmp"].contains(place),
            !document.entries(of: "files.exec").contains("/")
        {
            return document.leave(field, "/tmp and /dev/shm are the run's own; elsewhere nothing is granted")
        }
        let isCovered = mounts.contains {
            $0.place == "/" || place.hasPrefix($0.place + "/") || place == $0.place
        }
        guard isCovered else { return document.leave(field, "nothing of the host is granted there") }
        document.add(
            place, to: "files.deny", for: field,
            "hidden; the directory that is empty and can be written there is /tmp here")
    }

    // MARK: Options

    private static let options: [(count: Int, names: [String])] = [
        (
            0,
            [
                "--unshare-all", "--share-net", "--unshare-user", "--unshare-user-try", "--unshare-ipc",
                "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup", "--unshare-cgroup-try",
                "--disable-userns", "--assert-userns-disabled", "--clearenv", "--new-session",
                "--die-with-parent",
                "--as-pid-1", "--level-prefix",
            ]
        ),
        (
            1,
            [
                "--args", "--argv0", "--userns", "--userns2", "--pidns", "--uid", "--gid", "--hostname",
                "--chdir",
                "--unsetenv", "--lock-file", "--sync-fd", "--remount-ro", "--overlay-src", "--tmp-overlay",
                "--ro-overlay", "--exec-label", "--file-label", "--proc", "--dev", "--tmpfs", "--mqueue",
                "--dir",
                "--seccomp", "--add-seccomp-fd", "--block-fd", "--userns-block-fd", "--info-fd",
                "--json-status-fd",
                "--cap-add", "--cap-drop", "--perms", "--size",
            ]
        ),
        (
            2,
            [
                "--setenv", "--bind", "--bind-try", "--dev-bind", "--dev-bind-try", "--ro-bind",
                "--ro-bind-try",
                "--bind-fd", "--ro-bind-fd", "--file", "--bind-data", "--ro-bind-data", "--symlink",
                "--chmod",
            ]
        ),
        (3, ["--overlay"]),
    ]

    /// How many words follow an option; nil for one that is not known.
    private static func operands(_ option: String) -> Int? {
        options.first { $0.names.contains(option) }?.count
    }
}
