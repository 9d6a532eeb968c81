import CSandbox
import Glibc
import Linux

/// What the supervisor gives up once the run is launched: it reads bytes that the run chose, and should those ever get
/// the better of it there is little left to do.
package enum SelfProtection {
    /// The calls that supervising, recording and reporting are made of. No process can be started, traced or entered,
    /// nothing mounted, no identity changed.
    private static let calls = [
        "accept4", "bind", "brk", "clock_gettime", "clock_nanosleep", "close", "close_range", "connect",
        "dup",
        "exit", "exit_group", "faccessat", "faccessat2", "fallocate", "fchmod", "fchmodat", "fchownat",
        "fcntl",
        "fdatasync",
        "fgetxattr", "flock", "fstat", "fstatfs",
        "ftruncate", "futex", "getcwd", "getdents64", "getpeername", "getpid", "getrandom", "getsid",
        "getsockname",
        "getsockopt",
        "gettid", "ioctl", "kill", "listen", "lseek", "madvise", "memfd_create", "mkdirat", "mmap",
        "mprotect",
        "mremap",
        "munmap", "newfstatat", "openat", "openat2", "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "poll",
        "ppoll", "pread64", "process_vm_readv", "pwrite64", "read", "readlink", "readlinkat", "recvfrom",
        "recvmsg", "renameat2",
        "restart_syscall",
        "rmdir", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_yield", "sendmsg", "sendto",
        "set_robust_list", "setitimer", "setsockopt", "sigaltstack", "socket", "stat", "statx", "tgkill",
        "unlink",
        "unlinkat", "utimensat",
        "wait4", "waitid", "write", "writev",
    ]

    /// Restricts this process for good.
    package static func install() throws(LaunchError) {
        let numbers = calls.compactMap { SystemCall($0)?.number }
        guard unsafe gr_restrict_to(numbers, numbers.count) == 0 else {
            throw LaunchError(stage: "supervisor's own filter", errno: .last, subject: "", obstacle: .none)
        }
    }
}
