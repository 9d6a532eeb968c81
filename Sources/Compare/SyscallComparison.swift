import Policy
import Sandbox
import Supervise

/// Which system calls each policy lets through, decided on the filters themselves.
struct SyscallComparison {
    private let a: SyscallRules
    private let b: SyscallRules
    /// The filters of A, of B, and of each with the other's rules: what differs between a filter and its twin does so
    /// because of `syscalls`, and not because of the network or of visibility.
    private let filters: (a: CallFilter, b: CallFilter, aWithB: CallFilter, bWithA: CallFilter)

    init(_ a: Policy, _ b: Policy) {
        (self.a, self.b) = (a.syscalls, b.syscalls)
        filters = (
            CallFilter(a, a.syscalls), CallFilter(b, b.syscalls), CallFilter(a, b.syscalls),
            CallFilter(b, a.syscalls)
        )
    }

    var differences: [Comparison.Difference] {
        var found: [Comparison.Difference] = []
        if !a.hasSameCalls(as: b) {
            let names = Set(SyscallTable.all + (a.allow + a.deny + b.allow + b.deny).map { $0.value })
                .sorted()
            for name in names {
                guard let call = SystemCall(name) else { continue }
                found += differences(call)
            }
        }
        if a.onViolation != b.onViolation {
            found.append(
                .init(
                    "syscalls.on_violation", a.onViolation.rawValue, b.onViolation.rawValue,
                    a.onViolation == .errno ? .looser : .stricter, .call("reboot", [])))
        }
        return found
    }

    /// At most one in each direction.
    private func differences(_ call: SystemCall) -> [Comparison.Difference] {
        var looser: Comparison.Difference?
        var stricter: Comparison.Difference?
        for arguments in filters.a.tellingArguments(of: call, filters.b) {
            let (ours, theirs) = (filters.a.answer(call, arguments), filters.b.answer(call, arguments))
            guard ours != theirs,
                filters.aWithB.answer(call, arguments) != ours
                    || filters.bWithA.answer(call, arguments) != theirs
            else { continue }
            let difference = Comparison.Difference(
                path(of: call.name), words(call.name, ours), words(call.name, theirs),
                ours < theirs ? .looser : .stricter, .call(call.name, Self.short(arguments)))
            if ours < theirs { looser = looser ?? difference } else { stricter = stricter ?? difference }
        }
        return [looser, stricter].compactMap { $0 }
    }

    private func words(_ name: String, _ answer: Answer) -> String {
        switch answer {
        case .allow: "\(name) runs natively"
        case .judge: "\(name) is judged"
        default: "\(name) is refused"
        }
    }

    private func path(of name: String) -> String {
        if (a.allow + b.allow).contains(where: { $0.value == name }) { return "syscalls.allow" }
        if (a.deny + b.deny).contains(where: { $0.value == name }) { return "syscalls.deny" }
        return "syscalls.profile"
    }

    private static func short(_ arguments: [UInt64]) -> [UInt64] {
        Array(arguments.prefix((arguments.lastIndex { $0 != 0 } ?? -1) + 1))
    }
}

/// The filter of a policy on a host that lacks nothing, and what it answers.
struct CallFilter {
    private let filter: Seccomp

    init(_ policy: Policy, _ rules: SyscallRules) {
        var host = Host.whole
        host.namespaces = Plan.namespaces(policy, host)
        filter = Seccomp(
            rules, visibility: policy.visibility, network: policy.network, countsForks: false, host: host)
    }

    func answer(_ call: SystemCall, _ arguments: [UInt64]) -> Answer {
        switch filter.disposition(of: call, arguments) {
        case .native: .allow
        case .judged: Judge.decides(about: call.name, refused: filter.refused) ? .judge : .deny
        case .answered: .deny
        }
    }

    /// Arguments enough to see every way in which two filters can differ about a call: each value that either compares
    /// with, each bit it looks at, and a value that neither names.
    func tellingArguments(of call: SystemCall, _ other: CallFilter) -> [[UInt64]] {
        let values = (0..<6).map { argument in
            let named =
                filter.values(of: call, argument: argument)
                + other.filter.values(of: call, argument: argument)
            return named.isEmpty ? [0] : Set(named + [0, 0x7FFF_FFF0]).sorted()
        }
        return values.reduce([[]]) { vectors, values in
            vectors.flatMap { vector in values.map { vector + [$0] } }
        }
    }
}

extension SyscallRules {
    /// Whether filters for both are the same, whatever else holds.
    fileprivate func hasSameCalls(as other: SyscallRules) -> Bool {
        base == other.base && Set(allow.map { $0.value }) == Set(other.allow.map { $0.value })
            && Set(deny.map { $0.value }) == Set(other.deny.map { $0.value })
    }
}
