import Policy
import Testing

@Suite("A policy for Agent-OS")
struct ExportTests {
    @Test("a policy as a GovernancePolicy, which imports to no more than it says")
    func export() throws {
        let directory = try Directory()
        try directory.write(
            """
            guardrun: 1
            name: agent
            scan: {patterns: ['rm -rf', {regex: 'a+', id: r}, {glob: 'x?y', id: g}]}
            limits: {wall: 90500ms, tool_calls: 5, tokens: 100}
            tools: {allow: [read_file, 'files.*'], approve: [read_file]}
            """, to: "p.yaml")
        let context = Policy.Context(
            workingDirectory: directory.context.workingDirectory, home: directory.context.home,
            hasSession: true)
        let policy = try Policy.load(
            reference: "p.yaml", settings: [], context: context, checkPattern: checkPattern
        ).policy
        let exported = ImportedPolicy(exporting: policy)
        #expect(
            exported.text == """
                # Exported from the policy agent of guardrun.
                name: agent
                timeout_seconds: 90
                max_tokens: 100
                max_tool_calls: 5
                allowed_tools: [read_file]
                require_human_approval: true
                blocked_patterns:
                  - 'rm -rf'
                  - {pattern: 'a+', type: regex}
                  - {pattern: '*x?y*', type: glob}
                log_all_calls: true

                """)
        #expect(
            exported.rows.contains { $0.field == "tools.allow: files.*" && $0.sentence.hasPrefix("CANNOT") })
        let back = try GovernancePolicy(
            Array(exported.text.utf8), file: "old", emptyTools: nil, checkPattern: checkPattern)
        #expect(back.text.contains("allow: [read_file]") && back.text.contains("wall: 90s"))
        // No tool at all is no empty list, which would be every tool there.
        let none = ImportedPolicy(exporting: try PolicyTests.policy("guardrun: 1\n")).text
        #expect(none.contains("max_tool_calls: 0") && !none.contains("allowed_tools"))
    }
}
