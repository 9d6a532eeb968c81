import Event
import Glibc
import Linux
import Policy
import Scan
import Supervise

/// Looks at code before it runs, and decides whether it may.
final class Inspection {
    private let rules: ScanRules
    private let mode: Options.Scanning
    private let kept: AuditRules.Code
    private(set) var verdicts: [Verdict] = []
    private var sources: [Source] = []
    /// Why the code is refused, or what was found and lets it run.
    private(set) var reason = "nothing was found"

    /// - Parameter kept: how much of the code the events tell.
    init(_ rules: ScanRules, mode: Options.Scanning, kept: AuditRules.Code) {
        self.kept = kept
        self.rules = rules
        self.mode = mode
    }

    /// Scans each source, once however often the launch has to be tried.
    func look(at sources: [Source]) {
        guard verdicts.isEmpty, !sources.isEmpty else { return }
        do throws(ScanError) {
            let scanner = try Scanner(rules: rules)
            verdicts = sources.map { scanner.scan($0) }
            self.sources = sources
        } catch {
            // The policy was read with the same patterns, so this is a fault of guardrun.
            fail("the code cannot be scanned: \(error)")
        }
    }

    /// What the policy does about the code as a whole.
    var action: Action { verdicts.map { $0.action }.max() ?? .allow }

    /// Whether the code may run; a person is asked where the policy says so and one is there.
    ///
    /// - Parameter signals: those sent to guardrun; one that asks it to end is a refusal.
    func decide(_ signals: SignalQueue) -> Bool {
        let worst = verdicts.flatMap { $0.findings }.filter { $0.action == action }.map { $0.finding }
        let findings = Set(worst.map { $0.threat.rawValue }).sorted().joined(separator: ", ")
        switch action {
        case .allow:
            if !worst.isEmpty { reason = "the policy allows \(findings)" }
            return true
        case .warn:
            reason = "the scan warns of \(findings)"
            return true
        case .ask, .deny:
            if mode == .warn {
                reason = "the scan would refuse it for \(findings), and --scan warn lets it run"
                return true
            }
            guard action == .ask else {
                reason = "the scan found \(findings)"
                return false
            }
            let answer = Self.ask(worst.first?.message ?? "", findings, signals)
            switch answer {
            case .yes: reason = "a person allowed \(findings)"
            case .no: reason = "a person refused \(findings)"
            case .ended(let signal):
                reason =
                    "\(SignalName.of(signal)) was sent to guardrun while a person was asked about \(findings)"
            case .nobody: reason = "the policy wants a person asked about \(findings), and none is there"
            }
            return answer == .yes
        }
    }

    /// Refuses what was allowed, for a reason that is none of the scan's.
    func refuse(_ reason: String) { self.reason = reason }

    private enum Answer: Equatable {
        case yes, no
        /// A signal asked guardrun to end before there was an answer.
        case ended(Int32)
        /// There is no terminal to ask on.
        case nobody
    }

    /// Asks on the terminal.
    private static func ask(_ message: String, _ threats: String, _ signals: SignalQueue) -> Answer {
        guard let terminal = try? Descriptor.open(Path("/dev/tty"), O_RDWR | O_NOCTTY) else { return .nobody }
        let question = "guardrun: \(inert(message)) (\(threats)). Run it all the same? [y/N] "
        guard (try? terminal.write(question.utf8)) != nil else { return .nobody }
        if let signal = signals.ending(before: terminal.number) { return .ended(signal) }
        guard let answer = try? terminal.read(atMost: 256) else { return .nobody }
        return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y") ? .yes : .no
    }

    /// One event for each source.
    var events: [Event] {
        zip(verdicts, sources).map { verdict, source in
            Event(
                .scanFinished, verdict.action >= .ask ? .high : verdict.action == .warn ? .warning : .info,
                "\(verdict.name) was scanned: \(verdict.findings.count) finding\(verdict.findings.count == 1 ? "" : "s"), "
                    + verdict.action.rawValue,
                fields: [
                    .init("path", .text(verdict.name.bytes)),
                    .init("language", .string(verdict.language.rawValue)),
                    .init("verdict", .string(verdict.action.rawValue)),
                    .init("findings", .array(verdict.findings.prefix(200).map { json($0, in: source) })),
                ] + (kept == .full ? [.init("code", .text(source.bytes))] : []))
        }
    }

    private func json(_ judged: Verdict.Judged, in source: Source) -> JSON {
        let finding = judged.finding
        var members: [JSON.Member] = [
            .init("rule", .string(finding.rule)), .init("threat", .string(finding.threat.rawValue)),
            .init("level", .string(finding.level.rawValue)), .init("action", .string(judged.action.rawValue)),
            .init("line", .number(finding.span.line)), .init("column", .number(finding.span.column)),
            .init("end_line", .number(finding.span.endLine)),
            .init("end_column", .number(finding.span.endColumn)),
        ]
        if kept != .digest {
            members.append(.init("excerpt", .text(source.line(at: finding.span.bytes.lowerBound))))
        }
        members.append(.init("message", .string(finding.message)))
        if let allowed = judged.allowed { members.append(.init("allowed", .string(allowed))) }
        return .object(members)
    }
}
