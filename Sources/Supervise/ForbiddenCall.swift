import Event
import Linux
import Sandbox

/// Names what a forbidden call was asked to do, as far as its numbers tell.
enum ForbiddenCall {
    static func violation(_ act: Act) -> Violation {
        let arguments = describe(act)
        let detail = arguments.compactMap { member in
            member.value.stringValue.map { "\(member.name) \($0)" }
        }.joined(separator: ", ")
        return Violation(
            operation(of: act.name), .notPermitted, SyscallTable.threat(of: act.name), rule: "syscalls",
            "the system call \(act.name)\(detail.isEmpty ? "" : " (\(detail))") is not granted", arguments)
    }

    private static func operation(of name: String) -> Denial.Operation {
        if mounting.contains(name) { return .mount }
        return processes.contains(name) ? .process : .syscall
    }

    private static let mounting: Set<String> = [
        "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
        "open_tree",
        "pivot_root", "umount2",
    ]

    private static let processes: Set<String> = [
        "clone", "execveat", "kcmp", "pidfd_getfd", "process_madvise", "process_mrelease", "process_vm_readv",
        "process_vm_writev", "ptrace", "setns", "unshare", "setuid", "setgid", "setreuid", "setregid",
        "setresuid",
        "setresgid", "setfsuid", "setfsgid", "setgroups", "prctl",
    ]

    private static func describe(_ act: Act) -> [JSON.Member] {
        let arguments = act.call.arguments
        switch act.name {
        case "clone", "unshare":
            return [.init("flags", .string(namespaceFlags(arguments[0])))]
        case "setns": return [.init("flags", .string(namespaceFlags(arguments[1])))]
        case "mount":
            return texts(act, [("source", 0), ("target", 1), ("type", 2)])
        case "umount2", "chroot": return texts(act, [("target", 0)])
        case "pivot_root": return texts(act, [("new_root", 0), ("put_old", 1)])
        case "fsopen": return texts(act, [("type", 0)])
        case "ptrace":
            return [
                .init("request", .string(ptraceRequest(arguments[0]))),
                .init("target", .number(arguments[1])),
            ]
        case "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "migrate_pages", "move_pages":
            return [.init("target", .number(arguments[0]))]
        case "ioctl": return [.init("request", .string(ioctlRequest(arguments[1])))]
        case "prctl", "personality", "keyctl", "bpf", "seccomp":
            return [.init("operation", .number(arguments[0]))]
        default:
            return (0..<3).map { .init("a\($0)", .string("0x" + String(arguments[$0], radix: 16))) }
        }
    }

    private static func texts(_ act: Act, _ names: [(String, Int)]) -> [JSON.Member] {
        names.compactMap { name, index in
            GuestMemory.string(act.call.pid, act.call.arguments[index]).map { .init(name, .text($0)) }
        }
    }

    private static func namespaceFlags(_ flags: UInt64) -> String {
        let names: [(UInt64, String)] = [
            (0x0002_0000, "CLONE_NEWNS"), (0x0200_0000, "CLONE_NEWCGROUP"), (0x0400_0000, "CLONE_NEWUTS"),
            (0x0800_0000, "CLONE_NEWIPC"), (0x1000_0000, "CLONE_NEWUSER"), (0x2000_0000, "CLONE_NEWPID"),
            (0x4000_0000, "CLONE_NEWNET"),
        ]
        let held = names.filter { flags & $0.0 != 0 }.map { $0.1 }
        return held.isEmpty ? "0x" + String(flags, radix: 16) : held.joined(separator: "|")
    }

    private static func ptraceRequest(_ number: UInt64) -> String {
        let names: [UInt64: String] = [
            0: "PTRACE_TRACEME", 1: "PTRACE_PEEKTEXT", 4: "PTRACE_POKETEXT", 12: "PTRACE_GETREGS",
            16: "PTRACE_ATTACH", 0x4206: "PTRACE_SEIZE",
        ]
        return names[number & 0xFFFF_FFFF] ?? "request \(number)"
    }

    private static func ioctlRequest(_ number: UInt64) -> String {
        let names: [UInt64: String] = [
            0x5402: "TCSETS", 0x5403: "TCSETSW", 0x5404: "TCSETSF", 0x5412: "TIOCSTI",
            0x5414: "TIOCSWINSZ", 0x541C: "TIOCLINUX", 0x5423: "TIOCSETD", 0x541A: "TIOCSSOFTCAR",
            0x4008_6602: "FS_IOC_SETFLAGS", 0x4004_6602: "FS_IOC32_SETFLAGS",
            0x4008_7602: "FS_IOC_SETVERSION",
            0x4004_7602: "FS_IOC32_SETVERSION", 0x401C_5820: "FS_IOC_FSSETXATTR",
            0x4080_6685: "FS_IOC_ENABLE_VERITY", 0x800C_6613: "FS_IOC_SET_ENCRYPTION_POLICY",
            0x4100_9432: "FS_IOC_SETFSLABEL",
        ]
        return names[number & 0xFFFF_FFFF] ?? "0x" + String(number, radix: 16)
    }
}
