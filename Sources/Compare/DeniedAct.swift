import Event
import Linux
import Policy
import Sandbox

/// Something that a trail says was refused, as an act that policies can be asked about.
package struct DeniedAct: Sendable {
    /// What the policy would have to allow; nil where no policy speaks of it.
    package let attempt: Attempt?
    /// The kind of denial, as trails name it: `open`, `exec`, `connect`, `limit`, `finding`, `tool`.
    package let operation: String
    /// What was refused, as a sentence.
    package let sentence: String
    /// The part of the policy, or its line, that decided.
    package let rule: String
    package var count: Int
    /// The changes that may allow it, the smallest first, each as what `--set` takes.
    package let amendments: [[Amendment]]

    /// One key of a policy with a value to be added to its list, or to take its place.
    package struct Amendment: Equatable, Sendable {
        package enum Value: Equatable, Sendable {
            /// Entries that a list gets beside its own.
            case adding([String])
            /// All that a list has from now on.
            case list([String])
            case scalar(String)
        }

        /// The dotted path of keys.
        package let path: String
        package let value: Value

        package init(_ path: String, _ value: Value) {
            self.path = path
            self.value = value
        }
    }
}

extension DeniedAct {
    /// Reads one event of a trail; empty for what is no refusal.
    ///
    /// - Parameters:
    ///   - policy: the policy that the run had, whose denied paths may have to go; nil where it is not known.
    ///   - count: how often it happened.
    package static func of(_ event: JSON, count: Int, policy: Policy?) -> [DeniedAct] {
        switch event["type"]?.stringValue {
        case Event.Kind.policyViolation.rawValue: [violation(event, count, policy)]
        case Event.Kind.limitExceeded.rawValue: [limit(event, count)]
        case Event.Kind.toolCallBlocked.rawValue: [tool(event, count)]
        case Event.Kind.scanFinished.rawValue: findings(event)
        default: []
        }
    }

    private static func violation(_ event: JSON, _ count: Int, _ policy: Policy?) -> DeniedAct {
        let operation = event["op"]?.stringValue ?? "syscall"
        let rule = event["rule"]?.stringValue ?? ""
        let arguments = event["args"]
        var attempt: Attempt?
        var amendments: [[Amendment]] = []
        switch operation {
        case "open" where arguments?["path"] != nil, "stat" where arguments?["path"] != nil,
            "bind" where rule == "files.write":
            let path = Path(arguments?["to"]?.stringValue ?? arguments?["path"]?.stringValue ?? "")
            let writes = isWriting(event, rule)
            attempt = .open(path, writes: writes)
            let list = writes ? "files.write" : "files.read"
            // What is not there yet is made by who may write where it will be.
            let isThere = (try? path.status(followingLinks: false)) != nil
            let places = writes && !isThere ? [path.parent] : writes ? [path, path.parent] : [path]
            amendments = places.flatMap { granting(list, $0, denied: policy) }
        case "exec" where arguments?["path"] != nil:
            let path = Path(arguments?["path"]?.stringValue ?? "")
            attempt = .execute(path)
            amendments = granting("files.exec", path, denied: policy)
        case "connect", "send", "bind":
            guard let endpoint = endpoint(operation, arguments) else { break }
            let listens = operation == "bind"
            attempt = listens ? .listen(endpoint) : .connect(endpoint)
            amendments = [
                [Amendment(listens ? "network.listen" : "network.allow", .adding([endpoint.description]))]
            ]
        default:
            guard let name = event["syscall"]?.stringValue, SyscallNames.contains(name) else { break }
            attempt = .call(name, [])
            let kept = policy?.syscalls.deny.map { $0.value } ?? []
            if SyscallTable.isUnsafe(name) { break }
            if kept.contains(name) {
                amendments = [[Amendment("syscalls.deny", .list(kept.filter { $0 != name }))]]
            } else {
                amendments = [[Amendment("syscalls.allow", .adding([name]))]]
            }
        }
        return DeniedAct(
            attempt: attempt, operation: operation, sentence: event["message"]?.stringValue ?? "", rule: rule,
            count: count, amendments: amendments)
    }

