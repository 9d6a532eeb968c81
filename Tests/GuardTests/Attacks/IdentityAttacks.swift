/// Becoming somebody else, running what is not granted, and taking the terminal.
extension Attack {
    static let onIdentity: [Attack] = [
        .act(
            "setuid", "become another user", ["setuid", "12345"], "process", "setuid",
            by: "seccomp, capabilities"),
        .act(
            "setgid", "become another group", ["setgid", "12345"], "process", "setgid",
            by: "seccomp, capabilities"),
        .call("setreuid", "become another user", ["setreuid", "12345", "12345"], "process"),
        .call("setregid", "become another group", ["setregid", "12345", "12345"], "process"),
        .act(
            "setresuid", "become another user for good", ["setresuid", "12345"], "process", "setresuid",
            by: "seccomp"),
        .call(
            "setresgid", "become another group for good", ["setresgid", "12345", "12345", "12345"], "process"),
        .call("setfsuid", "open files as another user", ["setfsuid", "12345"], "process"),
        .call("setfsgid", "open files as another group", ["setfsgid", "12345"], "process"),
        .call("setgroups", "join other groups", ["setgroups", "1", "*0"], "process"),
        .quiet(
            "capset", "take every capability", ["raise-capabilities"], by: "capabilities", says: ["EPERM"],
            because: "it may only take from itself; asking for more changes nothing"),
        .quiet(
            "capabilities-left", "find one capability in any set", ["count-capabilities"], by: "capabilities",
            says: ["EPERM"], because: "there is none, and looking is no act",
            peers: [
                "codex sandboxed_command_has_no_effective_or_permitted_capabilities",
                "codex sandbox_inner_stage_rejects_retained_capabilities",
            ]),
        .quiet(
            "ambient", "keep a capability across execve", ["call", "prctl", "47", "2", "7", "0", "0"],
            by: "capabilities",
            says: ["EPERM"], because: "none is permitted that could be made ambient"),
        .act(
            "securebits", "have user 0 mean something again", ["prctl", "28", "0"], "process", "prctl",
            by: "seccomp, securebits"),
        .act(
            "keep-caps", "keep capabilities across a change of user", ["prctl", "8", "1"], "process", "prctl",
            by: "seccomp"),
        .quiet(
            "no-new-privs-off", "take no_new_privs off again", ["prctl", "38", "0"], by: "no_new_privs",
            says: ["EINVAL"],
            because: "the kernel has no way to take it off", peers: ["codex test_no_new_privs_is_enabled"]),
        .quiet(
            "set-user-id", "run a program as its owner", ["run-as-owner", "{owned}"],
            by: "no_new_privs, files.exec",
            says: ["EPERM", "EACCES", "ENOENT"],
            because: "see `run-hidden`: its event is that of a program not granted",
            peers: ["firejail test/filters seccomp-su"]
        ).with(trace: .denied("exec", "execve")),
        .act(
            "run-hidden", "run a program of the host", ["execute", "/usr/bin/id"], "exec", "execve",
            by: "Landlock, view",
            says: ["EACCES", "ENOENT"]
        ).under("strict", "python"),
        .act(
            "run-by-loader", "run one through the loader",
            ["execute", "/lib64/ld-linux-x86-64.so.2", "/usr/bin/id"],
            "exec", "execve", by: "Landlock, view", says: ["EACCES", "ENOENT"], peers: ["SANDBOX.md 5 ld.so"]
        )
        .under("strict", "python"),
        .act(
            "run-shell", "run a shell, by the name that hides it",
            ["execute", "/bin/sh", "-c", "echo out"], "exec",
            "execve", by: "Landlock, view", says: ["EACCES", "ENOENT"],
            peers: ["agentsh TestIsShellCBypassAttempt"]
        )
        .under("strict", "python"),
        .act(
            "run-copy", "run a program that it wrote", ["execute-copy", "{victim}", "/tmp/copy"], "exec",
            "execve",
            by: "noexec, Landlock", says: ["EACCES"]),
        .act(
            "run-copy-in-memory", "run one that it wrote to memory that has a path",
            ["execute-copy", "{victim}", "/dev/shm/copy"], "exec", "execve", by: "noexec, Landlock",
            says: ["EACCES"]),
        .quiet(
            "map-copy", "map what it wrote as code", ["map-executable", "/tmp/code"], by: "noexec",
            says: ["EPERM"],
            because: "mapping names no file; making code from data in its own memory is no way out",
            peers: ["firejail test/filters memwrexe"]),
        .act(
            "memfd-exec", "run a program from memory without a name", ["execute-memory", "{victim}"], "exec",
            "execveat",
            by: "sealed memory", says: ["EACCES", "EPERM"], peers: ["OpenShell memfd_create"]),
        .act(
            "memfd-exec-path", "the same by its path in /proc", ["execute-memory-path", "{victim}"], "exec",
            "execve",
            by: "sealed memory", says: ["EACCES", "ENOENT"]),
        .call("memfd-executable", "get memory that may be executed", ["memfd_create", "@x", "16"]),
        .call("memfd-huge", "get memory in pages that nobody counts", ["memfd_create", "@x", "4"]),
        .act(
            "fexecve", "run a program by a descriptor of it", ["execute-descriptor", "{victim}"], "exec",
            "execveat",
            by: "seccomp", says: ["EACCES", "EPERM"], peers: ["OpenShell execveat(AT_EMPTY_PATH)"]),
        .act(
            "execveat", "run a program by the other call", ["execveat", "/usr/bin/id"], "exec", "execveat",
            by: "Landlock, view", says: ["EACCES", "ENOENT"]
        ).under("strict", "python"),
        .quiet(
            "core-dump", "leave its memory in a file", ["leave-core", "/tmp"], by: "rlimits", says: ["EPERM"],
            because: "dying is no act; there is no core, and the limit cannot be raised",
            peers: ["isolate RLIMIT_CORE"]),
        .quiet(
            "inherited-descriptors", "find a descriptor or a variable that it was not given",
            ["inherited", "GUARDRUN_SECRET"],
            by: "close_range, allow-listed environment", says: ["ENOENT"],
            because: "there is none, and looking is no act",
            peers: ["runc CVE-2024-21626", "sandlock clean_env"]),
        .act(
            "tiocsti", "type into its terminal", ["tiocsti"], "syscall", "ioctl", by: "seccomp, setsid",
            peers: ["bubblewrap CVE-2017-5226", "sandlock test_tty"]),
        .act(
            "tiocsti-high", "the same with bits the kernel ignores", ["tiocsti", "1"], "syscall", "ioctl",
            by: "seccomp",
            peers: ["flatpak CVE-2019-10063"]),
        .act(
            "tioclinux", "paste into a console", ["control-device", "0", "0", "0x541c", "3"], "syscall",
            "ioctl", by: "seccomp"),
        .act(
            "tiocsetd", "change what its terminal is", ["control-device", "0", "0", "0x5423", "0"], "syscall",
            "ioctl",
            by: "seccomp"),
        .act(
            "tcsets", "have the terminal echo no more", ["control-device", "0", "0", "0x5402", "0"],
            "syscall", "ioctl",
            by: "seccomp"),
        .act(
            "tiocexcl", "keep others off the terminal", ["control-device", "0", "0", "0x540c", "0"],
            "syscall", "ioctl",
            by: "seccomp"),
        .quiet(
            "tiocsctty", "steal a terminal as its controlling one",
            ["control-device", "0", "0", "0x540e", "1"],
            by: "setsid, capabilities", says: ["ENOTTY", "EPERM"],
            because: "stealing needs a capability; asking changes nothing"),
        .quiet(
            "dev-tty", "open the caller's terminal", ["read-file", "/dev/tty"], by: "setsid",
            says: ["ENXIO", "EACCES"],
            because: "it has no controlling terminal, so the name leads nowhere"),
        Attack(
            name: "ptmx", tries: "make a terminal of the host's", held: "mount view",
            words: ["control-device", "/dev/ptmx", "2", "0x5430"], answers: ["ENOENT", "EACCES"],
            trace: .deniedWhere("/dev/ptmx", "open", "openat")),
        Attack(
            name: "console", tries: "write to the machine's console", held: "mount view",
            words: ["write-file", "/dev/console", "x"], answers: ["ENOENT", "EACCES"],
            trace: .deniedWhere("/dev/console", "open", "openat"),
            userTrace: Trace.none("an ordinary user may not open it anyway")),
    ]

    private func with(trace: Trace) -> Attack {
        var attack = Attack(
            name: name, tries: tries, held: held, words: words, answers: answers, trace: trace)
        attack.peers = peers
        return attack
    }

    func under(_ profiles: String...) -> Attack {
        var attack = self
        attack.profiles = profiles
        return attack
    }
}
