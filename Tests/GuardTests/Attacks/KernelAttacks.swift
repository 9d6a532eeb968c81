/// Calls that reach past files, processes and sockets into the kernel itself.
extension Attack {
    static let onKernel: [Attack] =
        [
            .call(
                "io_uring-setup", "get a ring whose work no filter sees", ["io_uring_setup", "4", "&"],
                peers: [
                    "codex network_seccomp_filter", "sandlock test_seccomp_enforce", "firejail test/filters",
                ]),
            .call("io_uring-enter", "work on a ring that somebody left open", ["io_uring_enter", "3", "1"]),
            .call("io_uring-register", "give a ring files of its own", ["io_uring_register", "-1", "0"]),
            .call("userfaultfd", "stop the kernel in the middle of a copy", ["userfaultfd", "0x800"]),
            .call("userfaultfd-user", "the same for user memory alone", ["userfaultfd", "1"]),
            .call("bpf-map", "make a map in the kernel", ["bpf", "0", "&", "64"]),
            .call("bpf-program", "load a program into the kernel", ["bpf", "5", "&", "64"]),
            .call(
                "perf-counter", "count events of itself, and read kernel addresses",
                ["perf_event_open", "&", "0", "-1", "-1", "0"]),
            .call(
                "perf-other", "sample another process", ["perf_event_open", "&", "{pid}", "-1", "-1", "0"]),
            .call(
                "keyctl-join", "join a session keyring", ["keyctl", "1", "@guardrun"],
                peers: ["isolate keyctl"]),
            .call(
                "keyctl-session-to-parent",
                "give its parent other credentials, and shed its Landlock domain so",
                ["keyctl", "18"], peers: ["CVE-2024-42318"]),
            .call("keyctl-read", "read the user's keyring", ["keyctl", "11", "-4", "&", "64"]),
            .call(
                "add-key", "leave a key behind for other programs",
                ["add_key", "@user", "@guardrun", "@x", "1", "-4"]),
            .call(
                "request-key", "have the kernel start a helper outside",
                ["request_key", "@user", "@guardrun", "@x", "-4"]),
            .call("init-module", "load kernel code from memory", ["init_module", "&", "64", "@"]),
            .call("finit-module", "load kernel code from a file", ["finit_module", "0", "@", "0"]),
            .call("delete-module", "unload kernel code", ["delete_module", "@guardrun_none", "0x800"]),
            .call("kexec-load", "start another kernel", ["kexec_load", "0", "0", "&", "0"]),
            .call(
                "kexec-file-load", "start another kernel from a file",
                ["kexec_file_load", "0", "0", "0", "@", "4"]),
            .call("reboot", "stop the machine", ["reboot", "0xfee1dead", "0", "0"]),
            .call("swapon", "use a file as swap", ["swapon", "@/dev/null", "0"]),
            .call("swapoff", "take swap away", ["swapoff", "@/dev/null"]),
            .call("settimeofday", "set the clock", ["settimeofday", "&", "0"]),
            .call("clock-settime", "set the clock", ["clock_settime", "0", "&"]),
            .call("adjtimex", "skew the clock", ["adjtimex", "&"]),
            .call("clock-adjtime", "skew a clock", ["clock_adjtime", "0", "&"]),
            .call("sethostname", "rename the machine", ["sethostname", "@pwned", "5"]),
            .call("setdomainname", "rename its domain", ["setdomainname", "@pwned", "5"]),
            .call("syslog", "read the kernel's log", ["syslog", "3", "&", "4096"]),
            .call("acct", "have every process accounted in a file", ["acct", "@/tmp/acct"]),
            .call("quotactl", "change disk quotas", ["quotactl", "0x800002", "@/dev/null", "0", "&"]),
            .call(
                "quotactl-fd", "change disk quotas by a descriptor",
                ["quotactl_fd", "0", "0x800002", "0", "&"]),
            .call("iopl", "take the ports of the hardware", ["iopl", "3"]),
            .call("ioperm", "take some ports of the hardware", ["ioperm", "0", "8", "1"]),
            .call("modify-ldt", "add a segment to its tables", ["modify_ldt", "1", "&", "16"]),
            .call("vhangup", "hang up the terminal", ["vhangup"]),
            .call(
                "lookup-dcookie", "have a name for a profiler's number", ["lookup_dcookie", "1", "&", "64"]),
            .call("nfsservctl", "talk to a server in the kernel", ["nfsservctl", "0", "&", "&"]),
            .call("uselib", "have the kernel load a library", ["uselib", "@/tmp/none"]),
            .call("ustat", "ask about a file system by its number", ["ustat", "1", "&"]),
            .call("sysfs", "list the kernel's file systems", ["sysfs", "3"]),
            .call("memfd-secret", "have memory that nobody else can look at", ["memfd_secret", "0"]),
            .call(
                "vmsplice", "give its own pages to a pipe and change them later",
                ["vmsplice", "1", "&", "1", "8"]),
            .call(
                "migrate-pages", "move another's pages", ["migrate_pages", "{pid}", "1", "&", "&"]),
            .call(
                "move-pages", "learn where another's pages lie",
                ["move_pages", "{pid}", "1", "&", "&", "&", "0"]),
            .call(
                "fanotify-init", "watch the files of everybody", ["fanotify_init", "0", "0"],
                peers: ["firejail 71 names"]),
            .call(
                "fanotify-mark", "mark a mount to be watched",
                ["fanotify_mark", "0", "0x11", "0x20", "-100", "@/"]),
            .call(
                "name-to-handle", "get a handle of a file that opens past paths",
                ["name_to_handle_at", "-100", "@/tmp", "&", "&", "0"]),
            .call(
                "open-by-handle", "open the root of a disk by its handle",
                ["open_by_handle_at", "-100", "&", "0"]),
            .call("aio", "submit work that runs later", ["io_setup", "1", "&"]),
            .call("seccomp-listener", "become the supervisor of itself", ["seccomp", "1", "8", "&"]),
            .call(
                "shmget", "make memory that belongs to no process", ["shmget", "0", "4096", "01600"],
                peers: ["sandlock test_seccomp_enforce shmget"]),
            .call("semget", "make semaphores that outlive it", ["semget", "0", "1", "01600"]),
            .call("msgget", "make a queue that outlives it", ["msgget", "0", "01600"]),
            .call(
                "mq-open", "make a POSIX queue that outlives it",
                ["mq_open", "@guardrun", "0102", "0600", "0"]),
            .call(
                "personality", "switch the random places of memory off", ["personality", "0x40000"],
                peers: ["sandlock test_seccomp_enforce personality"]),
            .call(
                "personality-read-implies-exec", "make all memory executable", ["personality", "0x400000"]),
            .call("set-mm", "forge what /proc says of its memory", ["prctl", "35", "1", "0"], "process"),
            .quiet(
                "unknown-number", "use a call that nobody has named yet", ["raw", "999"], by: "seccomp",
                says: ["ENOSYS"],
                because: "a number that no table names does not exist for the run", peers: ["flatpak #4462"]),
            .quiet(
                "unknown-negative", "use a number below all others", ["raw", "-2"], by: "seccomp",
                says: ["ENOSYS", "EPERM"],
                because: "a number that no table names does not exist for the run"),
        ] + otherTables

