import Linux
import YAML

/// A GovernancePolicy of Agent-OS (3.7 and 5.0, YAML or the JSON of its dict form) as a policy of guardrun, and what
/// became of each of its fields.
package struct GovernancePolicy: Sendable {
    /// What an empty `allowed_tools` is taken to mean: its engine allows every tool then, and readers expect none.
    package enum EmptyTools: String, CaseIterable, Sendable { case all, none }

    package typealias Row = ImportedPolicy.Row

    /// The policy, as a document.
    package private(set) var text = ""
    /// In the order of the source.
    package private(set) var rows: [Row] = []

    fileprivate var name: String?
    fileprivate var wall: UInt64?
    fileprivate var caps: [(key: String, value: String)] = []
    fileprivate var tools: [(key: String, value: String)] = []
    fileprivate var patterns: [String] = []

    /// The wall-clock limit of the profile that imported policies extend, in seconds.
    private static let wallOfBase: UInt64 = 10

    /// - Parameters:
    ///   - file: how messages call the document.
    ///   - checkPattern: why a pattern does not compile; nil when it does.
    /// - Throws: everything that is wrong with it, or that has no one meaning.
    package init(
        _ bytes: [UInt8], file: String, emptyTools: EmptyTools?, checkPattern: @escaping (Pattern) -> String?
    ) throws(PolicyFaults) {
        let root: Node
        do throws(YAMLError) {
            root = try parse(bytes, file: file)
        } catch {
            throw PolicyFaults(faults: [Fault(at: Origin(error.mark), error.sentence)])
        }
        var decoder = Decoder(context: .init(workingDirectory: .root, home: .root))
        if let rules = root["rules"] {
            decoder.fault(
                at: rules.mark, "this is a PolicyDocument, with rules; only a GovernancePolicy is read")
        } else {
            decoder.governancePolicy(root, emptyTools, checkPattern, into: &self)
        }
        guard decoder.faults.isEmpty else { throw PolicyFaults(faults: decoder.faults) }
        text = document()
    }

    fileprivate mutating func note(_ field: String, _ key: String?, _ sentence: String) {
        rows.append(Row(field: field, key: key, sentence: sentence))
    }

    private func document() -> String {
        var lines = ["# Imported from a GovernancePolicy of Agent-OS.", "guardrun: 1"]
        if let name { lines.append("name: \(quote(name))") }
        // It says nothing of files, networks and system calls, where its engine had no walls; here none are granted.
        lines.append("extends: [strict]")
        var loosened: [String] = []
        if let wall, wall > Self.wallOfBase { loosened.append("limits.wall") }
        if tools.contains(where: { $0.key == "allow" && $0.value != "[]" }) { loosened.append("tools.allow") }
        if !loosened.isEmpty { lines.append("loosen: [\(loosened.joined(separator: ", "))]") }
        if !patterns.isEmpty { lines += ["scan:", "  patterns:"] + patterns.map { "    - \($0)" } }
        if wall != nil || !caps.isEmpty { lines.append("limits:") }
        if let wall { lines.append("  wall: \(wall)s") }
        lines += caps.map { "  \($0.key): \($0.value)" }
        if !tools.isEmpty { lines.append("tools:") }
        lines += tools.map { "  \($0.key): \($0.value)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

private enum GovernanceKey: String, CaseIterable {
    case name, version
    case maxTokens = "max_tokens"
    case maxToolCalls = "max_tool_calls"
    case allowedTools = "allowed_tools"
    case blockedPatterns = "blocked_patterns"
    case requireHumanApproval = "require_human_approval"
    case timeoutSeconds = "timeout_seconds"
    case confidenceThreshold = "confidence_threshold"
    case driftThreshold = "drift_threshold"
    case logAllCalls = "log_all_calls"
    case checkpointFrequency = "checkpoint_frequency"
    case maxConcurrent = "max_concurrent"
    case backpressureThreshold = "backpressure_threshold"
    // Since 5.0, each on its own when it says `enabled: true`.
    case promptInjection = "prompt_injection"
    case tokenBudget = "token_budget"
    case rateLimiter = "rate_limiter"
    case boundedSemaphore = "bounded_semaphore"
    case scopeGuard = "scope_guard"
    case supplyChain = "supply_chain"
    case mcpSecurity = "mcp_security"
    case detection
}

extension Decoder {
    fileprivate mutating func governancePolicy(
        _ root: Node, _ emptyTools: GovernancePolicy.EmptyTools?, _ checkPattern: (Pattern) -> String?,
        into policy: inout GovernancePolicy
    ) {
        var imported = policy
        members(of: root, as: GovernanceKey.self, under: "", example: "max_tool_calls: 10") {
            decoder, key, node in
            let field = key.rawValue
            switch key {
            case .name:
                imported.name = decoder.text(node, "name is")
                imported.note(field, "name", "kept")
            case .version:
                if decoder.text(node, "version is", not: "text such as '1.0.0'") != nil {
                    imported.note(field, nil, "of the document itself, and left out; the policy has a digest")
                }
            case .maxTokens, .maxToolCalls:
                let cap = key == .maxTokens ? "tokens" : "tool_calls"
                // No call is within a cap of none, and a limit here is above zero.
                guard let count = decoder.whole(node, field, least: key == .maxTokens ? 1 : 0) else { return }
                if count == 0 {
                    imported.tools.append(("allow", "[]"))
                    imported.note(field, "tools.allow", "none may be called, so none is granted")
                } else {
                    imported.caps.append((cap, "\(count)"))
                    imported.note(field, "limits.\(cap)", "kept; here it is held before the call is made")
                }
            case .allowedTools: decoder.allowedTools(node, emptyTools, into: &imported)
            case .blockedPatterns:
                imported.patterns = decoder.blockedPatterns(node, checkPattern)
                imported.note(
                    field, "scan.patterns",
                    "\(imported.patterns.count) kept, found anywhere in the code itself and in either case")
            case .requireHumanApproval:
                guard let isRequired = decoder.truth(node, field) else { return }
                if isRequired { imported.tools.append(("approve", "['*']")) }
                imported.note(
                    field, isRequired ? "tools.approve" : nil,
                    isRequired ? "each call of a tool is asked about" : "off there, and off here")
            case .timeoutSeconds:
                imported.wall = decoder.whole(node, field, least: 1)
                imported.note(field, "limits.wall", "kept; here the run is ended when the time is over")
            case .logAllCalls:
                guard let isOn = decoder.truth(node, field) else { return }
                imported.note(
                    field, nil,
                    isOn ? "always so here" : "cannot be turned off: what is refused is always written down")
            case .confidenceThreshold, .driftThreshold:
                decoder.share(node, field)
                imported.note(
                    field, nil,
                    key == .driftThreshold
                        ? "cannot carry over: it refused nothing, and only made an event"
                        : "cannot carry over: it judged what an agent says of its own answer; scan.confidence is about findings"
                )
            case .checkpointFrequency:
                _ = decoder.whole(node, field, least: 1)
                imported.note(
                    field, nil,
                    "cannot carry over: a checkpoint was a label; audit.checkpoints is for sessions")
            case .maxConcurrent, .backpressureThreshold:
                _ = decoder.whole(node, field, least: 1)
                imported.note(
                    field, nil, "cannot carry over: its engine held it nowhere; limits.processes bounds a run"
                )
            case .promptInjection, .tokenBudget, .rateLimiter, .boundedSemaphore, .scopeGuard, .supplyChain,
                .mcpSecurity, .detection:
                let isOn = node["enabled"].flatMap { decoder.truth($0, "\(field).enabled") } ?? false
                imported.note(
                    field, nil,
                    isOn
                        ? "CANNOT carry over and was on: nothing here does the same"
                        : "off there, and left out")
            }
        }
        policy = imported
    }

    private mutating func allowedTools(
        _ node: Node, _ emptyTools: GovernancePolicy.EmptyTools?, into imported: inout GovernancePolicy
    ) {
        var names: [String] = []
        for item in list(node, "allowed_tools", example: "[read_file]") {
            guard let name = text(item, "allowed_tools has", not: "a tool's name") else { continue }
            if name.contains(where: { "*?".contains($0) }) {
                fault(
                    at: item.mark,
                    "allowed_tools has '\(name.shown)', which there is one name and here would be a pattern")
            }
            names.append(name)
        }
        guard node.items?.isEmpty == true else {
            imported.tools.append(("allow", "[" + names.map(quote).joined(separator: ", ") + "]"))
            imported.note("allowed_tools", "tools.allow", "kept; all other tools are refused")
            return
        }
        switch emptyTools {
        case .all?:
            imported.tools.append(("allow", "['*']"))
            imported.note("allowed_tools", "tools.allow", "every tool, as its engine reads an empty list")
        case .none?:
            imported.tools.append(("allow", "[]"))
            imported.note("allowed_tools", "tools.allow", "no tool, as an empty list says here")
        case nil:
            fault(
                at: node.mark,
                "allowed_tools is empty, which its engine reads as every tool; say which is meant with "
                    + "--empty-tools all or --empty-tools none")
        }
    }

    /// A whole number; what is no number in YAML, a truth value above all, is none.
    private mutating func whole(_ node: Node, _ name: String, least: UInt64) -> UInt64? {
        guard let scalar = node.scalar, scalar.kind == .integer, let number = UInt64(scalar.text),
            number >= least,
            number <= 1_000_000_000
        else {
            wrongType(node, "\(name) is", not: "a whole number from \(least) to 1000000000", example: nil)
            return nil
        }
        return number
    }

    private mutating func truth(_ node: Node, _ name: String) -> Bool? {
        guard let scalar = node.scalar, scalar.kind == .bool else {
            wrongType(node, "\(name) is", not: "true or false", example: "\(name): true")
            return nil
        }
        return scalar.text.lowercased() == "true"
    }

    private mutating func share(_ node: Node, _ name: String) {
        if let scalar = node.scalar, scalar.kind == .decimal || scalar.kind == .integer,
            let number = Double(scalar.text), (0...1).contains(number)
        {
            return
        }
        wrongType(node, "\(name) is", not: "a number from 0 to 1", example: nil)
    }
}
