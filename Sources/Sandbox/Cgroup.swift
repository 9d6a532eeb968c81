import Glibc
import Linux

/// The cgroup controllers this process may use to bound a run (cgroups(7)), with the directory each would make
/// its own group in.
package struct CgroupHierarchies: Equatable, Sendable {
    package enum Controller: String, CaseIterable, Sendable { case memory, pids, cpuacct }

    /// The unified hierarchy's directory of this process, when its controllers are delegated to us.
    package var unified: Path?
    package var unifiedControllers: Set<Controller> = []
    /// Version 1: one directory a controller.
    package var legacy: [Controller: Path] = [:]

    package init() {}

    package var controllers: Set<Controller> { unifiedControllers.union(legacy.keys) }

    /// Reads /proc/self/cgroup and keeps what is writable.
    static func found() -> CgroupHierarchies {
        var found = CgroupHierarchies()
        guard let table = try? Path("/proc/self/cgroup").contents(atMost: 1 << 16) else { return found }
        let mounts = mountPoints()
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(
                separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let names = fields[1].split(separator: UInt8(ascii: ",")).map {
                String(decoding: $0, as: UTF8.self)
            }
            let group = Path(bytes: Array(fields[2]))
            if names.isEmpty {
                guard let mount = mounts["cgroup2"] else { continue }
                found.useUnified(group, below: mount)
            }
            for name in names {
                guard let controller = Controller(rawValue: name), let mount = mounts[name] else { continue }
                let directory = mount.appending(group.bytes.dropFirst()).normalised
                if directory.allows(W_OK) { found.legacy[controller] = directory }
            }
        }
        return found
    }

    /// The nearest group, from ours upwards, that hands controllers to its children and that we may add one to.
    /// A group that holds processes hands out none (cgroups(7), "no internal processes"), so it is seldom ours.
    private mutating func useUnified(_ group: Path, below mount: Path) {
        var directory = mount.appending(group.bytes.dropFirst()).normalised
        while mount.contains(directory) {
            let control = directory.appending("cgroup.subtree_control")
            let handedOut = (try? control.contents(atMost: 4_096)).map(Self.controllers(in:)) ?? []
            if !handedOut.isEmpty, directory.allows(W_OK) {
                (unified, unifiedControllers) = (directory, handedOut)
                return
            }
            if directory == mount { return }
            directory = directory.parent
        }
    }

    private static func controllers(in text: [UInt8]) -> Set<Controller> {
        let names = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return Set(
            names.compactMap {
                let name = String(decoding: $0, as: UTF8.self)
                return Controller(rawValue: name == "cpu" ? "cpuacct" : name)
            })
    }

    /// Where each version 1 controller, and `cgroup2`, is mounted.
    private static func mountPoints() -> [String: Path] {
        guard let table = try? Path("/proc/self/mounts").contents(atMost: 1 << 20) else { return [:] }
        var points: [String: Path] = [:]
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count >= 4 else { continue }
            let place = Path(bytes: Array(fields[1]))
            switch String(decoding: fields[2], as: UTF8.self) {
            case "cgroup2": points["cgroup2"] = place
            case "cgroup":
                for option in fields[3].split(separator: UInt8(ascii: ",")) {
                    points[String(decoding: option, as: UTF8.self)] = place
                }
            default: continue
            }
        }
        return points
    }
}
