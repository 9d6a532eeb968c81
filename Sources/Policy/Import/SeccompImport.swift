import YAML

/// How a system call stands with a run that no policy says anything of.
package enum CallStanding: Sendable {
    /// It runs natively.
    case native
    /// What it is asked to do decides.
    case judged
    /// It is refused, and a policy may allow it.
    case forbidden
    /// It is refused whatever a policy says.
    case core
}

/// A seccomp profile of Docker or of the OCI runtime specification as a policy.
struct SeccompImport {
    private enum Action: String, CaseIterable {
        case allow = "SCMP_ACT_ALLOW"
        case log = "SCMP_ACT_LOG"
        case errno = "SCMP_ACT_ERRNO"
        case trap = "SCMP_ACT_TRAP"
        case kill = "SCMP_ACT_KILL"
        case killThread = "SCMP_ACT_KILL_THREAD"
        case killProcess = "SCMP_ACT_KILL_PROCESS"
        case trace = "SCMP_ACT_TRACE"
        case notify = "SCMP_ACT_NOTIFY"

        var allows: Bool { self == .allow || self == .log }
        var kills: Bool { [.kill, .killThread, .killProcess].contains(self) }
    }

    private enum Key: String, CaseIterable {
        case defaultAction, defaultErrnoRet, defaultErrno, architectures, archMap, syscalls, flags,
            listenerPath
        case listenerMetadata
    }

    private enum RuleKey: String, CaseIterable {
        case names, name, action, args, comment, includes, excludes, errnoRet, errno
    }

    private var byDefault = Action.errno
    /// What rules say of each name, the first one first; whether only for some arguments.
    private var rules: [(name: String, action: Action, isConditional: Bool)] = []
    private var document = ImportedDocument(of: "a seccomp profile")

    static func imported(
        _ root: Node, _ decoder: inout Decoder, standing: (String) -> CallStanding
    ) -> ImportedPolicy {
        var reading = SeccompImport()
        reading.read(root["linux"]?["seccomp"] ?? root, &decoder)
        reading.decide(standing)
        return reading.document.imported
    }

    private mutating func read(_ root: Node, _ decoder: inout Decoder) {
        var reading = self
        decoder.members(of: root, as: Key.self, under: "", example: "{\"defaultAction\": \"SCMP_ACT_ERRNO\"}")
        {
            decoder, key, node in
            switch key {
            case .defaultAction:
                reading.byDefault = decoder.word(node, "defaultAction is", as: Action.self) ?? .errno
            case .defaultErrnoRet, .defaultErrno:
                if !["1", "EPERM"].contains(node.scalar?.text ?? "") {
                    reading.document.cannot(key.rawValue, "a refused call fails with EPERM here")
                }
            case .architectures, .archMap:
                reading.document.leave(key.rawValue, "calls of another architecture are always refused here")
            case .flags:
                reading.document.leave(
                    key.rawValue, "of how the filter is installed, and not of what it allows")
            case .listenerPath, .listenerMetadata:
                reading.document.cannot(key.rawValue, "guardrun is the listener itself")
            case .syscalls:
                for rule in decoder.list(node, "syscalls", example: "[{\"names\": [\"ptrace\"]}]") {
                    reading.rule(rule, &decoder)
                }
            }
        }
        self = reading
    }

    private mutating func rule(_ node: Node, _ decoder: inout Decoder) {
        var names: [String] = []
        var action = Action.allow
        var isConditional = false
        var obstacle: String?
        decoder.members(of: node, as: RuleKey.self, under: "a rule", example: "{\"names\": [\"read\"]}") {
            decoder, key, value in
            switch key {
            case .names: names += (value.items ?? []).compactMap { $0.scalar?.text }
            case .name: names += [value.scalar?.text].compactMap { $0 }
            case .action: action = decoder.word(value, "action is", as: Action.self) ?? .errno
            case .args: isConditional = value.items?.isEmpty == false
            case .includes:
                if value["caps"]?.items?.isEmpty == false {
                    obstacle = "it needs a capability, and no run has one"
                }
                let machines = value["arches"]?.items?.compactMap { $0.scalar?.text }
                if let machines, !machines.isEmpty, !machines.contains("amd64") {
                    obstacle = "it is for another architecture"
                }
            case .excludes:
                let machines = value["arches"]?.items?.compactMap { $0.scalar?.text } ?? []
                if machines.contains("amd64") { obstacle = "it is for another architecture" }
            case .comment, .errnoRet, .errno: break
            }
        }
        guard let obstacle else {
            rules += names.map { ($0, action, isConditional) }
            return
        }
        document.leave("syscalls: \(Self.listed(names))", obstacle)
    }

    /// Holds every call that guardrun knows against the profile.
    private mutating func decide(_ standing: (String) -> CallStanding) {
        var (kept, denied, allowed, core, held, narrowed):
            ([String], [String], [String], [String], [String], [String]) =
                ([], [], [], [], [], [])
        for name in SyscallNames.all {
            let said = rules.filter { $0.name == name }
            let isAllowed: Bool
            let isSometimes: Bool
            if byDefault.allows {
                isAllowed = !said.contains { !$0.action.allows && !$0.isConditional }
                isSometimes = isAllowed && said.contains { !$0.action.allows && $0.isConditional }
            } else {
                isAllowed = said.contains { $0.action.allows && !$0.isConditional }
                isSometimes = !isAllowed && said.contains { $0.action.allows && $0.isConditional }
            }
            switch (standing(name), isAllowed && !isSometimes, isSometimes) {
            case (.native, true, _), (.judged, true, _): kept.append(name)
            case (.judged, _, true): held.append(name)
            case (.native, _, true):
                narrowed.append(name)
                denied.append(name)
            case (.native, _, _), (.judged, _, _): denied.append(name)
            case (.forbidden, true, _): if !said.isEmpty || byDefault.allows { allowed.append(name) }
            case (.forbidden, _, true): narrowed.append(name)
            case (.forbidden, _, _): break
            case (.core, true, _), (.core, _, true): core.append(name)
            case (.core, _, _): break
            }
        }
        // A profile that allows all but a few says nothing of the rest.
        if byDefault.allows {
            allowed = allowed.filter { name in rules.contains { $0.name == name && $0.action.allows } }
        }
        for name in allowed { document.add(name, to: "syscalls.allow", for: name, "kept") }
        for name in denied where name != "execve" && !narrowed.contains(name) {
            document.add(name, to: "syscalls.deny", for: name, "the profile does not allow it")
        }
        for name in denied where narrowed.contains(name) {
            document.add(
                name, to: "syscalls.deny", for: name,
                "STRICTER here: conditions on its arguments cannot be said")
        }
        if byDefault.kills { document.set("syscalls.on_violation", "kill", for: "defaultAction") }
        if !kept.isEmpty {
            document.leave("\(kept.count) calls", "allowed there, and here without being named")
        }
        if !held.isEmpty {
            document.leave(
                Self.listed(held), "conditions on arguments; here what they are asked to do is judged")
        }
        if !core.isEmpty {
            document.cannot(Self.listed(core), "they would undo the walls of a run, and stay refused")
        }
        let unknown = rules.map { $0.name }.filter { !SyscallNames.contains($0) }
        if !unknown.isEmpty { document.leave(Self.listed(unknown), "no calls of this architecture") }
        document.leave(
            "(no files, network, limits)",
            "a seccomp profile says nothing of them, so nothing is granted; add them")
    }

    private static func listed(_ names: [String]) -> String { names.map { $0.shown }.joined(separator: ", ") }
}
