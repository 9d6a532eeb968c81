import Glibc
import Sandbox

/// How each judged system call carries what it is about: which argument is a path, which the flags.
final class CallTable {
    /// What to read of a call's arguments.
    enum Shape: Sendable {
        case open(directory: Int?, path: Int, flags: Int?)
        case openHow(directory: Int, path: Int, how: Int)
        case change([Place])
        /// The same, with the argument that holds a mode.
        case mode(Int, [Place])
        /// Mode, owner, times or attributes of one file.
        case metadata(Metadata.Sort, Place)
        case execute(directory: Int?, path: Int, arguments: Int, flags: Int?)
        case connect, bind, listen, sendTo, sendMessage, sendMessages
        case memory, socket, option
        case fork(flags: Int?)
        case identity(count: Int)
        /// Whom it is about: the first argument, or the second where the first says what that is. A process is then this
        /// number, and a group the next.
        case scheduling(process: Int32?)
        /// Memory that can be shared and has no name: how much.
        case sharedMemory(length: Int)
        /// A file that is watched.
        case watch
        case signal
        case forbidden
    }

    /// Where a path stands and what happens to it.
    struct Place: Sendable {
        let directory: Int?
        /// Nil where the descriptor is the file's own.
        let path: Int?
        let change: Act.Change
        /// The argument whose AT_SYMLINK_NOFOLLOW bit keeps the last link; nil follows or not by `follows`.
        var flags: Int?
        var follows = true

        init(_ directory: Int?, _ path: Int?, _ change: Act.Change, flags: Int? = nil, follows: Bool = true) {
            self.directory = directory
            self.path = path
            self.change = change
            self.flags = flags
            self.follows = follows
        }
    }

    /// The names of the numbers that are judged, and their shapes as far as they have been asked for.
    private var names: [String?] = []
    private var shapes: [Shape?] = []
    private let refused: Set<String>

    /// The table for the calls that a filter sends here.
    ///
    /// - Parameter refused: calls that the policy refuses by name.
    init(judging calls: [SystemCall], refused: Set<String> = []) {
        self.refused = refused
        names = [String?](repeating: nil, count: Int(calls.map { $0.number }.max() ?? 0) + 1)
        shapes = [Shape?](repeating: nil, count: names.count)
        for call in calls { names[Int(call.number)] = call.name }
    }

    func shape(of number: Int32) -> (name: String, shape: Shape)? {
        guard number >= 0, number < names.count, let name = names[Int(number)] else { return nil }
        if let known = shapes[Int(number)] { return (name, known) }
        let shape = Self.isRefused(name, refused) ? .forbidden : Self.shape(name)
        shapes[Int(number)] = shape
        return (name, shape)
    }

    /// Programs are started by `execve`, the first by guardrun itself, so that one is never refused by name.
    static func isRefused(_ name: String, _ refused: Set<String>) -> Bool {
        name != "execve" && refused.contains(name)
    }

    static func shape(_ name: String) -> Shape {
        switch name {
        case "open": .open(directory: nil, path: 0, flags: 1)
        case "openat": .open(directory: 0, path: 1, flags: 2)
        case "creat": .open(directory: nil, path: 0, flags: nil)
        case "openat2": .openHow(directory: 0, path: 1, how: 2)
        case "execve": .execute(directory: nil, path: 0, arguments: 1, flags: nil)
        case "execveat": .execute(directory: 0, path: 1, arguments: 2, flags: 4)
        case "truncate": .change([Place(nil, 0, .alter)])
        case "chmod": .metadata(.mode(1), Place(nil, 0, .alter))
        case "fchmod": .metadata(.mode(1), Place(0, nil, .alter))
        case "fchmodat": .metadata(.mode(2), Place(0, 1, .alter))
        case "fchmodat2": .metadata(.mode(2), Place(0, 1, .alter, flags: 3))
        case "chown": .metadata(.owner(1), Place(nil, 0, .alter))
        case "lchown": .metadata(.owner(1), Place(nil, 0, .alter, follows: false))
        case "fchown": .metadata(.owner(1), Place(0, nil, .alter))
        case "fchownat": .metadata(.owner(2), Place(0, 1, .alter, flags: 4))
        case "utime": .metadata(.seconds(1), Place(nil, 0, .alter))
        case "utimes": .metadata(.microseconds(1), Place(nil, 0, .alter))
        case "futimesat": .metadata(.microseconds(2), Place(0, 1, .alter))
        case "utimensat": .metadata(.nanoseconds(2), Place(0, 1, .alter, flags: 3))
        case "setxattr", "removexattr": .metadata(.attribute, Place(nil, 0, .alter))
        case "lsetxattr", "lremovexattr": .metadata(.attribute, Place(nil, 0, .alter, follows: false))
        case "mkdir": .change([Place(nil, 0, .create, follows: false)])
        case "mknod": .mode(1, [Place(nil, 0, .create, follows: false)])
        case "mkdirat": .change([Place(0, 1, .create, follows: false)])
        case "mknodat": .mode(2, [Place(0, 1, .create, follows: false)])
        case "symlink": .change([Place(nil, 1, .create, follows: false)])
        case "symlinkat": .change([Place(1, 2, .create, follows: false)])
        case "unlink", "rmdir": .change([Place(nil, 0, .remove, follows: false)])
        case "unlinkat": .change([Place(0, 1, .remove, follows: false)])
        case "rename": .change(moves(nil, 0, nil, 1))
        case "renameat", "renameat2": .change(moves(0, 1, 2, 3))
        case "link": .change(links(nil, 0, nil, 1))
        case "linkat": .change(links(0, 1, 2, 3))
        case "connect": .connect
        case "bind": .bind
        case "listen": .listen
        case "sendto": .sendTo
        case "sendmsg": .sendMessage
        case "sendmmsg": .sendMessages
        case "socket", "socketpair": .socket
        case "setsockopt": .option
        case "memfd_create": .memory
        case "fork", "vfork": .fork(flags: nil)
        case "clone": .fork(flags: 0)
        case "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo": .signal
        case "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler":
            .scheduling(process: nil)
        case "setpriority": .scheduling(process: 0)  // PRIO_PROCESS
        case "ioprio_set": .scheduling(process: 1)  // IOPRIO_WHO_PROCESS
        case "inotify_add_watch": .watch
        case "mmap": .sharedMemory(length: 1)
        case "setuid", "setgid", "setfsuid", "setfsgid": .identity(count: 1)
        case "setreuid", "setregid": .identity(count: 2)
        case "setresuid", "setresgid": .identity(count: 3)
        default: .forbidden
        }
    }

    private static func moves(_ a: Int?, _ from: Int, _ b: Int?, _ to: Int) -> [Place] {
        [Place(a, from, .remove, follows: false), Place(b, to, .replace, follows: false)]
    }

    private static func links(_ a: Int?, _ from: Int, _ b: Int?, _ to: Int) -> [Place] {
        [Place(a, from, .refer, follows: false), Place(b, to, .create, follows: false)]
    }
}
