import Event
import Linux
import Policy
import Scan

/// `guardrun scan --format json`: an object for each file.
enum ScanObject {
    static func encoded(_ verdict: Verdict) -> [UInt8] { json(verdict).encoded }

    /// A question that nobody is there to answer is a denial.
    private static func json(_ verdict: Verdict) -> JSON {
        let isAsked = verdict.action == .ask
        var members: [JSON.Member] = [
            .init("path", .text(verdict.name.bytes)), .init("language", .string(verdict.form)),
            .init("verdict", .string(isAsked ? Action.deny.rawValue : verdict.action.rawValue)),
        ]
        if isAsked { members.append(.init("ask", true)) }
        if !verdict.limits.isEmpty {
            members.append(.init("incomplete", .array(verdict.limits.map { .string("\($0)") })))
        }
        members.append(.init("findings", .array(verdict.findings.map(json))))
        return .object(members)
    }

    private static func json(_ judged: Verdict.Judged) -> JSON {
        let finding = judged.finding
        return .object(
            [
                .init("rule", .string(finding.rule)), .init("threat", .string(finding.threat.rawValue)),
                .init("level", .string(finding.level.rawValue)),
                .init("confidence", .fraction(finding.confidence)),
                .init("action", .string(judged.action.rawValue)),
            ] + (judged.allowed.map { [.init("allowed", .string($0))] } ?? []) + members(finding.span) + [
                .init("message", .string(finding.message)),
                .init(
                    "evidence",
                    .array(
                        finding.evidence.map {
                            .object(members($0.span) + [.init("message", .string($0.message))])
                        })),
                .init("cwe", finding.cwe.map(JSON.string) ?? .null),
                .init("attack", finding.attack.map(JSON.string) ?? .null),
            ])
    }

    private static func members(_ span: Span) -> [JSON.Member] {
        [
            .init("line", .number(span.line)), .init("column", .number(span.column)),
            .init("end_line", .number(span.endLine)), .init("end_column", .number(span.endColumn)),
        ]
    }
}
