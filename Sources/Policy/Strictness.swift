import Event
import Linux

/// One thing that a policy allows and the policy it is held against does not.
package struct Difference: Equatable, Sendable {
    /// The dotted path of keys that it is about: `limits.wall`.
    package let path: String
    /// By how much, as the part of a sentence: `1m instead of 10s`.
    package let sentence: String
    /// The entry of a list that makes the difference, when there is one.
    package let origin: Origin?

    init(_ path: String, _ sentence: String, at origin: Origin? = nil) {
        self.path = path
        self.sentence = sentence
        self.origin = origin
    }

    /// Whether `prefix` names this path or something it lies in.
    func isUnder(_ prefix: String) -> Bool {
        let (bytes, above) = (path.utf8, prefix.utf8)
        return bytes.starts(with: above)
            && (bytes.count == above.count || bytes.dropFirst(above.count).first == UInt8(ascii: "."))
    }

    /// Every path that can be looser.
    static let paths =
        ["scan", "scan.patterns", "scan.threats", "scan.confidence", "scan.comments"]
        + Threat.allCases.map { "scan.threats.\($0.rawValue)" }
        + ["files", "files.read", "files.write", "files.deny", "files.exec", "files.workspace"]
        + ["network", "network.allow", "network.listen"]
        + ["syscalls", "syscalls.profile", "syscalls.allow", "syscalls.deny", "syscalls.on_violation"]
        + ["limits"] + Limit.allCases.map { "limits.\($0.rawValue)" }
        + SessionCap.allCases.map { "limits.\($0.rawValue)" }
        + ["tools", "tools.allow", "tools.approve", "tools.answer_within", "tools.rules"]
        + ["require", "audit", "audit.denials", "audit.code", "audit.max_bytes", "visibility"]
}

extension Policy {
    /// Where this policy allows more than `base`, by what each says and not by how it is written; empty when
    /// it is at least as strict everywhere. Symbolic links are not looked at.
    package func loosenings(over base: Policy) -> [Difference] {
        scan.loosenings(over: base.scan) + files.loosenings(over: base.files)
            + network.loosenings(over: base.network) + syscalls.loosenings(over: base.syscalls)
            + limits.loosenings(over: base.limits) + tools.loosenings(over: base.tools)
            + audit.loosenings(over: base.audit)
            + base.require.filter { old in !require.contains { $0.value == old.value } }.map {
                Difference("require", "\($0.value.rawValue) is no longer required")
            }
            + (visibility == .fast && base.visibility == .full
                ? [Difference("visibility", "fast instead of full")] : [])
    }
}

extension ScanRules {
    fileprivate func loosenings(over base: ScanRules) -> [Difference] {
        var found: [Difference] = []
        if !base.patterns.isEmpty {
            let kept = Set(patterns.map { $0.value.identity })
            for old in base.patterns where !kept.contains(old.value.identity) {
                found.append(Difference("scan.patterns", "the pattern \(old.value.id) is gone"))
            }
        }
        for threat in Threat.allCases {
            for level in Level.allCases {
                let (new, old) = (action(for: threat, level), base.action(for: threat, level))
                guard new < old else { continue }
                let sentence = "\(level.rawValue) is \(new.rawValue) instead of \(old.rawValue)"
                found.append(Difference("scan.threats.\(threat.rawValue)", sentence))
            }
        }
        if confidence > base.confidence {
            let sentence = "findings count from \(confidenceText) instead of \(base.confidenceText)"
            found.append(Difference("scan.confidence", sentence))
        }
        if comments == .honour, base.comments == .ignore {
            found.append(Difference("scan.comments", "comments in the code may allow what is found in it"))
        }
        return found
    }
}

extension Pattern {
    /// All that decides what a pattern finds and what is done then, as bytes.
    var identity: [UInt8] {
        let kind =
            switch form {
            case .contains: "contains"
            case .glob: "glob"
            case .regex: "regex"
            }
        return Array("\(kind) \(place.rawValue) \(threat.rawValue) \(level.rawValue) \(form.text)".utf8)
    }
}

extension FileRules {
    fileprivate func loosenings(over base: FileRules) -> [Difference] {
        let (denied, granted) = (PathTrees(deny), PathTrees(read + write + exec))
        let opened = base.deny.filter { !denied.contains($0.value) && granted.meets($0.value) }
        return looser("files.read", "reading", read, base.read + base.write)
            + looser("files.write", "writing", write, base.write)
            + looser("files.exec", "executing", exec, base.exec)
            + opened.map { Difference("files.deny", "\($0.value) is no longer denied") }
            + (workspace == .direct && base.workspace == .overlay && !write.isEmpty
                ? [
                    Difference(
                        "files.workspace", "what is written goes to the files themselves, not to a copy")
                ]
                : [])
    }

