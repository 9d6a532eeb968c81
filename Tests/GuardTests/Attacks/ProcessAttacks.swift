/// What a process does to others: to those outside, to process 1 of the run, and to the supervisor behind it.
extension Attack {
    private static let absent = "inside, no process has that number"
    private static let gone = ["EPERM", "ESRCH", "EINVAL"]

    static let onProcesses: [Attack] =
        [
            .call(
                "ptrace-seize", "trace a process outside", ["ptrace", "0x4206", "{pid}", "0", "0"], "process",
                peers: ["sandlock test_seccomp_enforce ptrace", "firejail test/filters seccomp-ptrace"]),
            .call(
                "ptrace-attach", "stop and trace a process outside", ["ptrace", "16", "{pid}", "0", "0"],
                "process"),
            .call(
                "ptrace-init", "trace process 1 of the run", ["ptrace", "0x4206", "1", "0", "0"], "process"),
            .call("ptrace-me", "have its parent trace it", ["ptrace", "0", "0", "0", "0"], "process"),
            .act(
                "process-vm-readv", "read another's memory", ["read-memory", "{pid}"], "process",
                "process_vm_readv",
                by: "seccomp"),
            .act(
                "process-vm-writev", "write another's memory", ["write-memory", "{pid}"], "process",
                "process_vm_writev",
                by: "seccomp"),
            .act(
                "process-vm-init", "read the memory of process 1", ["read-memory", "1"], "process",
                "process_vm_readv",
                by: "seccomp"),
            .act(
                "pidfd-getfd-init", "take a descriptor of process 1", ["pidfd-getfd", "1"], "process",
                "pidfd_getfd",
                by: "seccomp"),
            .call("pidfd-getfd", "take a descriptor of another", ["pidfd_getfd", "0", "0", "0"], "process"),
            .call(
                "kcmp", "compare what two processes hold", ["kcmp", "1", "{pid}", "0", "0", "0"], "process"),
            .call(
                "process-madvise", "have another's memory paged out",
                ["process_madvise", "0", "&", "1", "21", "0"], "process"),
            .call(
                "process-mrelease", "have another's memory released", ["process_mrelease", "0", "0"],
                "process"),
            .act(
                "pr-set-ptracer", "let everybody trace it", ["prctl", "0x59616d61", "-1"], "process", "prctl",
                by: "seccomp"),
            .act(
                "kill-init", "kill process 1", ["kill", "1", "9"], "signal", "kill",
                by: "seccomp, pid namespace"),
            .act(
                "tgkill-init", "kill process 1 by its thread", ["tgkill", "1", "9"], "signal", "tgkill",
                by: "seccomp"),
            .act(
                "kill-parent", "end whoever started it", ["kill-parent"], "signal", "kill",
                by: "seccomp, pid namespace",
                peers: ["sandlock test_isolate_signals_blocks_parent"]),
            .call("tkill-init", "kill process 1 by the old call", ["tkill", "1", "9"], "signal"),
            .call("sigqueue-init", "queue process 1 a signal", ["rt_sigqueueinfo", "1", "9", "&"], "signal"),
            .call(
                "tgsigqueue-init", "queue a thread of process 1 a signal",
                ["rt_tgsigqueueinfo", "1", "1", "9", "&"], "signal"),
            .act(
                "prlimit-init", "take process 1's descriptors away", ["limit-other", "1"], "syscall",
                "prlimit64", by: "seccomp"),
            .act(
                "renice-init", "starve process 1", ["renice", "0", "1", "19"], "process", "setpriority",
                by: "seccomp"),
            .act(
                "renice-user", "starve all of the user's processes", ["renice", "2", "0", "19"], "process",
                "setpriority",
                by: "seccomp"),
            .act(
                "ionice-init", "starve process 1 at the disk", ["call", "ioprio_set", "1", "1", "0x6007"],
                "process",
                "ioprio_set", by: "seccomp"),
            .act(
                "ionice-user", "starve all of the user's processes at the disk",
                ["call", "ioprio_set", "3", "0", "0x6007"],
                "process", "ioprio_set", by: "seccomp"),
            .act(
                "pin-init", "pin process 1 to one processor", ["pin", "1"], "process", "sched_setaffinity",
                by: "seccomp"),
            .act(
                "idle-init", "run process 1 only when nothing else does", ["make-idle", "1"], "process",
                "sched_setscheduler", by: "seccomp"),
            .act(
                "idle-init-attributes", "the same by the newer call", ["make-idle-attributes", "1"],
                "process",
                "sched_setattr", by: "seccomp"),
        ]
        + [
            ("kill", ["kill", "{pid}", "9"]), ("tgkill", ["tgkill", "{pid}", "9"]),
            ("pidfd", ["kill-descriptor", "{pid}", "9"]), ("fcntl-owner", ["kill-owner", "{pid}", "9"]),
            ("fcntl-owner-extended", ["kill-owner-extended", "{pid}", "9"]),
            ("prlimit", ["limit-other", "{pid}"]),
            ("renice", ["renice", "0", "{pid}", "19"]),
            ("ionice", ["call", "ioprio_set", "1", "{pid}", "0x6007"]),
            ("pin", ["pin", "{pid}"]), ("idle", ["make-idle", "{pid}"]),
            ("idle-attributes", ["make-idle-attributes", "{pid}"]),
            ("robust-list", ["call", "get_robust_list", "{pid}", "&", "&"]),
            ("setpgid", ["call", "setpgid", "{pid}", "0"]),
        ].map { name, words in
            .quiet(
                "\(name)-outside", "do it to a process outside: \(words[0])", words, by: "pid namespace",
                says: gone, because: absent)
        }
        + [
            .quiet(
                "kill-everybody", "signal everybody it can", ["kill-everybody", "15"], by: "pid namespace",
                says: ["ok 0", "ESRCH", "EPERM"], because: "everybody is the run itself"),
            .quiet(
                "double-fork", "leave a process behind", ["daemon", "{seconds}"], by: "pid namespace",
                says: ["ok 0"],
                because: "it is ended with the run, and the end of the run counts it",
                peers: ["codex daemon_sockets_tests", "srt orphan after timeout", "sandlock test_resource"]),
            .quiet(
                "sibling", "be born beside its parent, as a child of process 1", ["sibling", "{seconds}"],
                by: "pid namespace", says: ["ok 0"],
                because: "it is ended with the run, and the end of the run counts it"),
            .quiet(
                "subreaper", "collect its orphans itself", ["prctl", "36", "1"], by: "pid namespace",
                says: ["ok 0"],
                because: "process 1 of a pid namespace ends them all, whoever reaps them"),
        ]
        + ["environ", "mem", "maps", "fdinfo/0", "auxv", "root{secret}"].map { file in
            .act(
                "proc-outside-\(file.prefix { $0.isLetter })", "read /proc/PID/\(file) of a process outside",
                ["read-file", "/proc/{pid}/\(file)"], "open", "openat", by: "pid namespace, its own /proc",
                says: ["ENOENT"],
                peers: file == "environ" ? ["sandlock test_sensitive_proc_resists_bypasses"] : [])
        }
        + ["environ", "mem", "maps", "auxv", "root{secret}", "cwd{secret}"].map { file in
            .act(
                "proc-init-\(file.prefix { $0.isLetter })",
                "read /proc/1/\(file), where the supervisor's memory was",
                ["read-file", "/proc/1/\(file)"], "open", "openat", by: "a hidden memory",
                says: ["EACCES", "EPERM", "ENOENT"],
                user: Trace.none("of the host's process 1 this user could not read it either"))
        }
        + [
            .act(
                "proc-init-write", "write the memory of process 1", ["write-file", "/proc/1/mem", "x"],
                "open", "openat",
                by: "a hidden memory, a read-only /proc", says: ["EACCES", "EPERM"]),
            .act(
                "proc-self-write", "write its own constants through /proc", ["write-own-text"], "open",
                "openat",
                by: "a read-only /proc", says: ["EACCES", "EPERM", "ENOENT"]),
            .act(
                "proc-parent", "read its parent's environment by the parent's number",
                ["proc-of-parent", "environ"], "open", "openat", by: "pid namespace, a hidden memory",
                says: ["EACCES", "EPERM", "ENOENT"],
                user: Trace.none("of the host's process 1 this user could not read it either"),
                peers: ["sandlock test_proc_parent_pid_blocked"]),
            .act(
                "core-pattern", "have the kernel start its program for the next core",
                ["write-file", "/proc/sys/kernel/core_pattern", "|/tmp/x"], "open", "openat",
                by: "a read-only /proc",
                says: ["EACCES", "EPERM", "EROFS"],
                user: Trace.none("an ordinary user may not write it anyway")),
            Attack(
                name: "sysrq", tries: "press the keys that stop a machine", held: "a read-only /proc",
                words: ["write-file", "/proc/sysrq-trigger", "x"],
                answers: ["EACCES", "EPERM", "ENOENT"],
                trace: .deniedWhere("/proc/sysrq-trigger", "open", "openat"),
                userTrace: Trace.none("an ordinary user may not open it anyway")),
            .act(
                "oom-score", "have others killed first when memory is short",
                ["write-file", "/proc/self/oom_score_adj", "-1000"], "open", "openat",
                by: "a read-only /proc",
                says: ["EACCES", "EPERM", "ENOENT"]),
            Attack(
                name: "kcore", tries: "read all of the machine's memory", held: "capabilities",
                words: ["read-file", "/proc/kcore"],
                answers: ["EACCES", "EPERM", "ENOENT"], trace: .deniedWhere("/proc/kcore", "open", "openat"),
                userTrace: Trace.none("an ordinary user may not open it anyway")),
            Attack(
                name: "kmsg", tries: "read the kernel's log", held: "capabilities",
                words: ["read-file", "/proc/kmsg"],
                answers: ["EACCES", "EPERM", "ENOENT"], trace: .deniedWhere("/proc/kmsg", "open", "openat"),
                userTrace: Trace.none("an ordinary user may not open it anyway")),
        ]
}
