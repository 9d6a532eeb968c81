import CSeccomp
import Glibc
import Linux

/// A filter as the kernel takes it: an array of `struct sock_filter`, one 64-bit word each (bpf(4)).
package struct SeccompProgram: Equatable, Sendable {
    package let instructions: [UInt64]
}

/// A filter that could not be compiled; this is a fault of guardrun, not of a policy.
package struct SeccompError: Error, CustomStringConvertible, Sendable {
    package let description: String
}

extension Seccomp {
    /// The whole filter: the dispatch on the number, then what libseccomp makes of the rules that have conditions
    /// (seccomp_rule_add(3)).
    ///
    /// Another architecture's calls, and x32's, take the same way as what is forbidden: the supervisor names the
    /// architecture in an event and kills the caller.
    package func compiled() throws(SeccompError) -> SeccompProgram {
        let elsewhere = listener ? SCMP_ACT_NOTIFY : Self.errno(EPERM)
        let foreign = listener ? SCMP_ACT_NOTIFY : SCMP_ACT_KILL_PROCESS
        guard let filter = unsafe seccomp_init(elsewhere) else {
            throw SeccompError(description: "seccomp_init")
        }
        defer { unsafe seccomp_release(filter) }
        guard unsafe seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, foreign) == 0 else {
            throw SeccompError(description: "seccomp_attr_set of ACT_BADARCH")
        }
        for rule in allowed where !rule.conditions.isEmpty {
            unsafe try Self.add(rule, SCMP_ACT_ALLOW, to: filter)
        }
        let lists = unsafe try Self.export(filter)
        let dispatch = SeccompDispatch.instructions(self, elsewhere: elsewhere)
        return SeccompProgram(instructions: dispatch + lists)
    }

    /// SCMP_ACT_ERRNO.
    static func errno(_ number: CInt) -> UInt32 { 0x0005_0000 | UInt32(number) & 0xFFFF }

    private static func add(_ rule: Rule, _ action: UInt32, to filter: scmp_filter_ctx) throws(SeccompError) {
        let comparisons = rule.conditions.map {
            scmp_arg_cmp(arg: $0.argument, op: SCMP_CMP_MASKED_EQ, datum_a: $0.mask, datum_b: $0.value)
        }
        let result = unsafe seccomp_rule_add_array(
            filter, action, rule.call.number, UInt32(comparisons.count), comparisons)
        guard result == 0 else {
            throw SeccompError(description: "seccomp_rule_add of \(rule.call.name): \(Errno(-result))")
        }
    }

    private static func export(_ filter: scmp_filter_ctx) throws(SeccompError) -> [UInt64] {
        do throws(SystemError) {
            let file = try Descriptor.inMemory("bpf")
            let result = unsafe seccomp_export_bpf(filter, file.number)
            guard result == 0 else { throw SystemError("seccomp_export_bpf", errno: Errno(-result)) }
            let bytes = try file.contents(atMost: 4_096 * 8)
            return Self.words(bytes)
        } catch {
            throw SeccompError(description: "\(error)")
        }
    }

    private static func words(_ bytes: [UInt8]) -> [UInt64] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
