import Event
import Linux
import Policy
import Scan

/// `guardrun scan --format sarif`: one run of the Static Analysis Results Interchange Format (OASIS, SARIF 2.1.0), with
/// what GitHub's code scanning asks for besides.
enum ScanLog {
    private static let schema =
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

    /// Everything before the results: the tool and all its rules, so that a result can name its rule by number.
    static func head(_ rules: ScanRules) -> [UInt8] {
        var described = Rule.all.map(descriptor)
        for located in rules.patterns { described.append(descriptor(located.value)) }
        let driver = JSON.object([
            .init("name", "guardrun"), .init("semanticVersion", .string(Help.versionNumber)),
            .init("rules", .array(described)),
        ])
        var out: [UInt8] = []
        out += "{\"$schema\":\"\(schema)\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":".utf8
        driver.write(to: &out)
        out += "},\"columnKind\":\"utf16CodeUnits\",\"results\":[\n".utf8
        return out
    }

    static let tail = Array("\n]}]}\n".utf8)

    /// The results of one file, with commas between them.
    static func results(_ verdict: Verdict, _ bytes: [UInt8]) -> [UInt8] {
        let findings = verdict.findings.map { $0.finding }
        let spans = findings.flatMap { [$0.span] + $0.evidence.map { $0.span } }
        let columns = Positions(
            of: spans.flatMap { [$0.bytes.lowerBound, $0.bytes.upperBound] }, in: bytes, counting: .utf16)
        let address = uri(verdict.name.bytes)
        var out: [UInt8] = []
        for judged in verdict.findings {
            if !out.isEmpty { out += ",\n".utf8 }
            result(judged, address, columns).write(to: &out)
        }
        return out
    }

    private static func result(_ judged: Verdict.Judged, _ uri: String, _ columns: Positions) -> JSON {
        let finding = judged.finding
        var members: [JSON.Member] = [
            .init("ruleId", .string(finding.rule)), .init("level", .string(level(judged.action))),
            .init("message", .object([.init("text", .string(finding.message))])),
            .init("locations", .array([location(uri, finding.span, columns)])),
        ]
        if let index = Rule.all.firstIndex(where: { $0.id == finding.rule }) {
            members.insert(.init("ruleIndex", .number(index)), at: 1)
        }
        if let reason = judged.allowed {
            let suppression = JSON.object([
                .init("kind", "inSource"), .init("justification", .string(reason)),
            ])
            members.append(.init("suppressions", .array([suppression])))
        }
        if !finding.evidence.isEmpty {
            let steps = finding.evidence.map { evidence in
                JSON.object([.init("location", location(uri, evidence.span, columns, evidence.message))])
            }
            let flow = JSON.object([
                .init("threadFlows", .array([.object([.init("locations", .array(steps))])]))
            ])
            members.append(.init("codeFlows", .array([flow])))
        }
        members.append(
            .init(
                "properties",
                .object([
                    .init("threat", .string(finding.threat.rawValue)),
                    .init("level", .string(finding.level.rawValue)),
                    .init("action", .string(judged.action.rawValue)),
                    .init("confidence", .fraction(finding.confidence)),
                ])))
        return .object(members)
    }

    private static func level(_ action: Action) -> String {
        switch action {
        case .deny, .ask: "error"
        case .warn: "warning"
        case .allow: "note"
        }
    }

    private static func location(_ uri: String, _ span: Span, _ columns: Positions, _ text: String = "")
        -> JSON
    {
        let place = columns.span(span.bytes)
        let region = JSON.object([
            .init("startLine", .number(place.line)), .init("startColumn", .number(place.column)),
            .init("endLine", .number(place.endLine)), .init("endColumn", .number(place.endColumn)),
        ])
        var members: [JSON.Member] = [
            .init(
                "physicalLocation",
                .object([
                    .init("artifactLocation", .object([.init("uri", .string(uri))])), .init("region", region),
                ]))
        ]
        if !text.isEmpty { members.append(.init("message", .object([.init("text", .string(text))]))) }
        return .object(members)
    }

    // MARK: Rules

    private static func descriptor(_ rule: Rule) -> JSON {
        .object([
            .init("id", .string(rule.id)), .init("shortDescription", text(rule.message)),
            .init("fullDescription", text(rule.message)),
            .init(
                "help",
                text(
                    "\(rule.message) Threat: \(rule.threat.rawValue); level: \(rule.level.rawValue); "
                        + "CWE-\(rule.cwe); ATT&CK \(rule.attack).")),
            .init("defaultConfiguration", .object([.init("level", .string(level(rule.level)))])),
            .init(
                "properties",
                .object([
                    .init(
                        "tags",
                        .array([
                            "security", .string("external/cwe/cwe-\(padded(rule.cwe))"),
                            .string("external/attack/\(rule.attack)"), .string(rule.threat.rawValue),
                        ])),
                    .init("precision", .string(precision(rule.confidence))),
                    .init("security-severity", .string(severity(rule.level))),
                ])),
        ])
    }

    private static func descriptor(_ pattern: Pattern) -> JSON {
        let sentence = "Holds what the policy's pattern \(pattern.id) looks for."
        return .object([
            .init("id", .string(pattern.id)), .init("shortDescription", text(sentence)),
            .init("fullDescription", text(sentence)), .init("help", text(sentence)),
            .init("defaultConfiguration", .object([.init("level", .string(level(pattern.level)))])),
            .init(
                "properties",
                .object([.init("tags", .array(["security", .string(pattern.threat.rawValue)]))])),
        ])
    }

    private static func text(_ sentence: String) -> JSON { .object([.init("text", .string(sentence))]) }

    private static func level(_ level: Level) -> String {
        switch level {
        case .block: "error"
        case .review: "warning"
        case .capability: "note"
        }
    }

    /// GitHub reads it as the score of CVSS: from 9.0 critical, 7.0 high, 4.0 medium, 0.1 low.
    private static func severity(_ level: Level) -> String {
        switch level {
        case .block: "8.0"
        case .review: "5.0"
        case .capability: "2.0"
        }
    }

    private static func precision(_ confidence: Double) -> String {
        confidence >= 0.95 ? "very-high" : confidence >= 0.8 ? "high" : confidence >= 0.5 ? "medium" : "low"
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    // MARK: Addresses

    /// A path as a relative reference, or as a file URI when it is absolute (RFC 3986, RFC 8089).
    static func uri(_ path: [UInt8]) -> String {
        var out = path.first == UInt8(ascii: "/") ? "file://" : ""
        var rest = path[...]
        while rest.starts(with: "./".utf8) { rest = rest.dropFirst(2) }
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        for byte in rest {
            let isPlain =
                byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "-._~/".utf8.contains(byte)
            if isPlain {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += "%"
                out.unicodeScalars.append(digits[Int(byte >> 4)])
                out.unicodeScalars.append(digits[Int(byte & 15)])
            }
        }
        return out
    }
}
