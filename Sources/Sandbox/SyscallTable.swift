import Event
import Policy

/// Which system calls are harmless inside the other walls, which are judged one by one, and which are forbidden.
///
/// Every call the kernel headers name is in exactly one list; a test holds the lists against libseccomp's table.
/// What no list names does not exist for the run: it answers ENOSYS, so that libraries fall back.
package enum SyscallTable {
    /// Work on what a process already has: memory, descriptors, time, its own threads and children.
    static let native: [String] = [
        // Memory.
        "brk", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect",
        "mremap",
        "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
        "remap_file_pages", "cachestat", "get_mempolicy", "map_shadow_stack",
        // Descriptors.
        "close", "close_range", "copy_file_range", "dup", "dup2", "dup3", "epoll_create", "epoll_create1",
        "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "fadvise64",
        "fallocate", "fchmod", "fchown", "fcntl", "fdatasync", "fgetxattr", "flistxattr", "flock",
        "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync", "ftruncate", "getdents", "getdents64",
        "inotify_init", "inotify_init1", "inotify_rm_watch", "lseek", "pipe", "pipe2", "poll", "ppoll",
        "pread64", "preadv", "preadv2", "pselect6", "pwrite64", "pwritev", "pwritev2", "read", "readahead",
        "readv", "select", "sendfile", "signalfd", "signalfd4", "splice", "sync", "sync_file_range", "syncfs",
        "tee", "write", "writev",
        // Names that are looked at and not opened: the view holds nothing that may not be seen.
        "access", "chdir", "faccessat", "faccessat2", "fchdir", "getcwd", "getxattr", "inotify_add_watch",
        "lgetxattr", "listxattr", "llistxattr", "lstat", "newfstatat", "readlink", "readlinkat", "stat",
        "statfs", "statx", "umask",
        // Sockets that exist and are connected.
        "accept", "accept4", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmmsg", "recvmsg",
        "setsockopt", "shutdown",
        // Processes, threads and signals of the run; the pid namespace and Landlock's scope hold them in.
        "exit", "exit_group", "wait4", "waitid", "getpid", "getppid", "gettid", "getpgid",
        "getpgrp", "getsid", "setpgid", "setsid", "pidfd_open", "pidfd_send_signal", "pause", "rt_sigaction",
        "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "sigaltstack",
        "restart_syscall", "futex", "futex_requeue", "futex_wait", "futex_waitv", "futex_wake",
        "get_robust_list", "set_robust_list", "rseq", "set_tid_address", "arch_prctl", "set_thread_area",
        "get_thread_area", "sched_yield", "getcpu",
        // Facts, and limits and privileges that can only be lowered.
        "capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getpriority", "getresgid",
        "getresuid",
        "getrlimit", "getrusage", "getuid", "ioprio_get", "ioprio_set", "prlimit64", "sched_get_priority_max",
        "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
        "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
        "sched_setparam", "sched_setscheduler", "setpriority", "setrlimit", "sysinfo", "times", "uname",
        "getrandom",
        // Time.
        "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep",
        "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime",
        "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
        // A process may take more from itself.
        "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
    ]

    /// File names that are acted upon. Judged in `visibility: full`; in `fast` the kernel alone decides.
    static let pathActs: [String] = [
        "chmod", "chown", "fchmodat", "fchmodat2", "fchownat", "futimesat", "lchown", "link", "linkat",
        "lremovexattr", "lsetxattr", "mkdir", "mkdirat", "mknod", "mknodat", "removexattr", "rename",
        "renameat", "renameat2", "rmdir", "setxattr", "symlink", "symlinkat", "truncate", "unlink",
        "unlinkat", "utime", "utimes",
    ]

    /// Changing what is known of a file beside its contents, by its name or by a descriptor that only reads it. Judged
    /// wherever there is somebody to ask, and done by the supervisor. They stand in other lists, too.
    static let metadata: [String] = [
        "chmod", "chown", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat", "futimesat", "lchown",
        "lremovexattr", "lsetxattr", "removexattr", "setxattr", "utime", "utimes",
    ]

    /// Opens. In `fast` only those that may write are judged, as far as the filter can see.
    static let opens: [String] = ["open", "openat"]

    /// New processes; `clone`, which has flags, is conditional.
    static let forks: [String] = ["fork", "vfork"]

    /// Judged whatever the visibility.
    static let judged: [String] = [
        "bind", "connect", "creat", "execve", "execveat", "listen", "memfd_create", "openat2", "sendmmsg",
        "sendmsg",
    ]

    /// Native under conditions on their arguments, judged otherwise (`Seccomp.conditions`).
    static let conditional: [String] = [
        "clone", "ioctl", "kill", "personality", "prctl", "rt_sigqueueinfo",
        "rt_tgsigqueueinfo", "seccomp", "sendto", "socket", "socketpair", "tgkill", "tkill", "unshare",
        "utimensat",
    ]

    /// Changing who one is. A call that changes nothing is let through.
    static let identity: [String] = [
        "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid",
        "setreuid", "setuid",
    ]

    /// System V and POSIX message objects: memory that belongs to no process. Only `observe` has them.
    static let systemV: [String] = [
        "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl",
        "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt",
        "shmget",
    ]

    /// What `observe` lets through without anybody looking, and no other base set has.
    package static var unseen: [String] { systemV }

    /// Forbidden, and what an attempt at it is.
    static let forbidden: [(names: [String], threat: Threat)] = [
        (
            [
                "kcmp", "migrate_pages", "move_pages", "perf_event_open", "pidfd_getfd", "process_madvise",
                "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace", "userfaultfd",
                "vmsplice", "memfd_secret", "modify_ldt",
            ], .sandboxEscape
        ),
        (
            [
                "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit",
            ], .sandboxEscape
        ),
        (
            [
                "_sysctl", "adjtimex", "afs_syscall", "clock_adjtime", "clock_settime", "epoll_ctl_old",
                "epoll_wait_old", "get_kernel_syms", "getpmsg", "lookup_dcookie", "nfsservctl", "putpmsg",
                "query_module", "quotactl", "quotactl_fd", "security", "setdomainname", "sethostname",
                "settimeofday", "swapoff", "syslog", "sysfs", "tuxcall", "uselib", "ustat", "vhangup",
                "vserver", "acct", "fanotify_mark",
            ], .systemModification
        ),
        (["name_to_handle_at"], .sandboxEscape),
    ]

    /// Forbidden whatever the policy says: each would undo the walls themselves.
    static let unsafeCore: [(names: [String], threat: Threat)] = [
        (["io_uring_enter", "io_uring_register", "io_uring_setup"], .sandboxEscape),
        (
            [
                "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
                "open_tree", "pivot_root", "setns", "umount2", "open_by_handle_at", "fanotify_init",
            ], .sandboxEscape
        ),
        (["add_key", "keyctl", "request_key"], .credentialAccess),
        (["bpf", "ioperm", "iopl"], .privilegeEscalation),
        (
            [
                "create_module", "delete_module", "finit_module", "init_module", "kexec_file_load",
                "kexec_load", "reboot", "swapon",
            ], .systemModification
        ),
    ]

    /// Answered as the kernel of another age would, in the filter, without a word: libraries try these first and
    /// have another way.
    static let habits: [(name: String, errno: UInt16)] = [
        ("clone3", 38),  // ENOSYS
        // Where memory lies on a machine with several nodes: numerical libraries ask, and do without.
        ("mbind", 38), ("set_mempolicy", 38), ("set_mempolicy_home_node", 38),
    ]

    /// The same where the run has no pid namespace: a signal by descriptor would not say whom it is for.
    static let unnamespaced: [(name: String, errno: UInt16)] = [("pidfd_send_signal", 38)]

    /// Attributes beside the mode, access lists among them, set through a descriptor: standard input is a file of the
    /// caller's. As on a file system that has none (EOPNOTSUPP).
    static let attributes: [(name: String, errno: UInt16)] = [("fsetxattr", 95), ("fremovexattr", 95)]

    /// What an attempt at a forbidden call belongs to; calls that are judged have their own answer.
    package static func threat(of name: String) -> Threat {
        for group in unsafeCore + forbidden where group.names.contains(name) { return group.threat }
        if identity.contains(name) { return .privilegeEscalation }
        return .sandboxEscape
    }

    /// How it stands with a run that no policy says anything of.
    package static func standing(of name: String) -> CallStanding {
        if isUnsafe(name) { return .core }
        if native.contains(name) || forks.contains(name) { return .native }
        let isForbidden = forbidden.contains { $0.names.contains(name) } || systemV.contains(name)
        return isForbidden ? .forbidden : .judged
    }

    /// Whether a policy may not allow it.
    package static func isUnsafe(_ name: String) -> Bool {
        unsafeCore.contains { $0.names.contains(name) } || habits.contains { $0.name == name }
    }

    /// Every name in the table.
    package static var all: [String] {
        native + forks + pathActs + opens + judged + conditional + identity + systemV
            + (forbidden + unsafeCore).flatMap { $0.names } + habits.map { $0.name }
    }
}