    /// Whether the file would have been changed; acts that are no open say so by their rule.
    private static func isWriting(_ event: JSON, _ rule: String) -> Bool {
        if rule == "files.write" { return true }
        guard let flags = event["args"]?["flags"]?.stringValue else {
            return !["open", "openat", "openat2", "stat", "execve"].contains(
                event["syscall"]?.stringValue ?? "")
        }
        return flags.split(separator: "|").contains {
            ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].contains($0)
        }
    }

    /// A grant of the path; and where a line denies it, that line taken out, with and without the grant.
    private static func granting(_ list: String, _ path: Path, denied policy: Policy?) -> [[Amendment]] {
        let grant = Amendment(list, .adding([path.description]))
        let denied = policy?.files.deny.map { $0.value } ?? []
        let above = denied.filter { settled($0).contains(path) || $0.contains(path) }
        if above.isEmpty { return [[grant]] }
        let rest = Amendment(
            "files.deny", .list(denied.filter { !above.contains($0) }.map { $0.description }))
        return [[rest], [rest, grant]]
    }

    private static func settled(_ path: Path) -> Path { (try? Settled(path).path) ?? path }

    /// The destination of an event. A refused question for a name does not say which port it was for.
    private static func endpoint(_ operation: String, _ arguments: JSON?) -> Endpoint? {
        let host = arguments?["name"]?.stringValue ?? arguments?["host"]?.stringValue
        guard let host else {
            guard let address = arguments?["address"]?.stringValue, address.hasPrefix("unix:/") else {
                return nil
            }
            return try? Endpoint(parsing: "unix://" + address.dropFirst("unix:".count))
        }
        let port = arguments?["port"]?.intValue ?? 443
        let scheme = operation == "send" || port == 53 ? "udp" : "tcp"
        let isV6 = host.utf8.contains(UInt8(ascii: ":"))
        return try? Endpoint(parsing: "\(scheme)://\(isV6 ? "[\(host)]" : host):\(port)")
    }

    private static func limit(_ event: JSON, _ count: Int) -> DeniedAct {
        let name = event["limit"]?.stringValue ?? ""
        let sentence = event["message"]?.stringValue ?? ""
        guard let limit = Limit(rawValue: name), let allowed = event["allowed"]?.stringValue,
            let amount = amount(allowed, limit.unit)
        else {
            return DeniedAct(
                attempt: nil, operation: "limit", sentence: sentence, rule: "limits.\(name)", count: count,
                amendments: [])
        }
        // What was measured when the run was stopped says little about what it would have come to.
        let doubled = amount.multipliedReportingOverflow(by: 2)
        let wanted = doubled.overflow ? amount : doubled.partialValue
        return DeniedAct(
            attempt: .use(limit, wanted), operation: "limit", sentence: sentence, rule: "limits.\(name)",
            count: count, amendments: [[Amendment("limits.\(name)", .scalar(limit.text(wanted)))]])
    }

    /// An amount as events have it, with a space before its unit and at most two decimals.
    private static func amount(_ text: String, _ unit: Limit.Unit) -> UInt64? {
        let words = text.split(separator: " ")
        guard let first = words.first else { return nil }
        let scale = words.count > 1 ? try? unit.amount("1\(words[1])") : 1
        let parts = first.split(separator: ".")
        guard let scale, let whole = parts.first.flatMap({ UInt64($0) }), whole < 1 << 32 else { return nil }
        let digits = parts.count > 1 ? parts[1].prefix(2) : ""
        let hundredths = (UInt64(digits) ?? 0) * (digits.count == 1 ? 10 : 1)
        return whole * scale + scale / 100 * hundredths
    }

    private static func tool(_ event: JSON, _ count: Int) -> DeniedAct {
        let name = event["tool"]?.stringValue ?? ""
        return DeniedAct(
            attempt: .tool(name), operation: "tool", sentence: event["message"]?.stringValue ?? "",
            rule: event["rule"]?.stringValue ?? "tools.allow", count: count,
            amendments: [[Amendment("tools.allow", .adding([name]))]])
    }

    /// What the scan refused the code for.
    private static func findings(_ event: JSON) -> [DeniedAct] {
        (event["findings"]?.elements ?? []).compactMap { finding in
            guard let action = finding["action"]?.stringValue.flatMap(Action.init(rawValue:)), action >= .ask,
                let threat = finding["threat"]?.stringValue.flatMap(Threat.init(rawValue:)),
                let level = finding["level"]?.stringValue.flatMap(Level.init(rawValue:))
            else { return nil }
            let line = finding["line"]?.intValue.map { ":\($0)" } ?? ""
            let sentence =
                "\(event["path"]?.stringValue ?? "")\(line): \(finding["message"]?.stringValue ?? "")"
            return DeniedAct(
                attempt: .finding(threat, level, confidence: 1), operation: "finding", sentence: sentence,
                rule: "scan.threats.\(threat.rawValue)", count: 1,
                amendments: [[Amendment("scan.threats.\(threat.rawValue)", .scalar(Action.warn.rawValue))]])
        }
    }
}
