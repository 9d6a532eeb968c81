import Glibc
import Sandbox

/// How each judged system call carries what it is about: which argument is a path, which the flags.
package struct CallTable: Sendable {
    /// What to read of a call's arguments.
    enum Shape: Sendable {
        case open(directory: Int?, path: Int, flags: Int?)
        case openHow(directory: Int, path: Int, how: Int)
        case change([Place])
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

    private var shapes: [Int32: (name: String, shape: Shape)] = [:]

    /// The table for the calls that a filter sends here.
    package init(judging names: [String]) {
        for name in names {
            guard let number = Seccomp.number(of: name) else { continue }
            shapes[number] = (name, Self.byName[name] ?? .forbidden)
        }
    }

    func shape(of number: Int32) -> (name: String, shape: Shape)? { shapes[number] }

    private static let byName: [String: Shape] = [
        "open": .open(directory: nil, path: 0, flags: 1), "openat": .open(directory: 0, path: 1, flags: 2),
        "creat": .open(directory: nil, path: 0, flags: nil),
        "openat2": .openHow(directory: 0, path: 1, how: 2),
        "execve": .execute(directory: nil, path: 0, arguments: 1, flags: nil),
        "execveat": .execute(directory: 0, path: 1, arguments: 2, flags: 4),

        "chmod": .change([Place(nil, 0, .alter)]), "fchmodat": .change([Place(0, 1, .alter)]),
        "fchmodat2": .change([Place(0, 1, .alter, flags: 3)]), "chown": .change([Place(nil, 0, .alter)]),
        "lchown": .change([Place(nil, 0, .alter, follows: false)]),
        "fchownat": .change([Place(0, 1, .alter, flags: 4)]), "truncate": .change([Place(nil, 0, .alter)]),
        "utime": .change([Place(nil, 0, .alter)]), "utimes": .change([Place(nil, 0, .alter)]),
        "futimesat": .change([Place(0, 1, .alter)]), "utimensat": .change([Place(0, 1, .alter, flags: 3)]),
        "setxattr": .change([Place(nil, 0, .alter)]),
        "lsetxattr": .change([Place(nil, 0, .alter, follows: false)]),
        "removexattr": .change([Place(nil, 0, .alter)]),
        "lremovexattr": .change([Place(nil, 0, .alter, follows: false)]),

        "mkdir": .change([Place(nil, 0, .create, follows: false)]),
        "mkdirat": .change([Place(0, 1, .create, follows: false)]),
        "mknod": .change([Place(nil, 0, .create, follows: false)]),
        "mknodat": .change([Place(0, 1, .create, follows: false)]),
        "symlink": .change([Place(nil, 1, .create, follows: false)]),
        "symlinkat": .change([Place(1, 2, .create, follows: false)]),
        "unlink": .change([Place(nil, 0, .remove, follows: false)]),
        "unlinkat": .change([Place(0, 1, .remove, follows: false)]),
        "rmdir": .change([Place(nil, 0, .remove, follows: false)]),
        "rename": .change(moves(nil, 0, nil, 1)), "renameat": .change(moves(0, 1, 2, 3)),
        "renameat2": .change(moves(0, 1, 2, 3)),
        "link": .change(links(nil, 0, nil, 1)), "linkat": .change(links(0, 1, 2, 3)),

        "connect": .connect, "bind": .bind, "listen": .listen, "sendto": .sendTo, "sendmsg": .sendMessage,
        "sendmmsg": .sendMessages, "socket": .socket, "socketpair": .socket, "setsockopt": .option,
        "memfd_create": .memory,
        "fork": .fork(flags: nil), "vfork": .fork(flags: nil), "clone": .fork(flags: 0),
        "kill": .signal, "tkill": .signal, "tgkill": .signal, "rt_sigqueueinfo": .signal,
        "rt_tgsigqueueinfo": .signal,
        "setuid": .identity(count: 1), "setgid": .identity(count: 1), "setfsuid": .identity(count: 1),
        "setfsgid": .identity(count: 1), "setreuid": .identity(count: 2), "setregid": .identity(count: 2),
        "setresuid": .identity(count: 3), "setresgid": .identity(count: 3),
    ]

    private static func moves(_ a: Int?, _ from: Int, _ b: Int?, _ to: Int) -> [Place] {
        [Place(a, from, .remove, follows: false), Place(b, to, .replace, follows: false)]
    }

    private static func links(_ a: Int?, _ from: Int, _ b: Int?, _ to: Int) -> [Place] {
        [Place(a, from, .refer, follows: false), Place(b, to, .create, follows: false)]
    }
}
