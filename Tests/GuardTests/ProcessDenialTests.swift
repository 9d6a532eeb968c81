import Event
import Foundation
import Testing

/// What a process may not do to others, nor to who it is.
@Suite("Processes and identity")
struct ProcessDenialTests {
    static let onOthers: [(act: String, syscall: String)] = [
        ("trace", "ptrace"), ("read-memory", "process_vm_readv"), ("write-memory", "process_vm_writev"),
    ]

    @Test("another process is not looked into", arguments: Caller.possible, onOthers.indices)
    func others(_ caller: Caller, _ index: Int) throws {
        let (act, syscall) = Self.onOthers[index]
        let bystander = try Bystander(caller)
        let seen = try Guarded(caller, in: Scratch(for: caller)).act(act, bystander.pid)
        #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
        #expect(seen.violations("process", syscall).count == 1, "\(seen.violations)")
        #expect(
            seen.violations.first?["args"]?["target"] == .number(Int(bystander.pid) ?? 0),
            "\(seen.violations)")
    }

    static let onItself: [(words: [String], syscall: String, argument: String, value: String)] = [
        (["traceme"], "ptrace", "request", "PTRACE_TRACEME"), (["kcmp"], "kcmp", "", ""),
        (["unshare", "0x10000000"], "unshare", "flags", "CLONE_NEWUSER"),
        (["unshare", "0x20000"], "unshare", "flags", "CLONE_NEWNS"),
        (["unshare", "0x40000000"], "unshare", "flags", "CLONE_NEWNET"),
        (["clone", "0x10000000"], "clone", "flags", "CLONE_NEWUSER"),
        (["clone", "0x20000000"], "clone", "flags", "CLONE_NEWPID"),
        (["setns", "/proc/self/ns/mnt"], "setns", "", ""),
        (["setuid", "12345"], "setuid", "id0", "12345"), (["setgid", "12345"], "setgid", "id0", "12345"),
        (["setresuid", "12345"], "setresuid", "id2", "12345"),
    ]

    @Test(
        "no namespace is entered or made, and nobody else become", arguments: Caller.possible,
        onItself.indices)
    func itself(_ caller: Caller, _ index: Int) throws {
        let (words, syscall, argument, value) = Self.onItself[index]
        let seen = try Guarded(caller, in: Scratch(for: caller)).run(["--", Shared.victim] + words)
        #expect(seen.output == "EPERM\n", "\(words): \(seen.output)\(seen.errors)")
        let violations = seen.violations("process", syscall)
        #expect(violations.count == 1 && seen.violations.count == 1, "\(words): \(seen.violations)")
        guard !argument.isEmpty else { return }
        let found = violations.first?["args"]?[argument]
        #expect(found?.stringValue == value || found == .number(Int(value) ?? -1), "\(violations)")
    }

    @Test("a process outside is not signalled", arguments: Caller.possible, ["kill", "tgkill"])
    func signals(_ caller: Caller, _ act: String) throws {
        let bystander = try Bystander(caller)
        let seen = try Guarded(caller, in: Scratch(for: caller)).act(act, bystander.pid, "9")
        // Where the run has processes of its own there is no such number.
        #expect(["ESRCH\n", "EPERM\n"].contains(seen.output), "\(seen.output)\(seen.errors)")
        if seen.output == "EPERM\n" { #expect(seen.violations("signal", act).count == 1) }
        #expect(bystander.isAlive)
    }

    @Test("process 1 and everybody at once are not signalled", arguments: Caller.possible)
    func first(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        for words in [["kill", "1", "9"], ["tgkill", "1", "15"], ["kill-parent"]] {
            let seen = try Guarded(caller, in: scratch).run(["--", Shared.victim] + words)
            #expect(seen.output == "EPERM\n", "\(words): \(seen.output)\(seen.errors)")
            #expect(seen.violations("signal").count == 1, "\(seen.violations)")
        }
        let bystander = try Bystander(caller)
        _ = try Guarded(caller, in: scratch).act("kill", "-1", "9")
        #expect(bystander.isAlive)
    }

    @Test("what a process does to itself is no violation", arguments: Caller.possible)
    func allowed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let own = caller == .root ? 0 : getuid() == 0 ? Caller.uid : Int(getuid())
        let harmless = [
            ["kill", "0", "0"], ["setuid", "\(own)"], ["setresuid", "\(own)"], ["clone", "0"],
            ["unshare", "0x400"],
        ]
        for words in harmless {
            let seen = try Guarded(caller, in: scratch).run(["--", Shared.victim] + words)
            #expect(seen.output == "ok 0\n", "\(words): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(words): \(seen.violations)")
        }
    }

    @Test("secrets of other processes in /proc are not there", arguments: Caller.possible)
    func proc(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let bystander = try Bystander(caller)
        for name in ["environ", "mem", "maps", "root/etc/passwd", "cwd/."] {
            let path = "/proc/\(bystander.pid)/\(name)"
            let seen = try Guarded(caller, in: scratch).act("open-read", path)
            #expect(seen.output == "ENOENT\n", "\(path): \(seen.output)\(seen.errors)")
        }
        // Process 1 of the run is guardrun's own.
        for name in ["environ", "mem", "root/etc/passwd", "fd/0"] {
            let seen = try Guarded(caller, in: scratch).act("open-read", "/proc/1/\(name)")
            #expect(!seen.output.hasPrefix("ok"), "\(name): \(seen.output)\(seen.errors)")
        }
        for path in ["/proc/sys/kernel/core_pattern", "/proc/self/oom_adj", "/proc/sysrq-trigger"] {
            let seen = try Guarded(caller, in: scratch).act("open-write", path)
            #expect(!seen.output.hasPrefix("ok"), "\(path): \(seen.output)\(seen.errors)")
        }
    }

    @Test("no core is dumped", arguments: Caller.possible)
    func cores(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let guarded = Guarded(caller, settings: ["files.write=[./out]"], in: scratch)
        #expect(try guarded.act("rlimit", "\(Int(RLIMIT_CORE.rawValue))").output == "ok 0\n")
        let seen = try guarded.act("core")
        #expect(seen.status == 128 + SIGABRT, "\(seen.status) \(seen.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
        #expect(!left.contains { $0.hasPrefix("core") })
    }

    @Test("descriptors of the caller do not come along", arguments: Caller.possible)
    func descriptors(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let secret = try scratch.file("secret")
        let words = [
            Shared.guardrun, "-p", "python", "--audit", scratch.path("audit"), "--", Shared.victim, "opened",
        ]
        let shell = ["/bin/sh", "-c", "exec 7<\(secret) 9>\(scratch.path("written")); exec \"$@\"", "sh"]
        let result = try Command(shell + words, as: caller, in: scratch.url).run()
        #expect(result.output == "ok 3\n", "\(result.output)\(result.errors)")
    }

    @Test("secrets in the environment do not come along", arguments: Caller.possible)
    func environment(_ caller: Caller) throws {
        var guarded = Guarded(caller, in: try Scratch(for: caller))
        guarded.environment = [
            "AWS_SECRET_ACCESS_KEY": "x", "GITHUB_TOKEN": "x", "LD_PRELOAD": "/nowhere.so",
            "PYTHONPATH": "/nowhere", "SSH_AUTH_SOCK": "/nowhere", "NODE_OPTIONS": "--inspect",
        ]
        let names = guarded.environment.keys.sorted()
        let seen = try guarded.run(["--", Shared.victim, "environment"] + names)
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        // What is asked for by name comes along.
        guarded.options = ["--env", "GITHUB_TOKEN"]
        #expect(try guarded.run(["--", Shared.victim, "environment"] + names).output == "ok 1\n")
    }
}
