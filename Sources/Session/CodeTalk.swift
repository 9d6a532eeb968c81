import Audit
import Event
import Linux
import Policy
import Scan

/// What is said of code, of cells and of what they make while they run.
extension Conversation {
    /// Code that was made while a cell ran is looked at before it runs there. It comes by a hook that lies within reach
    /// of the code itself: this informs and refuses early, and is no wall.
    func look(at code: GuestMessage.Compiled) throws(Malformed) {
        guard case .execute? = current?.kind, current?.id == code.id, open == nil else {
            throw Malformed("code to look at outside a cell")
        }
        let bytes = Array(code.source.utf8)
        let verdict = verdict(on: bytes)
        let isAllowed = verdict.action < .ask || terms.onlyWarns
        if isWorthRecording(verdict, code.origin) {
            let event = SessionEvents.compiled(
                code, verdict, digest: Digest(bytes), threats: Self.threats(of: verdict),
                isAllowed: isAllowed)
            guard record(event) else { return }
        }
        guest.send(
            isAllowed
                ? ["type": "verdict"]
                : ["type": "verdict", "denied": .string(Self.refusal(of: verdict))])
    }

    /// Plain code is made by the thousand; the first thousand of an interpreter are enough to see that. What a library
    /// makes is recorded when something is found.
    private func isWorthRecording(_ verdict: Verdict, _ origin: GuestMessage.Compiled.Origin) -> Bool {
        guard verdict.findings.isEmpty else { return true }
        guard origin != .library, plainCompilations < 1_000 else { return false }
        plainCompilations += 1
        return true
    }

    /// Why code is refused, for whoever wrote it.
    static func refusal(of verdict: Verdict) -> String {
        let reasons = worst(of: verdict).prefix(5).map {
            "line \($0.span.line): \($0.message) (\($0.threat.rawValue), \($0.rule))"
        }
        return "the policy refuses this code: " + reasons.joined(separator: "; ")
    }

    /// The threats that decided, in words.
    static func threats(of verdict: Verdict) -> String {
        Set(worst(of: verdict).map { $0.threat.rawValue }).sorted().joined(separator: ", ")
    }

    private static func worst(of verdict: Verdict) -> [Finding] {
        verdict.findings.filter { $0.action == verdict.action }.map { $0.finding }
    }

    /// What the scan says of code; it is asked once for the same code, as agents come back to what they wrote.
    func verdict(on code: [UInt8]) -> Verdict {
        if let known = verdicts.first(where: { $0.code == code }) { return known.verdict }
        let verdict = terms.scanner.scan(
            Source(name: Path("cell"), language: .python, bytes: code, place: .step))
        if code.count <= Self.longestKnown {
            if verdicts.count == Self.mostKnown { verdicts.removeFirst() }
            verdicts.append((code, verdict))
        }
        return verdict
    }

    private static let mostKnown = 32
    private static let longestKnown = 1 << 16
}
