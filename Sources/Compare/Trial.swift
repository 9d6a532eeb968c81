import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// Attempts put before what decides in a run: the judges, the filter, the scanner, the limits. Nothing is done.
///
/// The run has no command, so what a command brings with it (its program, loader and libraries) is not granted, and
/// the host is taken to lack nothing.
package struct Trial {
    /// What is answered, and what decided.
    package struct Outcome: Equatable, Sendable {
        package let answer: Answer
        /// The part of the policy: `files.read`, `syscalls`, or the place of the line.
        package let rule: String
        /// Why, for people.
        package let sentence: String
        /// It is answered by what every run has of its own, or by a directory that only leads to a grant: nothing of the
        /// host is seen, and no comparison looks at it.
        package var isOfTheView = false
    }

    private let policy: Policy
    private let judge: Judge
    private let grants: Grants
    /// What is denied, also where it is not there yet.
    private let denied: [Located<Path>]
    private let lookup: PlannedLookup
    private let filter: CallFilter
    private let patterns: PatternTrial
    /// The addresses that names stand for here.
    private let names: StandInNames

    /// - Throws: what of the policy cannot be held on this host.
    package init(_ policy: Policy) throws(Unenforceable) {
        self.policy = policy
        grants = try Grants(policy)
        denied = policy.files.deny.map { Located((try? Settled($0.value).path) ?? $0.value, at: $0.origin) }
        names = StandInNames()
        judge = Judge(policy, grants, destinations: try names.destinations(policy.network))
        lookup = PlannedLookup(grants: grants)
        filter = CallFilter(policy, policy.syscalls)
        patterns = PatternTrial(policy.scan)
    }

    package func answer(_ attempt: Attempt) -> Answer { outcome(attempt).answer }

    package func outcome(_ attempt: Attempt) -> Outcome {
        switch attempt {
        case .open(let path, let writes): open(path, writes: writes)
        case .execute(let path):
            judged(
                .execute(GuestPath(directory: AT_FDCWD, text: path.bytes, follows: true), arguments: []),
                "files.exec")
        case .connect(let endpoint): network(endpoint, "network.allow") { .connect(socket: 0, $0) }
        case .listen(let endpoint): network(endpoint, "network.listen") { .bind(socket: 0, $0) }
        case .call(let name, let arguments): call(name, arguments)
        case .use(let limit, let amount):
            bounded(amount, policy.limits[limit], "limits.\(limit.rawValue)") { limit.text($0) }
        case .trail(let bytes):
            bounded(bytes, policy.audit.maxBytes, "audit.max_bytes") { Policy::Limit.disk.text($0) }
        case .cap(let cap, let amount):
            bounded(amount, policy.limits.sessionCaps[cap], "limits.\(cap.rawValue)") { cap.text($0) }
        case .tool(let name):
            Outcome(
                answer: policy.tools.answer(name), rule: "tools.allow",
                sentence: "a call of \(name) in a session, with arguments that break no rule")
        case .finding(let threat, let level, let confidence):
            Outcome(
                answer: Answer(policy.scan.action(for: threat, level, confidence: confidence)),
                rule: confidence < policy.scan.confidence
                    ? "scan.confidence" : "scan.threats.\(threat.rawValue)",
                sentence: "a finding of \(threat.rawValue) at \(level.rawValue)")
        case .code:
            Outcome(
                answer: patterns.answer(attempt), rule: "scan.patterns",
                sentence: "what patterns find in that code")
        case .without(let mechanism):
            Outcome(
                answer: policy.require.contains { $0.value == mechanism } ? .deny : .allow, rule: "require",
                sentence: "a run without \(mechanism.rawValue)")
        case .powerCut:
            Outcome(
                answer: policy.audit.denials == .sync ? .deny : .allow, rule: "audit.denials",
                sentence: "losing the event of a refusal when the power fails")
        case .forgottenCode(let kept):
            Outcome(
                answer: policy.audit.code.isLess(than: kept) ? .allow : .deny, rule: "audit.code",
                sentence: "keeping less than the \(kept.rawValue) of the code")
        case .unseenOpen:
            Outcome(
                answer: policy.visibility == .full ? .deny : .allow, rule: "visibility",
                sentence: "a refused open without its event")
        case .unseenWrite:
            Outcome(
                answer: policy.files.writesUnseen ? .allow : .deny, rule: "files.workspace",
                sentence: "a change in the working directory before anybody has looked at it")
        }
    }

    /// A refusal, as the policy wants it to be.
    private var refusal: Answer { policy.syscalls.onViolation == .kill ? .kill : .deny }

    /// The judge lets an open go on where the kernel answers by itself: what is not granted is not there then.
    private func open(_ path: Path, writes: Bool) -> Outcome {
        let flags: OpenFlags = writes ? [.writeOnly, .create] : []
        let guest = GuestPath(directory: AT_FDCWD, text: path.bytes, follows: true)
        let outcome = judged(.open(guest, flags: flags), writes ? "files.write" : "files.read")
        guard outcome.answer == .allow, let place = lookup.place(of: guest, for: 0)?.path else {
            return outcome
        }
        if let outcome = cutOut(place) { return outcome }
        if grants.rights(for: place).contains(writes ? .write : .read) {
            return Outcome(
                answer: .allow, rule: reason(place, writes ? .write : .read), sentence: "\(place) is granted")
        }
        if [Path("/proc"), Path("/dev"), Path("/tmp")].contains(where: { $0.contains(place) }) {
            return Outcome(
                answer: .allow, rule: "",
                sentence: "the run has its own /proc, /dev and /tmp", isOfTheView: true)
        }
        if !writes, lookup.isVisible(place) {
            return Outcome(
                answer: .allow, rule: "",
                sentence: "\(place) leads to what is granted, and shows nothing else", isOfTheView: true)
        }
        return Outcome(
            answer: refusal, rule: "files.read",
            sentence: "\(place) is not granted; that it is missing is no event")
    }

    /// A denied path that is not there is cut out of no grant, and is denied all the same.
    private func cutOut(_ place: Path) -> Outcome? {
        denied.first { $0.value.contains(place) }.map {
            Outcome(
                answer: refusal, rule: "\($0.origin)",
                sentence: "\($0.value) is denied, also once it is there")
        }
    }

    /// Who grants it.
    private func reason(_ path: Path, _ right: Rights) -> String {
        grants.entries.last { grant in
            grant.rights.contains(right)
                && (grant.path == path || grant.isDirectory && grant.path.contains(path))
        }?.reason ?? ""
    }

    private func judged(_ kind: Act.Kind, _ rule: String, over transport: Transport? = nil) -> Outcome {
        let call = Notification(id: 0, pid: 0, number: 0, architecture: 0, arguments: [0, 0, 0, 0, 0, 0])
        let act = Act(call: call, name: "", kind: kind)
        let socket = SocketState(transport: transport, local: nil, peer: nil)
        switch judge.ruling(on: act, lookup, socket: { _, _ in socket }) {
        case .violate(let violation):
            return Outcome(answer: refusal, rule: violation.rule, sentence: violation.sentence)
        case .fail(let errno): return Outcome(answer: refusal, rule: rule, sentence: "it fails: \(errno)")
        case .start(let path, _):
            if let outcome = cutOut(path) { return outcome }
            return Outcome(answer: .allow, rule: reason(path, .execute), sentence: "\(path) is granted")
        default: return Outcome(answer: .allow, rule: rule, sentence: "the policy grants it")
        }
    }

    private func network(_ endpoint: Endpoint, _ rule: String, _ kind: (SocketAddress) -> Act.Kind) -> Outcome
    {
        let addresses = names.addresses(of: endpoint)
        guard let first = addresses.first else {
            return Outcome(answer: refusal, rule: rule, sentence: "\(endpoint) is no single destination")
        }
        let transport: Transport? =
            if case .network(let transport, _, _) = endpoint { transport } else { .tcp }
        let outcomes = addresses.map { judged(kind($0), rule, over: transport) }
        return outcomes.first { $0.answer != .allow } ?? judged(kind(first), rule, over: transport)
    }

    private func call(_ name: String, _ arguments: [UInt64]) -> Outcome {
        guard let call = SystemCall(name) else {
            return Outcome(answer: refusal, rule: "syscalls", sentence: "this architecture has no \(name)")
        }
        let six = Array((arguments + [0, 0, 0, 0, 0, 0]).prefix(6))
        switch filter.answer(call, six) {
        case .allow: return Outcome(answer: .allow, rule: "syscalls", sentence: "\(name) runs natively")
        case .judge:
            return Outcome(
                answer: .judge, rule: "syscalls",
                sentence:
                    "\(name) is judged: what it is asked to do decides, by the other parts of the policy")
        default: return Outcome(answer: refusal, rule: "syscalls", sentence: "\(name) is not granted")
        }
    }

    private func bounded(
        _ amount: UInt64, _ bound: UInt64?, _ rule: String, _ text: (UInt64?) -> String
    ) -> Outcome {
        let isWithin = amount <= bound ?? .max
        return Outcome(
            answer: isWithin ? .allow : .deny, rule: rule,
            sentence: "the limit is \(text(bound)), and \(text(amount)) is \(isWithin ? "within" : "over") it"
        )
    }
}
