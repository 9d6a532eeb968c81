import Event
import Foundation
import Testing

/// Calls that would change the machine or the walls themselves.
@Suite("The kernel's other doors")
struct KernelDenialTests {
    struct Attempt: Sendable {
        let words: [String]
        let syscall: String
        var operation = "syscall"
        /// A decoded argument.
        var argument: (name: String, value: String)?

        init(
            _ words: [String], _ syscall: String, _ operation: String = "syscall", _ name: String? = nil,
            _ value: String = ""
        ) {
            self.words = words
            self.syscall = syscall
            self.operation = operation
            argument = name.map { ($0, value) }
        }
    }

    static let attempts = [
        Attempt(["mount", "none", "/tmp"], "mount", "mount", "target", "/tmp"),
        Attempt(["bind-mount", "/etc", "/tmp"], "mount", "mount", "source", "/etc"),
        Attempt(["umount", "/tmp"], "umount2", "mount", "target", "/tmp"),
        Attempt(["pivot-root", "/tmp", "/tmp"], "pivot_root", "mount", "new_root", "/tmp"),
        Attempt(["chroot", "/tmp"], "chroot", "mount", "target", "/tmp"),
        Attempt(["open-tree", "/"], "open_tree", "mount"),
        Attempt(["fsopen", "tmpfs"], "fsopen", "mount", "type", "tmpfs"),
        Attempt(["move-mount", "/tmp", "/dev"], "move_mount", "mount"),
        Attempt(["bpf"], "bpf", "syscall", "operation", "0"), Attempt(["io-uring"], "io_uring_setup"),
        Attempt(["perf"], "perf_event_open"), Attempt(["userfaultfd"], "userfaultfd"),
        Attempt(["keyctl"], "keyctl", "syscall", "operation", "0"), Attempt(["add-key"], "add_key"),
        Attempt(["name-to-handle", "/tmp"], "name_to_handle_at"),
        Attempt(["open-handle"], "open_by_handle_at"),
        Attempt(["tiocsti"], "ioctl", "syscall", "request", "TIOCSTI"),
        // What stands above the low half is not looked at by the kernel.
        Attempt(["tiocsti", "1"], "ioctl", "syscall", "request", "TIOCSTI"),
        Attempt(["second-listener"], "seccomp", "syscall", "operation", "1"),
        Attempt(["init-module"], "init_module"), Attempt(["kexec"], "kexec_load"),
        Attempt(["swapon", "/dev/null"], "swapon"), Attempt(["sethostname"], "sethostname"),
        Attempt(["settimeofday"], "settimeofday"), Attempt(["syslog"], "syslog"),
        // ADDR_NO_RANDOMIZE.
        Attempt(["personality", "0x40000"], "personality", "syscall", "operation", "262144"),
        // PR_SET_MM, PR_SET_SECUREBITS.
        Attempt(["prctl", "35", "1"], "prctl", "process", "operation", "35"),
        Attempt(["prctl", "28", "0"], "prctl", "process", "operation", "28"),
        Attempt(["memfd", "16"], "memfd_create", "syscall", "name", "victim"),
    ]

    @Test(
        "a forbidden call has no effect, and an event says what was asked", arguments: Caller.possible,
        attempts.indices)
    func forbidden(_ caller: Caller, _ index: Int) throws {
        let attempt = Self.attempts[index]
        let seen = try Guarded(caller, in: Scratch(for: caller)).run(["--", Shared.victim] + attempt.words)
        #expect(seen.output == "EPERM\n", "\(attempt.words): \(seen.output)\(seen.errors)")
        let violations = seen.violations(attempt.operation, attempt.syscall)
        #expect(violations.count == 1 && seen.violations.count == 1, "\(attempt.words): \(seen.violations)")
        #expect(violations.first?["errno"]?.stringValue == "EPERM")
        if let (name, value) = attempt.argument {
            let found = violations.first?["args"]?[name]
            #expect(found?.stringValue == value || found == .number(Int(value) ?? -1), "\(violations)")
        }
    }

    static let harmless: [(words: [String], output: String)] = [
        (["own-filter"], "ok 0"), (["personality", "0xffffffff"], "ok 0"), (["memfd", "0"], "ok 3"),
        (["clone3", "0"], "ENOSYS"), (["raw", "999"], "ENOSYS"),
        // PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS.
        (["prctl", "1", "9"], "ok 0"), (["prctl", "38", "1"], "ok 0"),
    ]

    @Test("its harmless neighbour is no violation", arguments: Caller.possible, harmless.indices)
    func neighbours(_ caller: Caller, _ index: Int) throws {
        let (words, output) = Self.harmless[index]
        let seen = try Guarded(caller, in: Scratch(for: caller)).run(["--", Shared.victim] + words)
        #expect(seen.output == output + "\n", "\(words): \(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }

    #if arch(x86_64)
        @Test(
            "the numbers of another architecture end the caller", arguments: Caller.possible, ["x32", "i386"])
        func architectures(_ caller: Caller, _ act: String) throws {
            let seen = try Guarded(caller, in: Scratch(for: caller)).act(act)
            #expect(seen.status == 128 + SIGKILL, "\(seen.status) \(seen.output)\(seen.errors)")
            #expect(seen.output.isEmpty)
            let violations = seen.violations("syscall")
            #expect(violations.count == 1)
            #expect(violations.first?["args"]?["architecture"]?.stringValue == act)
            #expect(violations.first?["errno"]?.stringValue == "SIGKILL")
        }
    #endif

    @Test("a policy that kills does so at the first forbidden call", arguments: Caller.possible)
    func killing(_ caller: Caller) throws {
        let seen = try Guarded(
            caller, settings: ["syscalls.on_violation=kill"], in: Scratch(for: caller)
        ).act("bpf")
        #expect(seen.output.isEmpty, "\(seen.output)\(seen.errors)")
        #expect(seen.violations.count == 1)
        #expect(seen.violations.first?["errno"]?.stringValue == "SIGKILL")
    }
}
