import Event
import Linux
import Policy
import Scan
import Supervise

/// Why a run was refused what it was, act by act that belong together, and what would have to change.
package struct Explanation: Sendable {
    /// Refused acts that one change would allow.
    package struct Group: Sendable {
        package let acts: [DeniedAct]
        /// What was tried, in a few words.
        package let subject: String
        /// Why it was refused, as a sentence.
        package let reason: String
        /// The smallest change that allows all of it; nil where none does.
        package let change: PolicyChange?

        package var count: Int { acts.reduce(0) { $0 + $1.count } }
    }

    package let groups: [Group]

    /// The policy that a run had, and how it reads with settings laid over it.
    package struct Ground {
        package let policy: Policy
        package let context: Policy.Context
        /// What the policy itself lets be looser than its bases, and what these are called; nil where it has none.
        package let base: (name: String, loosen: [String])?
        package let load: ([String]) -> Policy?

        package init(
            policy: Policy, context: Policy.Context, base: (name: String, loosen: [String])?,
            load: @escaping ([String]) -> Policy?
        ) {
            self.policy = policy
            self.context = context
            self.base = base
            self.load = load
        }
    }

    /// At most so many groups are explained, which nobody would read to the end either.
    private static let most = 200

    /// - Parameter ground: nil where the policy cannot be read any more; nothing is proposed then.
    package init(_ acts: [DeniedAct], _ ground: Ground?) {
        var found: [(key: String, acts: [DeniedAct])] = []
        for act in Self.distinct(acts) {
            let key = Self.key(act)
            if let index = found.firstIndex(where: { $0.key == key }) {
                found[index].acts.append(act)
            } else if found.count < Self.most {
                found.append((key, [act]))
            }
        }
        groups = found.map { group in
            let change = ground.flatMap { Self.change(for: group.acts, $0) }
            return Group(
                acts: group.acts, subject: Self.subject(group.acts),
                reason: Self.reason(group.acts[0], ground, change), change: change)
        }
    }

    /// The same act once.
    private static func distinct(_ acts: [DeniedAct]) -> [DeniedAct] {
        var places: [String: Int] = [:]
        var distinct: [DeniedAct] = []
        for act in acts {
            let name = "\(act.operation) \(act.attempt?.description ?? act.sentence)"
            if let place = places[name] {
                distinct[place].count += act.count
            } else {
                places[name] = distinct.count
                distinct.append(act)
            }
        }
        return distinct
    }

    /// What belongs together: files of one directory, everything else that the same key would allow.
    private static func key(_ act: DeniedAct) -> String {
        guard let first = act.amendments.first else { return "\(act.operation) \(act.rule)" }
        let keys = first.map { $0.path }.joined(separator: " ")
        switch act.attempt {
        case .open(let path, _), .execute(let path): return "\(keys) \(act.rule) \(path.parent)"
        case .connect, .listen: return "\(keys) \(act.operation)"
        default: return "\(keys) \(act.attempt?.description ?? act.sentence)"
        }
    }

    private static func subject(_ acts: [DeniedAct]) -> String {
        let first = acts[0]
        let others = acts.count > 1 ? " and \(acts.count - 1) more" : ""
        switch first.attempt {
        case .open(let path, let writes): return "\(writes ? "writing" : "reading") \(path)\(others)"
        case .execute(let path): return "starting \(path)\(others)"
        case .connect(let endpoint): return "connecting to \(endpoint)\(others)"
        case .listen(let endpoint): return "listening on \(endpoint)\(others)"
        case .call(let name, _): return "the system call \(name)\(others)"
        case .use(let limit, _): return "the limit \(limit.rawValue)\(others)"
        case .tool(let name): return "calling the tool \(name)\(others)"
        default: return first.sentence + others
        }
    }

    // MARK: What would allow it

    /// The smallest of the changes that are thought of which allows every one of the acts.
    private static func change(for acts: [DeniedAct], _ ground: Ground) -> PolicyChange? {
        let ways = acts.map { $0.amendments.count }.min() ?? 0
        var options = (0..<ways).map { way in
            DeniedAct.Amendment.joined(acts.flatMap { $0.amendments[way] })
        }
        if acts.count > shownPaths, let directory = directory(acts, ground.context) {
            options.insert(contentsOf: options.map { $0.map { $0.over(directory) } }, at: 0)
        }
        for option in options where !option.contains(where: { $0.isTooBroad(ground.context) }) {
            let written = option.map { $0.written(in: ground.context) }
            guard let changed = ground.load(written.map { $0.setting }),
                let trial = try? Trial(changed),
                acts.allSatisfy({ act in act.attempt.map { trial.answer($0) <= .warn } ?? false })
            else { continue }
            let loosened = Comparison(changed, ground.policy).differences.filter { $0.relation != .stricter }
            return PolicyChange(
                amendments: written, loosened: loosened, guarded: guarded(acts, written, loosened, ground))
        }
        return nil
    }

    /// With more paths than this a directory is easier to read.
    private static let shownPaths = 5

    private static func directory(_ acts: [DeniedAct], _ context: Policy.Context) -> Path? {
        let paths = acts.compactMap { act -> Path? in
            switch act.attempt {
            case .open(let path, _), .execute(let path): path
            default: nil
            }
        }
        guard paths.count == acts.count, let parent = paths.first?.parent, !context.isBroad(parent),
            !paths.contains(where: SecretPlace.holds)
        else { return nil }
        return parent
    }

    private static func guarded(
        _ acts: [DeniedAct], _ amendments: [DeniedAct.Amendment], _ loosened: [Comparison.Difference],
        _ ground: Ground
    ) -> [String] {
        var reasons: [String] = []
        if amendments.contains(where: { $0.path.hasSuffix(".deny") }) {
            reasons.append("it takes back what \(acts[0].rule) denies by name")
        }
        for act in acts {
            switch act.attempt {
            case .open(let path, _) where SecretPlace.holds(path):
                reasons.append("\(ground.context.written(path)) is where secrets are kept")
            case .finding(let threat, .block, _):
                reasons.append(
                    "the scan calls the code hostile (\(threat.rawValue)); the walls alone hold it then")
            case .connect(.network(_, .block(let block), _)) where InnerAddresses.contain(block.bytes):
                reasons.append(
                    "\(Host.block(block)) is this machine, its link or its cloud's metadata service")
            default: continue
            }
        }
        if amendments.contains(where: { $0.path.hasPrefix("syscalls") }) {
            reasons.append("the call runs natively then, whatever it is asked for")
        }
        if let base = ground.base {
            let held = loosened.map { $0.path }.filter { path in
                !base.loosen.contains { path == $0 || path.hasPrefix($0 + ".") }
            }
            if let first = held.first {
                reasons.append("\(first) is held by \(base.name), and the policy's `loosen` does not name it")
            }
        }
        return reasons.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    // MARK: Why

    private static func reason(_ act: DeniedAct, _ ground: Ground?, _ change: PolicyChange?) -> String {
        let why = why(act, ground)
        guard change == nil, ground != nil else { return why }
        return why + "; \(obstacle(act, ground))"
    }

    private static func why(_ act: DeniedAct, _ ground: Ground?) -> String {
        switch act.attempt {
        case .open, .execute:
            if !act.rule.hasPrefix("files") { return "\(act.rule) takes it out of every grant" }
            let list = act.amendments.first?.last?.path ?? act.rule
            return list == "files.exec"
                ? "only the command itself and what files.exec names may be started"
                : "\(list) does not name it, and the command does not need it to start"
        case .connect(.network(_, .block(let block), _)) where InnerAddresses.contain(block.bytes):
            return "no name and no larger block leads to an inner address; only a grant of it by itself does"
        case .connect: return "network.allow does not name it"
        case .listen: return "network.listen does not name it"
        case .call(let name, _):
            return ground?.policy.syscalls.deny.contains { $0.value == name } == true
                ? "syscalls.deny names it" : "it is not among the calls that runs may make"
        case .use(let limit, _):
            return "the run came to limits.\(limit.rawValue)"
        case .tool: return "tools.allow does not name it, or a rule of tools refuses these arguments"
        case .finding(let threat, let level, _):
            return "the scan takes it for \(threat.rawValue) at \(level.rawValue), which the policy refuses"
        default: return "no part of a policy speaks of it"
        }
    }

    /// Why nothing is proposed.
    private static func obstacle(_ act: DeniedAct, _ ground: Ground?) -> String {
        switch act.attempt {
        case .open(let path, _):
            return "a grant that allows it would be as wide as \(path.parent)"
        case .call: return "no policy can allow it: it would undo the walls of the run"
        case nil: return "no policy can allow it"
        default: return "none of the changes that were tried allows it"
        }
    }
}

extension DeniedAct.Amendment {
    /// The same for a directory instead of what lies in it.
    fileprivate func over(_ directory: Path) -> DeniedAct.Amendment {
        if case .adding = value { return .init(path, .adding([directory.description])) }
        return self
    }

    fileprivate func isTooBroad(_ context: Policy.Context) -> Bool {
        guard path.hasPrefix("files."), case .adding(let entries) = value else { return false }
        return entries.contains { context.isBroad(Path($0)) && (try? Path($0).status())?.kind == .directory }
    }

    /// With paths as people write them.
    fileprivate func written(in context: Policy.Context) -> DeniedAct.Amendment {
        guard path.hasPrefix("files.") else { return self }
        switch value {
        case .adding(let entries): return .init(path, .adding(entries.map { context.written(Path($0)) }))
        case .list(let entries): return .init(path, .list(entries.map { context.written(Path($0)) }))
        case .scalar: return self
        }
    }
}
