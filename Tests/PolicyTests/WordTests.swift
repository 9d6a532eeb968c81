import Testing
import YAML

@testable import Policy

@Suite("Words, scalars and system calls")
struct WordTests {
    @Test(
        "A plain scalar is what the core schema of YAML 1.2 says",
        arguments: [
            ("", Scalar.Kind.null), ("null", .null), ("NULL", .null), ("nULL", .text), ("~", .text),
            ("true", .bool),
            ("False", .bool), ("yes", .text), ("on", .text), ("n", .text), ("0", .integer), ("-12", .integer),
            ("+3", .integer),
            ("007", .integer), ("0x1F", .integer), ("0o17", .integer), ("0o8", .text), ("0x", .text),
            ("1_000", .text),
            ("1.", .decimal), (".5", .decimal), ("1.5e-3", .decimal), ("1e3", .decimal), ("1e", .text),
            ("-.inf", .decimal),
            (".nan", .decimal), ("-.nan", .text), (".", .text), ("-", .text), ("+", .text), ("e3", .text),
            ("1.2.3", .text),
            ("30s", .text), ("１", .text), ("12:30", .text), ("-0x1", .text),
        ])
    func kinds(text: String, kind: Scalar.Kind) {
        #expect(Scalar(text, isPlain: true).kind == kind)
        #expect(Scalar(text, isPlain: false).kind == .text)
    }

    @Test(
        "A near miss is named, a wild one is not",
        arguments: [
            ("max_memory", "memory"), ("memroy", "memory"), ("Memory", "memory"), ("mem", "memory"),
            ("opne-files", "open_files"),
            ("open files", "open_files"), ("wal", "wall"), ("walls", "wall"), ("cup", "cpu"),
            ("outputs", "output"),
            ("zzz", nil), ("x", nil), ("", nil), ("timeout", nil), ("日本", nil),
            (String(repeating: "w", count: 10_000), nil),
        ])
    func suggestions(wrong: String, right: String?) {
        #expect(suggestion(for: wrong, among: Limit.allCases.map(\.rawValue)) == right)
    }

    @Test("The system calls are sorted by bytes, without repeats, and found")
    func syscalls() {
        let names = SyscallNames.all
        for (a, b) in zip(names, names.dropFirst()) { #expect(a.utf8.lexicographicallyPrecedes(b.utf8)) }
        #expect(names.allSatisfy(SyscallNames.contains))
        for name in ["ptrace", "openat2", "clone3", "landlock_restrict_self", "renameat", "futex_waitv"] {
            #expect(SyscallNames.contains(name))
        }
        for name in ["", "a", "zzz", "Ptrace", "ptrac", "ptracee", "openat3", "socketcall"] {
            #expect(!SyscallNames.contains(name))
        }
    }
}
