import Glibc
import Linux

/// The cgroup controllers this process may use to bound a run (cgroups(7)), with the directory each would make
/// its own group in.
package struct CgroupHierarchies: Equatable, Sendable {
    package enum Controller: String, CaseIterable, Sendable { case memory, pids, cpuacct }

    /// The unified hierarchy's directory of this process, when its controllers are delegated to us.
    package var unified: Path?
    package var unifiedControllers: [Controller] = []
    /// Version 1: one directory a controller.
    package var legacy: [Legacy] = []

    package struct Legacy: Equatable, Sendable {
        package let controller: Controller
        package let directory: Path
    }

    package init() {}

    /// Those that can be used, each once.
    package var controllers: [Controller] {
        Controller.allCases.filter { controller in
            unifiedControllers.contains(controller) || legacy.contains { $0.controller == controller }
        }
    }

    /// Reads /proc/self/cgroup and keeps what is writable.
    static func found() -> CgroupHierarchies {
        var found = CgroupHierarchies()
        guard let table = try? Path("/proc/self/cgroup").contents(atMost: 1 << 16) else { return found }
        var mounts = Mounts()
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(
                separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let names = fields[1].split(separator: UInt8(ascii: ",")).map {
                String(decoding: $0, as: UTF8.self)
            }
            let group = Path(bytes: Array(fields[2]))
            if names.isEmpty {
                guard let mount = mounts.unified else { continue }
                found.useUnified(group, below: mount)
            }
            for name in names {
                guard let controller = Controller(rawValue: name),
                    let mount = mounts.place(of: controller, hierarchy: fields[1])
                else { continue }
                let directory = mount.appending(group.bytes.dropFirst()).normalised
                if directory.allows(W_OK) {
                    found.legacy.append(Legacy(controller: controller, directory: directory))
                }
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

    private static func controllers(in text: [UInt8]) -> [Controller] {
        let names = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return names.compactMap {
            let name = String(decoding: $0, as: UTF8.self)
            return Controller(rawValue: name == "cpu" ? "cpuacct" : name)
        }
    }
}
