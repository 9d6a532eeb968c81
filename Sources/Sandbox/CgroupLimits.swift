import Glibc
import Linux
import Policy

/// The control groups of one run (cgroups(7)): made before it, read while it lasts, removed after it.
package struct CgroupLimits: Equatable, Sendable {
    /// One file to write when the group is made.
    package struct Setting: Equatable, Sendable {
        package let group: Path
        package let file: String
        package let value: String
        /// Whether the host may lack the file.
        package let optional: Bool
    }

    package private(set) var groups: [Path] = []
    package private(set) var settings: [Setting] = []
    /// The file of each group that a thread writes itself into.
    package private(set) var entrances: [Path] = []
    /// What is held by the kernel, and where it is read.
    package private(set) var memory: Path?
    package private(set) var processes: Path?
    package private(set) var cpu: Path?
    private let isUnified: Bool

    /// Nil when nothing that the policy limits can be held by a control group here.
    package init?(_ policy: Limits, hierarchies: CgroupHierarchies, name: String) {
        isUnified = hierarchies.unified != nil
        func group(_ controller: CgroupHierarchies.Controller) -> Path? {
            if hierarchies.unifiedControllers.contains(controller) {
                return hierarchies.unified?.appending(name)
            }
            return hierarchies.legacy.first { $0.controller == controller }?.directory.appending(name)
        }
        if let limit = policy.memory, let group = group(.memory) {
            memory = group
            use(group)
            if isUnified {
                set(group, "memory.max", limit)
                set(group, "memory.swap.max", 0, optional: true)
                set(group, "memory.oom.group", 1, optional: true)
            } else {
                set(group, "memory.limit_in_bytes", limit)
                set(group, "memory.memsw.limit_in_bytes", limit, optional: true)
            }
        }
        if let limit = policy.processes, let group = group(.pids) {
            processes = group
            use(group)
            set(group, "pids.max", limit)
        }
        if policy.cpu != nil, let group = group(.cpuacct) {
            cpu = group
            use(group)
        }
        if groups.isEmpty { return nil }
    }

    private mutating func use(_ group: Path) {
        guard !groups.contains(group) else { return }
        groups.append(group)
        entrances.append(group.appending(isUnified ? "cgroup.procs" : "tasks"))
    }

    private mutating func set(_ group: Path, _ file: String, _ value: UInt64, optional: Bool = false) {
        settings.append(Setting(group: group, file: file, value: String(value), optional: optional))
    }

    /// Makes the groups and opens their entrances; what was made before a failure is removed.
    package func make() throws(SystemError) -> [CInt] {
        var opened: [CInt] = []
        do throws(SystemError) {
            for group in groups { try group.makeDirectory(mode: 0o755) }
            for setting in settings {
                do throws(SystemError) {
                    let file = try Descriptor.open(setting.group.appending(setting.file), O_WRONLY)
                    try file.write(setting.value.utf8)
                } catch  where setting.optional {
                    continue
                }
            }
            for entrance in entrances { opened.append(try Descriptor.open(entrance, O_WRONLY).release()) }
            return opened
        } catch {
            for number in opened { close(number) }
            remove()
            throw error
        }
    }

    /// Removes the groups; they must be empty.
    package func remove() {
        for group in groups { unsafe group.withCString { unsafe _ = rmdir($0) } }
    }

    /// Processor time of everything that was ever in the group, in nanoseconds.
    package func cpuUsed() -> UInt64? {
        guard let cpu else { return nil }
        if isUnified { return Self.field("usage_usec", in: cpu.appending("cpu.stat")).map { $0 * 1_000 } }
        return Self.number(cpu.appending("cpuacct.usage"))
    }

    /// Bytes at most so far.
    package func memoryPeak() -> UInt64? {
        memory.flatMap { Self.number($0.appending(isUnified ? "memory.peak" : "memory.max_usage_in_bytes")) }
    }

    /// How often the kernel killed for the lack of memory.
    package func memoryKills() -> UInt64 {
        guard let memory else { return 0 }
        return Self.field(
            "oom_kill", in: memory.appending(isUnified ? "memory.events" : "memory.oom_control")) ?? 0
    }

    /// Processes and threads there are.
    package func processCount() -> UInt64? { processes.flatMap { Self.number($0.appending("pids.current")) } }

    /// How often a fork was refused.
    package func processRefusals() -> UInt64 {
        processes.flatMap { Self.field("max", in: $0.appending("pids.events")) } ?? 0
    }

    private static func number(_ path: Path) -> UInt64? {
        guard let text = try? path.contents(atMost: 256) else { return nil }
        return UInt64(String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    private static func field(_ name: String, in path: Path) -> UInt64? {
        guard let text = try? path.contents(atMost: 1 << 16) else { return nil }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            if words.count == 2, words[0].elementsEqual(name.utf8) {
                return UInt64(String(decoding: words[1], as: UTF8.self))
            }
        }
        return nil
    }
}
