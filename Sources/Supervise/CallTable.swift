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
        case execute(directory: Int?, path: Int, arguments: Int, flags: Int?)
        case connect, bind, listen, sendTo, sendMessage, sendMessages
        case memory, socket, option
        case fork(flags: Int?)
        case identity(count: Int)
        case signal
        case forbidden
    }

    /// Where a path stands and what happens to it.
    struct Place: Sendable {
        let directory: Int?
        let path: Int
        let change: Act.Change
        /// The argument whose AT_SYMLINK_NOFOLLOW bit keeps the last link; nil follows or not by `follows`.
        var flags: Int?
        var follows = true

        init(_ directory: Int?, _ path: Int, _ change: Act.Change, flags: Int? = nil, follows: Bool = true) {
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
        names = [String?](repeating: nil, count: Int(calls.map(\.number).max() ?? 0) + 1)
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
        case "chmod": .mode(1, [Place(nil, 0, .alter)])
        case "fchmod": .mode(1, [])
        case "chown", "truncate", "utime", "utimes", "setxattr", "removexattr":
            .change([Place(nil, 0, .alter)])
        case "fchmodat": .mode(2, [Place(0, 1, .alter)])
        case "futimesat": .change([Place(0, 1, .alter)])
        case "fchmodat2": .mode(2, [Place(0, 1, .alter, flags: 3)])
        case "utimensat": .change([Place(0, 1, .alter, flags: 3)])
        case "lchown", "lsetxattr", "lremovexattr": .change([Place(nil, 0, .alter, follows: false)])
        case "fchownat": .change([Place(0, 1, .alter, flags: 4)])
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
