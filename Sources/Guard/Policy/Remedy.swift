import Event
import Linux
import Policy
import Sandbox

/// How to get a mechanism that a host lacks: why it is missing there, and a command that provides it.
struct Remedy: Equatable {
    let mechanism: Mechanism
    let reason: String
    /// To be typed by root where it begins with `#`, by the user where it begins with `$`. Nil where no command helps.
    let command: String?

    var text: String { "\(mechanism.rawValue): \(reason)" + (command.map { ": \($0)" } ?? "") }

    var json: JSON {
        .object([
            .init("mechanism", .string(mechanism.rawValue)), .init("reason", .string(reason)),
            .init("command", command.map(JSON.string) ?? .null),
        ])
    }

    /// What helps against one row of the table; nil when nothing is missing, or nothing helps.
    init?(_ row: Enforcement, of rows: [Enforcement], host: Sandbox.Host, signs: HostSigns) {
        guard row.state != .enforced, !row.isUnneeded else { return nil }
        mechanism = row.mechanism
        switch row.mechanism {
        case .userNamespace: (reason, command) = Self.namespaces(signs)
        case .landlock: (reason, command) = Self.landlock(host, signs)
        case .cgroup: (reason, command) = Self.groups(host, signs)
        case .notify:
            (reason, command) = ("a task has one listener", "$ run guardrun outside the other supervisor")
        case .proc where rows.contains { $0.mechanism == .pidNamespace && $0.state == .enforced }:
            (reason, command) = (
                "parts of /proc are covered here", "$ docker run --security-opt systempaths=unconfined ..."
            )
        case .capabilities: (reason, command) = ("user namespaces empty the bounding set", nil)
        // The others come with user namespaces, or with the mount namespace that comes with them.
        default: return nil
        }
    }

    private static func namespaces(_ signs: HostSigns) -> (String, String?) {
        if !signs.hasProc { return ("nothing is mounted on /proc", "# mount -t proc proc /proc") }
        if signs.number("user/max_user_namespaces") == 0 {
            return ("their number is limited to 0", "# sysctl -w user.max_user_namespaces=15000")
        }
        if signs.number("kernel/unprivileged_userns_clone") == 0 {
            return ("only root may make them", "# sysctl -w kernel.unprivileged_userns_clone=1")
        }
        if signs.number("kernel/apparmor_restrict_unprivileged_userns") == 1 {
            return (
                "AppArmor takes the rights in them away",
                "# sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
            )
        }
        if signs.isFiltered {
            return (
                "the filter of a container refuses them; its user.max_user_namespaces is "
                    + (signs.number("user/max_user_namespaces").map(String.init) ?? "unknown"),
                "$ docker run --security-opt seccomp=unconfined ..."
            )
        }
        return ("the kernel was built without CONFIG_USER_NS, or a security module refuses them", nil)
    }

    private static func landlock(_ host: Sandbox.Host, _ signs: HostSigns) -> (String, String?) {
        let newer = signs.isBookworm ? "# apt install -t bookworm-backports linux-image-amd64" : nil
        if host.landlockABI > 0 {
            return (
                "Linux 6.2 covers truncation, 6.7 TCP, 6.10 devices, 6.12 signals; this is \(host.kernel)",
                newer
            )
        }
        if host.kernel < Sandbox.Host.Kernel(5, 13) {
            return ("it came with Linux 5.13; this is \(host.kernel)", newer)
        }
        if let modules = signs.securityModules, !modules.contains("landlock") {
            return (
                "it is not among the security modules of this boot",
                "add lsm=landlock,\(modules.joined(separator: ",")) to the kernel's command line"
            )
        }
        return signs.isFiltered
            ? ("the filter of a container refuses it", "$ docker run --security-opt seccomp=unconfined ...")
            : ("the kernel was built without CONFIG_SECURITY_LANDLOCK", nil)
    }

    private static func groups(_ host: Sandbox.Host, _ signs: HostSigns) -> (String, String?) {
        let isRoot = host.user.uid == 0
        guard signs.hasGroups else {
            return (
                "no control groups are mounted", isRoot ? "# mount -t cgroup2 cgroup2 /sys/fs/cgroup" : nil
            )
        }
        if signs.isSystemd {
            let user = isRoot ? "" : "--user "
            return (
                "no group of ours hands out controllers",
                "\(isRoot ? "#" : "$") systemd-run \(user)--scope -p Delegate=yes guardrun ..."
            )
        }
        let group = "/sys/fs/cgroup"
        if isRoot {
            return (
                "the root group hands out no controllers",
                "# echo '+memory +pids +cpu' > \(group)/cgroup.subtree_control"
            )
        }
        return (
            "no group may be divided by this user",
            "# mkdir -p \(group)/guardrun/session && echo '+memory +pids +cpu' > \(group)/guardrun/cgroup.subtree_control"
                + " && chown -R \(host.user.uid) \(group)/guardrun"
        )
    }
}

/// What a machine shows of why it lacks something.
struct HostSigns {
    var hasProc = true
    /// Numbers below /proc/sys.
    var settings: [(name: String, value: Int)] = []
    /// A filter stands above this process already (proc_pid_status(5), Seccomp).
    var isFiltered = false
    /// As /sys/kernel/security/lsm lists them; nil where that cannot be read.
    var securityModules: [String]?
    var hasGroups = false
    var isSystemd = false
    var isBookworm = false

    func number(_ name: String) -> Int? { settings.first { $0.name == name }?.value }

    /// Those of the machine this runs on.
    static func found() -> HostSigns {
        var signs = HostSigns()
        let status = text("/proc/self/status")
        signs.hasProc = status != nil
        for name in [
            "user/max_user_namespaces", "kernel/unprivileged_userns_clone",
            "kernel/apparmor_restrict_unprivileged_userns",
        ] {
            guard let line = text("/proc/sys/\(name)"), let value = Int(line.prefix { $0 != "\n" }) else {
                continue
            }
            signs.settings.append((name, value))
        }
        signs.isFiltered = status?.split(separator: "\n").contains("Seccomp:\t2") ?? false
        signs.securityModules = text("/sys/kernel/security/lsm").map {
            $0.split { $0 == "," || $0 == "\n" }.map(String.init)
        }
        signs.hasGroups = ["cgroup.controllers", "memory", "unified"].contains {
            (try? Path("/sys/fs/cgroup").appending($0).status()) != nil
        }
        signs.isSystemd = (try? Path("/run/systemd/system").status()) != nil
        signs.isBookworm =
            text("/etc/os-release")?.split(separator: "\n").contains("VERSION_CODENAME=bookworm") ?? false
        return signs
    }

    private static func text(_ path: String) -> String? {
        (try? Path(path).contents(atMost: 1 << 16)).map { String(decoding: $0, as: UTF8.self) }
    }
}
