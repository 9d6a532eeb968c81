import Linux

extension Policy.Loaded {
    /// What can have no effect, or takes back what stands elsewhere: each is sound, and probably not what was meant. What
    /// shipped profiles say among themselves is left out. Asked for by `guardrun policy check` alone.
    package var doubts: [Fault] {
        let found =
            FileDoubts(policy.files, context: context).found + NetworkDoubts.found(policy.network)
            + ToolDoubts.found(policy)
            + PatternDoubts.found(policy.scan) + limitDoubts
        return found.filter { !$0.origin.isShipped }
    }

    /// Limits that another one always comes before.
    private var limitDoubts: [Fault] {
        let limits = policy.limits
        var found: [Fault] = []
        func never(_ name: String, _ why: String) {
            guard let origin = origin(of: "limits.\(name)") else { return }
            found.append(Fault(at: origin, "limits.\(name) can never be reached: \(why)"))
        }
        if let cpu = limits.cpu, let wall = limits.wall, let processes = limits.processes {
            let (most, overflow) = wall.multipliedReportingOverflow(by: processes)
            if !overflow, cpu > most {
                never(
                    "cpu",
                    "\(processes) processes have \(Quantity.duration(most)) in a wall time of \(Quantity.duration(wall))"
                )
            }
        }
        if let size = limits.fileSize, let disk = limits.disk, size > disk {
            never("file_size", "limits.disk is \(Quantity.size(disk))")
        }
        let caps = limits.sessionCaps
        if let session = caps.sessionWall {
            if let idle = caps.idle, idle > session {
                never("idle", "limits.session_wall is \(Quantity.duration(session))")
            }
            if let wall = limits.wall, wall > session, caps.sessionWall != nil {
                never("wall", "limits.session_wall is \(Quantity.duration(session))")
            }
        }
        return found
    }
}

/// Paths that are granted twice, or granted and denied.
struct FileDoubts {
    private(set) var found: [Fault] = []
    private typealias Entry = (list: String, path: Located<Path>)

    init(_ files: FileRules, context: Policy.Context) {
        noteShadows("read", files.read, also: [("write", files.write), ("exec", files.exec)])
        noteShadows("write", files.write, also: [])
        noteShadows("exec", files.exec, also: [])
        noteShadows("deny", files.deny, also: [])
        noteContradictions(files, context)
    }

    /// Entries that lie in another one of their list, or of a list that grants as much.
    private mutating func noteShadows(
        _ name: String, _ own: [Located<Path>], also others: [(String, [Located<Path>])]
    ) {
        let entries =
            own.map { Entry(name, $0) } + others.flatMap { list, paths in paths.map { Entry(list, $0) } }
        var above: [Entry] = []
        // A path of another list comes first, so that it is the one that stays.
        let order = entries.indices.sorted { a, b in
            let (one, other) = (entries[a], entries[b])
            if one.path.value != other.path.value { return one.path.value < other.path.value }
            return (one.list == name ? 1 : 0, a) < (other.list == name ? 1 : 0, b)
        }
        for entry in order.map({ entries[$0] }) {
            while let last = above.last, !last.path.value.contains(entry.path.value) { above.removeLast() }
            if entry.list == name, let over = above.last {
                let verb = name == "deny" ? "denied" : "granted"
                found.append(
                    Fault(
                        at: entry.path.origin,
                        "\(name) has \(entry.path.value), which is \(verb) already: \(over.list) has "
                            + "\(over.path.value) (\(over.path.origin))"))
            }
            // A denial of one file inside another's says nothing of what the two are in.
            above.append(entry)
        }
    }

