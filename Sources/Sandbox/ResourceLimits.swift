import Glibc
import Linux
import Policy

/// The limits that the kernel keeps for each process (getrlimit(2)), set on the first one and inherited.
package struct ResourceLimits: Equatable, Sendable {
    package struct Limit: Equatable, Sendable {
        package let name: String
        package let resource: Int32
        package let value: UInt64
    }

    package private(set) var limits: [Limit] = []

    /// Whether the kernel bounds the processes of a run by itself. It counts them for each user of each user
    /// namespace since 5.14, so a run has a count of its own; user 0 of the machine is exempt wherever it is.
    package static func boundsProcesses(_ host: Host) -> Bool {
        host.user.uid != 0 && host.namespaces.contains(.user) && host.kernel >= Host.Kernel(5, 14)
    }

    package init(_ policy: Limits, host: Host) {
        set("core", RLIMIT_CORE, 0)
        if let files = policy.openFiles { set("open_files", RLIMIT_NOFILE, files) }
        if let size = policy.fileSize { set("file_size", RLIMIT_FSIZE, size) }
        if let count = policy.processes, Self.boundsProcesses(host) {
            let nproc = Int32(6)  // RLIMIT_NPROC, which Swift's Glibc does not show; process 1 counts too.
            set("processes", nproc, count + 1)
        }
        if let cpu = policy.cpu {
            // The whole tree is held to the limit by the supervisor; this stops one process if that is stuck.
            set("cpu", RLIMIT_CPU, cpu / 1_000_000_000 + 2)
        }
        if let memory = policy.memory, !host.cgroups.controllers.contains(.memory) {
            // Likewise: one process cannot outrun the samples of the tree's sum by more than a quarter.
            set("memory", RLIMIT_DATA, memory.addingReportingOverflow(memory / 4 + (64 << 20)).partialValue)
        }
    }

    private mutating func set(_ name: String, _ resource: some BinaryInteger, _ value: UInt64) {
        limits.append(Limit(name: name, resource: Int32(resource), value: value))
    }

    private mutating func set(_ name: String, _ resource: __rlimit_resource, _ value: UInt64) {
        set(name, resource.rawValue, value)
    }
}