    private func looser(
        _ path: String, _ verb: String, _ new: [Located<Path>], _ old: [Located<Path>]
    ) -> [Difference] {
        let known = PathTrees(old)
        return new.filter { !known.contains($0.value) }.map {
            Difference(path, "it grants \(verb) \($0.value)", at: $0.origin)
        }
    }
}

extension NetworkRules {
    fileprivate func loosenings(over base: NetworkRules) -> [Difference] {
        looser("network.allow", "connecting to", allow, base.allow, listens: false)
            + looser("network.listen", "listening on", listen, base.listen, listens: true)
    }

    private func looser(
        _ path: String, _ verb: String, _ new: [Located<Endpoint>], _ old: [Located<Endpoint>], listens: Bool
    ) -> [Difference] {
        if new.isEmpty { return [] }
        let known = Reach(old, listens: listens)
        return new.filter { known.gap(in: $0.value) != nil }.map {
            Difference(path, "it grants \(verb) \($0.value)", at: $0.origin)
        }
    }
}

extension SyscallRules {
    fileprivate func loosenings(over base: SyscallRules) -> [Difference] {
        var found: [Difference] = []
        if self.base != base.base, self.base != .strict, base.base != .observe {
            let sentence = "\(self.base.rawValue) instead of \(base.base.rawValue)"
            found.append(Difference("syscalls.profile", sentence))
        }
        for call in allow where !base.allow.contains(where: { $0.value == call.value }) {
            found.append(Difference("syscalls.allow", "it allows \(call.value)", at: call.origin))
        }
        for call in base.deny where !deny.contains(where: { $0.value == call.value }) {
            found.append(Difference("syscalls.deny", "\(call.value) is no longer denied"))
        }
        if onViolation == .errno, base.onViolation == .kill {
            found.append(Difference("syscalls.on_violation", "errno instead of kill"))
        }
        return found
    }
}

extension Limits {
    fileprivate func loosenings(over base: Limits) -> [Difference] {
        Limit.allCases.compactMap { limit in
            guard self[limit] ?? .max > base[limit] ?? .max else { return nil }
            let sentence = "\(limit.text(self[limit])) instead of \(limit.text(base[limit]))"
            return Difference("limits.\(limit.rawValue)", sentence)
        }
            + SessionCap.allCases.compactMap { cap in
                let (new, old) = (sessionCaps[cap], base.sessionCaps[cap])
                guard new ?? .max > old ?? .max else { return nil }
                return Difference("limits.\(cap.rawValue)", "\(cap.text(new)) instead of \(cap.text(old))")
            }
    }
}

extension ToolRules {
    fileprivate func loosenings(over base: ToolRules) -> [Difference] {
        func has(_ list: [Located<ToolName>], _ name: ToolName) -> Bool {
            list.contains { $0.value == name || $0.value.description == "*" }
        }
        let kept = rules.map { $0.value.document.encoded }
        return allow.filter { !has(base.allow, $0.value) }.map {
            Difference("tools.allow", "it allows calling \($0.value)", at: $0.origin)
        }
            + base.approve.filter { !has(approve, $0.value) }.map {
                Difference("tools.approve", "\($0.value) needs no approval any more")
            }
            + (answerWithin > base.answerWithin
                ? [Difference("tools.answer_within", "approvals are waited for longer")] : [])
            + base.rules.filter { !kept.contains($0.value.document.encoded) }.map {
                Difference("tools.rules", "the rule for \($0.value.tool) is gone")
            }
    }
}

extension AuditRules {
    fileprivate func loosenings(over base: AuditRules) -> [Difference] {
        var found: [Difference] = []
        if denials == .written, base.denials == .sync {
            found.append(Difference("audit.denials", "written instead of sync"))
        }
        if code.isLess(than: base.code) {
            found.append(Difference("audit.code", "\(code.rawValue) instead of \(base.code.rawValue)"))
        }
        if maxBytes ?? .max > base.maxBytes ?? .max {
            let (new, old) = (
                maxBytes.map(Quantity.size) ?? "unlimited", base.maxBytes.map(Quantity.size) ?? ""
            )
            found.append(Difference("audit.max_bytes", "\(new) instead of \(old)"))
        }
        return found
    }
}
