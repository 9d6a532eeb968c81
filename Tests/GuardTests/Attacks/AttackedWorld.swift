import Foundation
import Linux
import Testing

/// What the attacks are after: files, sockets and a process outside every run, each of which tells whether anything was
/// done to it.
final class AttackedWorld {
    let caller: Caller
    /// Where the run works, and what its policy may grant.
    let work: Scratch
    private let granted: Scratch
    private let written: Scratch
    /// Granted by nothing.
    private let outside: Scratch
    private let homeDirectory: Scratch
    private let bystander: Bystander
    private let servers: [Server]
    private let places: [String: String]
    private let secretPath: String
    private let leftInTmp: [String]
    /// Stands in every file that nothing grants, and nowhere else.
    let token = "secret-\(UUID().uuidString)"
    /// A sleep that nobody else sleeps, to find what stayed behind.
    let seconds = Processes.unusualSleep()

    init(_ caller: Caller) throws {
        self.caller = caller
        work = try Scratch(for: caller)
        granted = try Scratch(for: caller)
        written = try Scratch(for: caller)
        outside = try Scratch(for: caller)
        homeDirectory = try Scratch(for: caller)
        bystander = try Bystander(caller)
        try granted.file("inside", "visible\n")
        secretPath = try outside.file("secret", token + "\n")
        try written.file("denied/secret", token + "\n")
        try written.file("other/secret", "other\n")
        try work.file("inside", "visible\n")
        let owned = outside.path("owned")
        try FileManager.default.copyItem(atPath: Shared.victim, toPath: owned)
        try FileManager.default.setAttributes([.posixPermissions: 0o4755], ofItemAtPath: owned)
        let abstract = "guardrun-test-\(UUID().uuidString)"
        let (socket, datagram) = (outside.path("host.sock"), outside.path("datagram.sock"))
        let (tcp, udp) = (
            try Server(), try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        )
        servers = [
            tcp, udp, try Server(path: socket), try Server(path: datagram, Int32(SOCK_DGRAM.rawValue)),
            try Server(.abstract(Array(abstract.utf8)), Int32(SOCK_STREAM.rawValue)),
        ]
        let left = "guardrun-left-\(UUID().uuidString)"
        leftInTmp = ["/tmp/\(left)", "/dev/shm/\(left)"]
        for path in leftInTmp { try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: path)) }
        places = [
            "work": work.url.path, "granted": granted.url.path, "written": written.url.path,
            "outside": outside.url.path,
            "outside-name": outside.url.lastPathComponent, "secret": secretPath, "owned": owned,
            "victim": Shared.victim,
            "audit": outside.url.path, "pid": bystander.pid, "tcp": "\(tcp.port)", "udp": "\(udp.port)",
            "socket": socket,
            "datagram": datagram, "abstract": abstract, "host-tmp": left, "host-shm": left, "token": token,
            "seconds": seconds,
        ]
    }

    deinit { for path in leftInTmp { try? FileManager.default.removeItem(atPath: path) } }

    /// The text with the parts of the world in place of their names.
    func fill(_ text: String) -> String {
        guard text.contains("{") else { return text }
        return places.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// Elsewhere than where it works: a profile cuts names out of a home that it would otherwise grant.
    var home: String { homeDirectory.url.path }

    func path(of part: String) -> String? { places[part] }

    /// Everything about the world that an attack could have changed; equal before and after.
    func state() -> [String: String] {
        var state: [String: String] = [:]
        for (name, scratch) in [("outside", outside), ("granted", granted), ("written", written)] {
            let files =
                FileManager.default.enumerator(atPath: scratch.url.path)?.compactMap { $0 as? String } ?? []
            for file in files + [""] {
                // What a run leaves in the directory that it may write is its own affair.
                if name == "written", !file.hasPrefix("denied"), !file.hasPrefix("other") { continue }
                state["\(name)/\(file)"] = Self.file(scratch.path(file))
            }
        }
        let process = "/proc/\(bystander.pid)/"
        state["process"] = "\(bystander.isAlive)"
        state["priorities"] = Self.text(process + "stat").split(separator: " ").dropFirst(17).prefix(2)
            .joined(separator: " ")
        state["scheduling"] = Self.text(process + "sched").split(separator: "\n").filter {
            $0.hasPrefix("policy") || $0.hasPrefix("prio")
        }
        .joined()
        state["processors"] = Self.text(process + "status").split(separator: "\n").first {
            $0.hasPrefix("Cpus_allowed:")
        }
        .map(String.init)
        state["limits"] = Self.text(process + "limits")
        state["oom"] = Self.text(process + "oom_score_adj")
        state["visitors"] = servers.map { "\($0.count)" }.joined(separator: " ")
        for name in ["hostname", "domainname", "core_pattern", "modprobe"] {
            state[name] = Self.text("/proc/sys/kernel/" + name)
        }
        state["swaps"] = Self.text("/proc/swaps")
        state["mounts"] = Self.text("/proc/self/mounts")
        state["full"] = Self.file("/dev/full")
        return state
    }

    /// Whether the host has a file that an unguarded program of the caller could open.
    static func isOpen(_ path: String, to caller: Caller) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return caller == .root || status.st_mode & S_IROTH != 0
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    private static func start(of path: String) -> String {
        let file = FileHandle(forReadingAtPath: path)
        return String(decoding: (try? file?.read(upToCount: 64)) ?? Data(), as: UTF8.self)
    }

    /// Contents, mode, owner, names and times of a file, and the flags that lsattr(1) shows.
    private static func file(_ path: String) -> String {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return "absent" }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        return "\(status.st_mode) \(status.st_uid) \(status.st_gid) \(status.st_nlink) \(status.st_size)"
            + (isFile ? " \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(start(of: path))" : "")
    }
}
