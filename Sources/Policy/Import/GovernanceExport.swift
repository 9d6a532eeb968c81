import YAML

extension ImportedPolicy {
    /// A policy as a GovernancePolicy of Agent-OS (3.7), as far as that can say it, and what it cannot. Nothing becomes
    /// looser: what its engine would allow where this policy does not is said in stricter words, or named as lost.
    package init(exporting policy: Policy) {
        var lines: [String] = []
        var rows: [Row] = []
        func say(_ field: String, _ value: String, for key: String, _ sentence: String = "kept") {
            lines.append("\(field):\(value.hasPrefix("\n") ? "" : " ")\(value)")
            rows.append(Row(field: key, key: field, sentence: sentence))
        }
        func lose(_ key: String, _ sentence: String) {
            rows.append(Row(field: key, key: nil, sentence: "CANNOT be said there: \(sentence)"))
        }
        say("name", quote(policy.name), for: "name")
        if let wall = policy.limits.wall {
            let seconds = max(1, wall / 1_000_000_000)
            say(
                "timeout_seconds", "\(seconds)", for: "limits.wall",
                "its engine looks at the clock before the next call, and ends nothing")
        } else {
            lose("limits.wall", "no limit is 300 s there")
        }
        let caps = policy.limits.sessionCaps
        if let tokens = caps.tokens {
            say("max_tokens", "\(tokens)", for: "limits.tokens")
        } else {
            lose("limits.tokens", "no limit is 4096 there")
        }
        Self.tools(policy, say, lose)
        var patterns: [String] = []
        for pattern in policy.scan.patterns.map({ $0.value }) {
            switch pattern.form {
            case .contains(let text): patterns.append("  - \(quote(text))")
            case .regex(let text): patterns.append("  - {pattern: \(quote(text)), type: regex}")
            case .glob(let text): patterns.append("  - {pattern: \(quote("*" + text + "*")), type: glob}")
            }
        }
        if !patterns.isEmpty {
            say(
                "blocked_patterns", "\n" + patterns.joined(separator: "\n"), for: "scan.patterns",
                "\(patterns.count) kept; its engine looks at the arguments of calls, in either case, and not at code"
            )
        }
        say("log_all_calls", "true", for: "audit")
        for (key, isSaid) in [
            (
                "files",
                !(policy.files.read + policy.files.write + policy.files.exec + policy.files.deny).isEmpty
            ),
            ("network", !(policy.network.allow + policy.network.listen).isEmpty),
            ("syscalls", true), ("scan.threats", true), ("require", !policy.require.isEmpty),
            ("tools.rules", !policy.tools.rules.isEmpty),
        ] where isSaid {
            lose(key, "its engine has no walls, and calls code what tools are called with")
        }
        for limit in Limit.allCases where limit != .wall && policy.limits[limit] != nil {
            lose("limits.\(limit.rawValue)", "its engine measures nothing of it")
        }
        for cap in [SessionCap.costUSD, .sessionWall, .idle] where caps[cap] != nil {
            lose("limits.\(cap.rawValue)", "its engine measures nothing of it")
        }
        text =
            (["# Exported from the policy \(policy.name) of guardrun."] + lines).joined(separator: "\n")
            + "\n"
        self.rows = rows
    }

    /// An empty list of tools is every tool there, so that none is a cap of none.
    private static func tools(
        _ policy: Policy, _ say: (String, String, String, String) -> Void, _ lose: (String, String) -> Void
    ) {
        let names = policy.tools.allow.map { $0.value.description }
        let isPattern = { (name: String) in name.utf8.contains { $0 == 0x2A || $0 == 0x3F } }
        let cap = policy.limits.sessionCaps.toolCalls
        if names.isEmpty || !names.contains("*") && names.allSatisfy(isPattern) {
            say(
                "max_tool_calls", "0", "tools.allow",
                "no tool is allowed, and an empty list would be every tool there")
            for name in names { lose("tools.allow: \(name)", "names are whole there") }
        } else {
            if let cap {
                say("max_tool_calls", "\(cap)", "limits.tool_calls", "kept")
            } else {
                lose("limits.tool_calls", "no limit is 10 there")
            }
            if names.contains("*") {
                say("allowed_tools", "[]", "tools.allow", "every tool")
            } else {
                let whole = names.filter { !isPattern($0) }
                say("allowed_tools", "[\(whole.map(quote).joined(separator: ", "))]", "tools.allow", "kept")
                for name in names where isPattern(name) {
                    lose("tools.allow: \(name)", "names are whole there")
                }
            }
        }
        let approved = policy.tools.approve.map { $0.value.description }
        if !approved.isEmpty {
            say(
                "require_human_approval", "true", "tools.approve",
                approved.contains("*") ? "kept" : "STRICTER there: every call is asked about")
        }
    }
}
