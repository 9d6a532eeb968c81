extension NormalPath {
    /// What kinds of place this path names. The tables are lists of names that mean the same everywhere; what a
    /// policy grants is not their business.
    var kinds: PathKind {
        var kinds = PathKind()
        if climbed > 0 { kinds.insert(.climbing) }
        if climbed >= 3 { kinds.insert(.uphill) }
        if isDetour { kinds.insert(.detour) }
        kinds.formUnion(breadth)
        if isAbsolute { kinds.formUnion(systemKinds) }
        if isHome { kinds.insert(.home) }
        kinds.formUnion(secretKinds)
        kinds.formUnion(startKinds)
        return kinds
    }

    /// The first part of a path with many names, and whether anything that matters follows.
    private var breadth: PathKind {
        let named = parts.filter { $0 != "*" && $0 != "**" && $0 != ".*" && $0 != "…" }
        if isWindows { return parts.count <= 1 ? .broad : [] }
        if isHome { return named.isEmpty ? .broad : [] }
        if !isAbsolute { return parts.isEmpty || named.isEmpty && parts.first != "…" ? .here : [] }
        if named.isEmpty { return parts.contains("…") ? [] : .broad }
        guard named.count == 1, let first = named.first else { return [] }
        switch first {
        case "etc", "usr", "bin", "sbin", "lib", "lib32", "lib64", "boot", "sys", "proc", "dev", "root",
            "var",
            "home", "opt", "srv", "mnt", "media", "Users", "Library", "System", "Applications":
            return .broad
        default: return []
        }
    }

    private var systemKinds: PathKind {
        if isWindows { return parts.dropFirst().first == "windows" ? .system : [] }
        guard let first = parts.first else { return [] }
        switch first {
        case "etc", "usr", "bin", "sbin", "lib", "lib32", "lib64", "boot", "sys", "proc", "dev":
            return first == "dev" ? deviceKinds : isHarmless ? [.system, .harmless] : [.system, handleKinds]
        case "var":
            switch parts.dropFirst().first {
            case "tmp": return .temporary
            case "log": return [.system, .trace]
            case "run": return containerSocketKinds
            case "lib", "spool", "mail", "cache", "backups", "db": return .system
            default: return []
            }
        case "run": return containerSocketKinds
        case "tmp": return .temporary
        default: return []
        }
    }

    private var containerSocketKinds: PathKind {
        switch parts.last {
        case "docker.sock", "containerd.sock", "crio.sock", "podman.sock": [.containerSocket, .system]
        default: []
        }
    }

    /// What any program may read: facts about the machine that are nobody's secret.
    private var isHarmless: Bool {
        let second = parts.dropFirst().first ?? ""
        switch parts[0] {
        case "etc":
            switch second {
            case "os-release", "lsb-release", "debian_version", "timezone", "localtime", "mime.types",
                "hostname",
                "hosts", "networks", "services", "protocols", "resolv.conf", "locale.conf", "shells", "issue",
                "motd",
                "machine-id", "nsswitch.conf", "redhat-release", "manpath.config", "magic":
                return true
            case "ssl": return parts.dropFirst(2).first == "certs"
            default: return false
            }
        case "usr":
            return ["share", "include", "src", "local"].contains(second)
                || parts.contains { $0.hasPrefix("python") }
        case "proc":
            return [
                "cpuinfo", "meminfo", "loadavg", "uptime", "version", "stat", "filesystems", "mounts",
                "diskstats",
                "swaps", "vmstat", "net", "partitions", "interrupts", "devices",
            ].contains(second)
                || parts.count == 3
                    && ["status", "stat", "statm", "cmdline", "cgroup", "fd", "limits", "io"].contains(
                        parts[2])
        case "sys": return second == "class" || second == "devices"
        default: return false
        }
    }

    /// Files of the kernel that do more than inform.
    private var handleKinds: PathKind {
        let last = parts.last ?? ""
        if parts[0] == "proc" {
            if parts.count == 3, last == "mem" { return .memory }
            if parts.count == 3, last == "environ" { return .secret }
            if parts.count >= 3, parts[2] == "root" { return .kernelHandle }
            if last == "kcore" || last == "kmem" { return .memory }
            if last == "sysrq-trigger" || parts.dropFirst().first == "sys" { return .kernelHandle }
        }
        if last == "release_agent" || last == "uevent_helper" || last == "core_pattern" {
            return .kernelHandle
        }
        if parts[0] == "sys", last == "notify_on_release" || parts.contains("debug") { return .kernelHandle }
        return []
    }

    private var deviceKinds: PathKind {
        guard let name = parts.dropFirst().first else { return .system }
        switch name {
        case "null", "stdin", "stdout", "stderr", "tty", "fd", "pts", "shm", "ptmx", "console":
            return .neutralDevice
        case "zero", "urandom", "random", "full": return [.neutralDevice, .endless]
        case "tcp", "udp": return .networkDevice
        case "mem", "kmem", "port": return [.system, .memory]
        case "mapper", "disk", "md": return [.system, .disk]
        default:
            let disks = ["sd", "hd", "nvme", "xvd", "vd", "mmcblk", "dm-", "loop", "md", "disk", "rdisk"]
            return disks.contains { name.hasPrefix($0) } ? [.system, .disk] : .system
        }
    }
}
