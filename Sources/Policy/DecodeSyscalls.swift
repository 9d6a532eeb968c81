import YAML

extension Decoder {
    /// `syscalls`
    mutating func syscalls(_ node: Node) -> SyscallRules {
        var rules = SyscallRules()
        let example = "syscalls: {profile: python}"
        fields(of: node, as: SyscallsKey.self, under: "syscalls", example: example) { decoder, key, value in
            switch key {
            case .profile:
                rules.base = decoder.word(value, "profile is", as: SyscallRules.Base.self) ?? rules.base
            case .allow: rules.allow = decoder.syscallNames(value, "allow")
            case .deny: rules.deny = decoder.syscallNames(value, "deny")
            case .onViolation:
                let found = decoder.word(value, "on_violation is", as: SyscallRules.OnViolation.self)
                rules.onViolation = found ?? rules.onViolation
            }
        }
        refuseContradictions(rules)
        return rules
    }

    private mutating func refuseContradictions(_ rules: SyscallRules) {
        guard !rules.allow.isEmpty, !rules.deny.isEmpty else { return }
        var denied: [String: Origin] = [:]
        for refused in rules.deny.reversed() { denied[refused.value] = refused.origin }
        for allowed in rules.allow {
            guard let other = denied[allowed.value] else { continue }
            let mark = Mark(
                file: allowed.origin.file, line: allowed.origin.line, column: allowed.origin.column)
            fault(at: mark, "allow has \(allowed.value), which deny has too (\(other)); keep one of them")
        }
    }

    private mutating func syscallNames(_ node: Node, _ name: String) -> [Located<String>] {
        var names: [Located<String>] = []
        for item in list(node, name, example: "[ptrace]") {
            guard let call = text(item, "\(name) has", not: "a system call") else { continue }
            guard SyscallNames.contains(call) else {
                let meant = faults.count > 100 ? nil : suggestion(for: call, among: SyscallNames.all)
                fault(
                    at: item.mark, "\(name) has '\(call.shown)', which is no system call that is known",
                    didYouMean: meant)
                continue
            }
            names.append(Located(call, at: Origin(item.mark)))
        }
        return names
    }
}
