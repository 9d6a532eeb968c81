import Audit
import Compare
import Event
import Linux
import Policy
import Scan

/// `guardrun explain`: what a run was refused, why, and the smallest change of its policy that would allow it.
struct ExplainCommand {
    private let command: AuditCommand
    private let context: Context

    init(_ words: [[UInt8]]) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                .init("--audit", takes: "a directory"), .init("--format", takes: "'text' or 'json'"),
                .init("--json"),
            ])
        context = Context.current()
        command = AuditCommand(
            store: Store.standard(
                asked: flags.last("--audit").map { Path($0) }, user: context.user,
                workingDirectory: context.directory),
            flags: flags, names: flags.words.isEmpty ? ["last"] : flags.words,
            isJSON: try flags.wantsJSON() || flags.has("--json"))
    }

    func run() throws(UsageError) -> Never {
        let trail = try command.trail(for: "explain")
        let events = trail.bytes.split(separator: UInt8(ascii: "\n")).compactMap { JSONReader.value($0) }
        guard let start = events.first, start["type"]?.stringValue == Event.Kind.runStarted.rawValue else {
            throw UsageError(
                description:
                    "\(trail.verification.runID) is no trail of a run: it does not begin with one's start")
        }
        let ran = RunPolicy(start, context)
        let again = trail.again
        // Under --scan warn the code ran all the same.
        let isRefused = events.contains {
            $0["type"]?.stringValue == Event.Kind.policyCheck.rawValue
                && $0["rule"]?.stringValue == "scan.threats"
                && $0["decision"]?.stringValue == Action.deny.rawValue
        }
        let acts = events.flatMap { event in
            event["type"]?.stringValue == Event.Kind.scanFinished.rawValue && !isRefused
                ? []
                : DeniedAct.of(
                    event, count: Int(clamping: 1 + (event["seq"]?.intValue.flatMap { again[$0] } ?? 0)),
                    policy: ran.loaded?.policy)
        }
        let report = ExplainReport(
            runID: "\(trail.verification.runID)", start: start, end: events.last, ran: ran,
            explanation: Explanation(acts, ran.ground))
        if command.isJSON { command.write(report.json) } else { report.print(to: .standardOutput) }
        if !trail.verification.isSound {
            Terminal.standardError.line("guardrun: \(trail.verification.fault)")
        }
        Exit.now(trail.verification.isSound ? Exit.success : Exit.unsound)
    }
}

/// The policy that a trail names, read again.
struct RunPolicy {
    let reference: String
    let settings: [String]
    let loaded: Policy.Loaded?
    /// Whether it still says what it said when the run began.
    let isSame: Bool
    private let context: Policy.Context

    init(_ start: JSON, _ context: Context) {
        let chain = (start["policy"]?["composed_of"]?.elements ?? []).compactMap { $0.stringValue }
        settings = chain.filter { $0.hasPrefix("--set ") }.map { String($0.dropFirst("--set ".count)) }
        let document = chain.last { !$0.hasPrefix("--set ") } ?? ""
        reference = document.hasPrefix("profile ") ? String(document.dropFirst("profile ".count)) : document
        let directory = start["directory"]?.stringValue.map { Path($0) } ?? context.directory
        self.context = Policy.Context(
            workingDirectory: directory.isAbsolute ? directory.normalised : context.directory,
            home: context.user.home, hasSession: true)
        loaded = Self.load(reference, settings, self.context)
        isSame =
            loaded.map { PolicySummary($0).digest.description } == start["policy"]?["digest"]?.stringValue
    }

    private static func load(
        _ reference: String, _ settings: [String], _ context: Policy.Context
    ) -> Policy.Loaded? {
        // What is wrong with it by now is no part of what the run was refused.
        do throws(PolicyFaults) {
            return try Policy.load(
                reference: reference, settings: settings, context: context,
                checkPattern: Scanner.problem(with:))
        } catch {
            return nil
        }
    }

    /// What changes are tried on.
    var ground: Explanation.Ground? {
        guard let loaded else { return nil }
        let documents = loaded.chain.filter { !$0.hasPrefix("--set ") }
        let (reference, settings, context) = (reference, settings, context)
        let isShipped = documents.last?.hasPrefix("profile ") ?? true
        return Explanation.Ground(
            policy: loaded.policy, context: context,
            base: documents.count > 1 && !isShipped
                ? (documents[documents.count - 2], loaded.loosen.map { $0.value }) : nil,
            load: { Self.load(reference, settings + $0, context)?.policy })
    }
}