    #if arch(x86_64)
        /// Numbers of the other tables that the kernel has.
        private static let otherTables: [Attack] = [
            .architecture("x32-getpid", "call by an x32 number", ["x32"]),
            .architecture(
                "x32-open", "open by an x32 number", ["call-x32", "2", "@{secret}"], peers: ["agentsh C2"]),
            .architecture(
                "x32-ptrace", "trace by an x32 number of its own", ["call-x32", "521", "16", "{pid}"]),
            .architecture(
                "i386-getpid", "call by int 0x80", ["i386"], peers: ["nsjail #i386", "codex i386 kill"]),
            .architecture("i386-open", "open by int 0x80", ["call-i386", "5", "{secret}"]),
            .architecture("i386-socketcall", "make a socket by int 0x80", ["call-i386", "102", "x"]),
            .call("create-module", "make room for kernel code", ["create_module", "@x", "4096"]),
            .call("query-module", "list kernel code", ["query_module", "@", "1", "&", "64", "&"]),
            .call("sysctl", "set what the kernel is tuned by", ["_sysctl", "&"]),
            .quiet(
                "vsyscall", "call by the page of old", ["call-vsyscall"], by: "seccomp", says: ["ok 0", ""],
                because: "the page only tells the time, and the filter stands before it, too"),
        ]

        private static func architecture(
            _ name: String, _ tries: String, _ words: [String], peers: [String] = []
        ) -> Attack {
            Attack(
                name: name, tries: tries, held: "seccomp", words: words, answers: [""], trace: .killed,
                peers: peers)
        }
    #else
        private static let otherTables: [Attack] = []
    #endif
}