    /// Grants that a denial takes back whole, and denials of what nobody grants.
    private mutating func noteContradictions(_ files: FileRules, _ context: Policy.Context) {
        let grants =
            files.read.map { Entry("read", $0) } + files.write.map { Entry("write", $0) }
            + files.exec.map { Entry("exec", $0) }
        let denied = PathTrees(files.deny)
        for grant in grants where denied.contains(grant.path.value) {
            guard let over = files.deny.first(where: { $0.value.contains(grant.path.value) }) else {
                continue
            }
            // Who reads the fault at the denial has to be told where the grant is.
            let isElsewhere = grant.path.origin.isShipped
            found.append(
                Fault(
                    at: isElsewhere ? over.origin : grant.path.origin,
                    "\(grant.list) has \(grant.path.value)\(isElsewhere ? " (\(grant.path.origin))" : ""), and deny "
                        + "takes all of it back: it has \(over.value) (\(over.origin))"))
        }
        let granted = PathTrees(grants.map { $0.path })
        // What a grant of the working directory holds depends on where the run is started.
        let isAnywhere = granted.contains(context.workingDirectory)
        for entry in files.deny where !granted.meets(entry.value) && !Self.isOfSystem(entry.value) {
            if isAnywhere, context.home.contains(entry.value) { continue }
            // Said already, of what it lies in.
            if files.deny.contains(where: { $0.value != entry.value && $0.value.contains(entry.value) }) {
                continue
            }
            found.append(
                Fault(at: entry.origin, "deny has \(entry.value), of which this policy grants nothing"))
        }
    }

    /// Where commands have their programs and libraries, which every run of them is granted.
    private static func isOfSystem(_ path: Path) -> Bool {
        ["/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc", "/opt"].contains {
            Path($0).contains(path)
        }
    }
}

/// Destinations that another one includes.
enum NetworkDoubts {
    /// Each entry is held against each other, as far as anybody writes that many.
    private static let most = 256

    static func found(_ rules: NetworkRules) -> [Fault] {
        shadows("allow", rules.allow, listens: false) + shadows("listen", rules.listen, listens: true)
    }

    private static func shadows(_ name: String, _ all: [Located<Endpoint>], listens: Bool) -> [Fault] {
        let entries = all.prefix(most).map { (entry: $0, reach: Reach([$0], listens: listens)) }
        return entries.enumerated().compactMap { index, one in
            let entry = one.entry
            let over = entries.enumerated().first { other, place in
                other != index && place.reach.gap(in: entry.value) == nil
                    // Of two that are the same the first one stays.
                    && !(index < other && one.reach.gap(in: place.entry.value) == nil)
            }
            guard let over = over?.element.entry else { return nil }
            return Fault(
                at: entry.origin,
                "\(name) has \(entry.value), which is granted already: it has \(over.value) (\(over.origin))")
        }
    }
}

/// Rules of tools that no call comes to.
enum ToolDoubts {
    static func found(_ policy: Policy) -> [Fault] {
        let tools = policy.tools
        func isCalled(_ name: ToolName) -> Bool { tools.allow.contains { meets($0.value, name) } }
        var found = tools.rules.filter { !isCalled($0.value.tool) }.map {
            Fault(at: $0.origin, "the rule for \($0.value.tool) is never asked: tools.allow has no such tool")
        }
        found += tools.approve.filter { !isCalled($0.value) }.map {
            Fault(at: $0.origin, "approve has \($0.value), and tools.allow has no such tool")
        }
        for rule in tools.rules {
            guard let calls = rule.value.calls, let all = policy.limits.sessionCaps.toolCalls, calls > all
            else {
                continue
            }
            found.append(
                Fault(
                    at: rule.origin,
                    "calls of \(rule.value.tool) can never be reached: limits.tool_calls is \(all)"))
        }
        return found
    }

    /// Whether some tool may be meant by both.
    private static func meets(_ a: ToolName, _ b: ToolName) -> Bool {
        let isPattern = { (name: ToolName) in name.description.utf8.contains { $0 == 0x2A || $0 == 0x3F } }
        if !isPattern(b) { return a.matches(b.description) }
        return isPattern(a) || b.matches(a.description)
    }
}

/// Patterns that say the same as an earlier one.
enum PatternDoubts {
    static func found(_ rules: ScanRules) -> [Fault] {
        var first: [String: Located<Pattern>] = [:]
        return rules.patterns.compactMap { pattern in
            let key = String(decoding: pattern.value.identity, as: UTF8.self)
            guard let earlier = first[key] else {
                first[key] = pattern
                return nil
            }
            return Fault(
                at: pattern.origin,
                "the pattern \(pattern.value.id) finds what \(earlier.value.id) finds already (\(earlier.origin))"
            )
        }
    }
}
