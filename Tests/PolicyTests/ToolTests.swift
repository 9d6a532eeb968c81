import Event
import Linux
import Testing

@testable import Policy

@Suite("Tools and caps of sessions")
struct ToolTests {
    private let directory: Directory

    init() throws { directory = try Directory() }

    private func load(_ settings: [String]) throws(PolicyFaults) -> Policy {
        let context = Policy.Context(
            workingDirectory: Path("/work"), home: Path("/home/u"), hasSession: true)
        return try Policy.load(
            reference: "strict", settings: settings, context: context, checkPattern: { _ in nil }
        ).policy
    }

    @Test(
        "names match in full, with stars and question marks",
        arguments: [
            ("web_search", "web_search", true), ("web_search", "web_searches", false),
            ("files.*", "files.read", true), ("files.*", "files", false), ("*", "", true),
            ("a*b*c", "a-b-b-c", true), ("a*b*c", "acb", false), ("?ool", "tool", true),
            ("?ool", "ool", false),
        ])
    func names(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(ToolName(pattern).matches(name) == matches)
    }

    @Test("a name of many stars takes no time to speak of")
    func stars() {
        let pattern = String(repeating: "*a", count: 64)
        #expect(
            !ToolName(pattern).matches(String(repeating: "a", count: 63) + String(repeating: "b", count: 193))
        )
    }

    @Test("what is written is what holds, and the document says it again")
    func rules() throws {
        let policy = try load([
            "tools.allow=[web_search]", "tools.approve=['mail.*']",
            "tools.rules=[{tool: web_search, calls: 5, arguments: {n: {type: integer, maximum: 3}}, refuse: [x]}]",
            "limits.cost_usd=1.5", "limits.session_wall=30m", "limits.tool_calls=7",
        ])
        #expect(policy.tools.allow.map(\.value.description) == ["web_search"])
        #expect(policy.tools.rules.first?.value.calls == 5)
        #expect(policy.tools.rules.first?.value.arguments.first?.maximum == 3)
        #expect(policy.tools.patterns.count == 1)
        #expect(policy.limits.sessionCaps.costUSD == 1_500_000)
        #expect(policy.limits.sessionCaps.toolCalls == 7)
        #expect(policy.document["tools"]?["approve"] == ["mail.*"])
        #expect(policy.document["limits"]?["session_wall"] == "30m")
        #expect(try load([]).document["tools"] == nil)
    }

    @Test("a rate, a language and a wait are what holds, and the document says them again")
    func pace() throws {
        let policy = try load([
            "tools.answer_within=5m",
            "tools.rules=[{tool: shell, rate: {calls: 10, within: 1m}, arguments: {command: {language: shell}}}]",
        ])
        #expect(policy.tools.answerWithin == 300_000_000_000)
        let rule = policy.tools.rules.first?.value
        #expect(rule?.rate == CallRate(calls: 10, within: 60_000_000_000))
        #expect(rule?.arguments.first?.language == .shell)
        #expect(policy.document["tools"]?["answer_within"] == "5m")
        let written = policy.document["tools"]?["rules"]?.elements?.first
        #expect(written?["rate"] == ["calls": 10, "within": "1m"])
        #expect(written?["arguments"]?["command"]?["language"] == "shell")
        #expect(try load([]).tools.answerWithin == 60_000_000_000)
        #expect(policy.loosenings(over: try load([])).contains { $0.path == "tools.answer_within" })
    }

    @Test(
        "a rate is both of its halves, and a small number",
        arguments: ["{calls: 10}", "{within: 1m}", "{calls: 1001, within: 1m}", "{calls: 1, within: 0}", "5"])
    func badRate(_ rate: String) {
        #expect(throws: PolicyFaults.self) { try load(["tools.rules=[{tool: a, rate: \(rate)}]"]) }
    }

    @Test("a tool, a cap and an approval more or less is looser or not")
    func strictness() throws {
        let base = try load(["tools.allow=['files.*']", "tools.approve=[mail]", "limits.tool_calls=3"])
        func paths(_ settings: [String]) throws -> [String] {
            try load(settings).loosenings(over: base).map(\.path)
        }
        #expect(try paths(["tools.approve=[mail]", "limits.tool_calls=2"]) == [])
        #expect(try paths(["tools.approve=['*']", "limits.tool_calls=4"]) == ["limits.tool_calls"])
        #expect(try paths(["tools.approve=[mail]"]) == ["limits.tool_calls"])
        #expect(
            try paths(["tools.allow=[web]", "limits.tool_calls=1"]) == ["tools.allow", "tools.approve"])
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("tools.rules=[{calls: 3}]", "a rule of tools names no tool"),
            ("tools.rules=[{tool: a, call: 3}]", "did you mean 'calls'?"),
            ("tools.rules=[{tool: a, arguments: {x: {type: text}}}]", "type is 'text', which is not"),
            (
                "tools.rules=[{tool: a, arguments: {x: {minimum: low}}}]",
                "minimum is the text 'low', not a number"
            ),
            ("tools.allow=['rm -rf']", "write a tool's name"),
            ("limits.cost_usd=-1", "write a sum above zero"),
            ("limits.concurrent=4", "is not enforced by this version"),
            ("tools.servers={a: b}", "is not enforced by this version"),
        ])
    func wrong(_ setting: String, _ sentence: String) {
        do throws(PolicyFaults) {
            _ = try load([setting])
            Issue.record("\(setting) is no fault")
        } catch {
            #expect(error.description.contains(sentence), "\(error)")
        }
    }

    @Test("a run has no session", arguments: ["limits.tool_calls=3", "limits.idle=5s", "tools.allow=[a]"])
    func run(_ setting: String) {
        #expect(directory.faults("strict", [setting]).first?.contains("needs a session") == true)
    }
}
