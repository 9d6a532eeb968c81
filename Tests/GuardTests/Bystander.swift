import Foundation

/// A process of the caller's, outside every run.
final class Bystander {
    private let process = Process()

    init(_ caller: Caller) throws {
        let isOther = caller == .user && getuid() == 0
        process.executableURL = URL(fileURLWithPath: isOther ? "/usr/bin/setpriv" : "/bin/sleep")
        let identity = ["--reuid", "\(Caller.uid)", "--regid", "\(Caller.uid)", "--clear-groups", "--"]
        process.arguments = (isOther ? identity + ["/bin/sleep"] : []) + ["1000"]
        try process.run()
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    var pid: String { "\(process.processIdentifier)" }
    /// Neither gone nor waiting to be taken note of (proc_pid_stat(5)).
    var isAlive: Bool {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
        let state = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.first { $0 != " " }
        return state != nil && state != "Z" && state != "X"
    }
}
