import CSeccomp
import Glibc

/// A system call that this architecture has, by both its names.
package struct SystemCall: Equatable, Sendable {
    package let name: String
    package let number: Int32

    /// Nil where the call does not exist: calls of other architectures have negative numbers in libseccomp
    /// (seccomp_syscall_resolve_name(3)).
    package init?(_ name: String) {
        // A name of fifteen bytes or less needs no memory this way, and there are hundreds.
        number = unsafe name.withCString { unsafe seccomp_syscall_resolve_name($0) }
        self.name = name
        guard number >= 0 else { return nil }
    }

    package static func == (a: SystemCall, b: SystemCall) -> Bool { a.number == b.number }

    /// The name of a call of any architecture, for events; nil for a number that libseccomp does not know. Its tokens
    /// for architectures are the AUDIT_ARCH_* values of the kernel.
    package static func name(of number: Int32, architecture: UInt32) -> String? {
        guard let name = unsafe seccomp_syscall_resolve_num_arch(architecture, number) else { return nil }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}

/// A set of system calls: a bit for each number, since it is asked for hundreds of them before every run.
struct SystemCallSet {
    private var words = [UInt64](repeating: 0, count: 16)

    init(_ calls: [SystemCall]) { for call in calls { insert(call) } }
    init(_ names: [String]) { self.init(names.compactMap { SystemCall($0) }) }

    mutating func insert(_ call: SystemCall) {
        let word = Int(call.number) / 64
        if word >= words.count { words += [UInt64](repeating: 0, count: word + 1 - words.count) }
        words[word] |= 1 << UInt64(call.number % 64)
    }

    func contains(_ call: SystemCall) -> Bool {
        let word = Int(call.number) / 64
        return word < words.count && words[word] & 1 << UInt64(call.number % 64) != 0
    }
}
