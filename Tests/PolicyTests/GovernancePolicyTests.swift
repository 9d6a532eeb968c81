import Linux
import Testing

@testable import Policy

/// Policies of the engine that came before, imported: each of its failures goes the right way here.
@Suite("A GovernancePolicy as a policy of guardrun")
struct GovernancePolicyTests {
    /// As its `to_yaml()` writes it.
    private static let written = """
        max_tokens: 2048
        max_tool_calls: 5
        allowed_tools:
        - read_file
        blocked_patterns:
        - password
        - pattern: rm\\s+-rf
          type: regex
        - pattern: '*.exe'
          type: glob
        require_human_approval: false
        timeout_seconds: 300
        confidence_threshold: 0.8
        drift_threshold: 0.15
        log_all_calls: true
        checkpoint_frequency: 5
        max_concurrent: 10
        backpressure_threshold: 8
        version: 2.0.0
        """

    private func imported(
        _ text: String, _ emptyTools: GovernancePolicy.EmptyTools? = nil
    ) throws(PolicyFaults) -> GovernancePolicy {
        try GovernancePolicy(
            Array(text.utf8), file: "old.yaml", emptyTools: emptyTools,
            checkPattern: { $0.form.text.hasSuffix("(bad") ? "missing )" : nil })
    }

    private func faults(_ text: String) -> [String] {
        do throws(PolicyFaults) {
            return ["imported: \(try imported(text).text)"]
        } catch {
            return error.faults.map(\.description)
        }
    }

    /// What the imported document loads to.
    private func policy(_ text: String, _ emptyTools: GovernancePolicy.EmptyTools? = nil) throws -> Policy {
        let directory = try Directory()
        try directory.write(try imported(text, emptyTools).text, to: "new.yaml")
        let context = Policy.Context(
            workingDirectory: directory.context.workingDirectory, home: Path("/h"), hasSession: true)
        return try Policy.load(
            reference: "new.yaml", settings: [], context: context, checkPattern: checkPattern
        ).policy
    }

    @Test("loads to what it says, and each field has a row that says what it became")
    func whole() throws {
        let policy = try policy(Self.written)
        #expect(policy.limits.wall == 300_000_000_000)
        #expect(policy.limits.sessionCaps.toolCalls == 5 && policy.limits.sessionCaps.tokens == 2048)
        #expect(policy.tools.allow.map(\.value.description) == ["read_file"])
        #expect(
            policy.scan.patterns.map(\.value.form) == [
                .regex("(?i)password"), .regex("(?i)rm\\s+-rf"), .glob("*.[eE][xX][eE]"),
            ])
        // A pattern refuses, whatever its engine's adapters did with it.
        #expect(
            policy.scan.patterns.allSatisfy {
                policy.scan.action(for: $0.value.threat, $0.value.level) == .deny
            })
        #expect(policy.files == FileRules() && policy.network == NetworkRules())
        let fields = Self.written.split(separator: "\n").compactMap { line -> String? in
            guard let end = line.firstIndex(of: ":"), line.first?.isLetter == true else { return nil }
            return String(line[..<end])
        }
        #expect(try imported(Self.written).rows.map(\.field).sorted() == fields.sorted())
        #expect(try imported(Self.written).rows.allSatisfy { !$0.sentence.isEmpty })
    }

    @Test("its dict form as JSON says the same, and keeps the name that its YAML loses")
    func dictForm() throws {
        let dict = """
            {"name": "team", "max_tokens": 2048, "max_tool_calls": 5, "allowed_tools": ["read_file"],
             "blocked_patterns": ["password", ["rm\\\\s+-rf", "regex"], {"pattern": "*.exe", "type": "glob"}],
             "require_human_approval": false, "timeout_seconds": 300, "version": "2.0.0"}
            """
        var (one, other) = (try policy(dict), try policy(Self.written))
        #expect(one.name == "team")
        (one.name, other.name) = ("", "")
        #expect(one.scan.patterns.map(\.value) == other.scan.patterns.map(\.value))
        #expect(one.limits.wall == other.limits.wall && one.limits.sessionCaps == other.limits.sessionCaps)
    }

    @Test("an empty list of tools is not guessed at")
    func emptyTools() throws {
        let found = faults("allowed_tools: []\n")
        #expect(
            found.count == 1 && found[0].hasPrefix("old.yaml:1:16: allowed_tools is empty, which its engine"))
        #expect(try policy("allowed_tools: []\n", .all).tools.allow.map(\.value.description) == ["*"])
        #expect(try policy("allowed_tools: []\n", EmptyTools.none).tools.allow.isEmpty)
    }
    private typealias EmptyTools = GovernancePolicy.EmptyTools

    @Test("what its engine took in silence is said, all at once")
    func strictness() {
        #expect(
            faults(
                """
                max_tool_call: 1
                max_tokens: true
                timeout_seconds: -5
                max_tool_calls: 3
                max_tool_calls: 4
                require_human_approval: "false"
                confidence_threshold: 2
                blocked_patterns:
                log_all_calls: 1
                """)
                == [
                    "old.yaml:1:1: unknown key 'max_tool_call'; did you mean 'max_tool_calls'?",
                    "old.yaml:2:13: max_tokens is the truth value true, not a whole number from 1 to 1000000000",
                    "old.yaml:3:18: timeout_seconds is the number -5, not a whole number from 1 to 1000000000",
                    "old.yaml:5:1: repeated key 'max_tool_calls'; the first is on line 4, column 1",
                    "old.yaml:6:25: require_human_approval is the text 'false', not true or false; write require_human_approval: true",
                    "old.yaml:7:23: confidence_threshold is the number 2, not a number from 0 to 1",
                    "old.yaml:8:18: blocked_patterns is empty, not a list; write blocked_patterns: [password]",
                    "old.yaml:9:16: log_all_calls is the number 1, not true or false; write log_all_calls: true",
                ])
        #expect(
            faults("blocked_patterns: [{pattern: '(bad', type: regex}]")[0].contains("has no meaning here"))
        #expect(faults("blocked_patterns: ['']")[0].contains("an empty pattern is found everywhere"))
        #expect(faults("rules: []")[0].contains("this is a PolicyDocument"))
        #expect(faults("allowed_tools: ['a*']")[0].contains("here would be a pattern"))
    }

    @Test("evidence cannot be turned off, approval asks, and no calls are none")
    func others() throws {
        let rows = try imported("log_all_calls: false\nmcp_security: {enabled: true, mode: x}\n").rows
        #expect(rows[0].sentence.contains("cannot be turned off") && rows[1].sentence.contains("CANNOT"))
        let asked = try policy("allowed_tools: [a]\nrequire_human_approval: true\n")
        #expect(asked.tools.approve.map(\.value.description) == ["*"])
        #expect(try policy("max_tool_calls: 0\n").tools.allow.isEmpty)
    }
}
