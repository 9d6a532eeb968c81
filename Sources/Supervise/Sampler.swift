import Glibc
import Linux
import Policy
import Sandbox

/// What the whole tree of a run uses at one moment.
package struct Sample: Equatable, Sendable {
    /// Processor time so far, in nanoseconds.
    package var cpu: UInt64 = 0
    /// Memory now and at most so far, in bytes.
    package var memory: UInt64 = 0
    package var memoryPeak: UInt64 = 0
    /// Processes and threads alive.
    package var processes: UInt64 = 0
    /// Bytes added to everything that may be written.
    package var disk: UInt64 = 0
    /// The largest number of files one process has open.
    package var openFiles: UInt64 = 0
    /// A file that has reached the limit of its size.
    package var fullFile: Path?
    /// How often the kernel killed for memory, and how often it refused a fork.
    package var memoryKills: UInt64 = 0
    package var forkRefusals: UInt64 = 0

    package init() {}
}

/// Adds up what the processes of a run use: from its control group where there is one, else from /proc.
struct Sampler {
    private let plan: Plan
    private let root: CInt
    private let census: Census
    private var copy: CopyUse?
    private var peak: UInt64 = 0
    private var tally = ProcessorTally()
    private var sockets: SocketMemory

    /// - Parameter root: the root of the view.
    init(_ plan: Plan, root: CInt, census: Census) {
        self.plan = plan
        self.root = root
        self.census = census
        if let limit = plan.limits.disk {
            copy = plan.workingCopy.map { CopyUse($0, limit: limit) }
        }
        sockets = SocketMemory(plan, census)
    }

    /// Something is being counted that takes several samples, which should come soon.
    var isCounting: Bool { copy?.isWalking ?? false }

    /// - Parameter isOver: nothing of the run is left but what it wrote.
    mutating func take(_ gate: Gate?, isOver: Bool = false) -> Sample {
        var sample = Sample()
        let limits = plan.limits
        let needsTree =
            plan.cgroup?.cpu == nil || plan.cgroup?.memory == nil || plan.cgroup?.processes == nil
            || limits.openFiles != nil
        let privateBytes = PrivateMemory.bytes(plan, root: root)
        let named = privateBytes + (gate?.memories.reduce(0) { $0 + $1.bytes } ?? 0)
        let shared = named + (gate?.nameless.bytes(besides: named) ?? 0)
        let inSockets = isOver ? 0 : sockets.bytes(hasHosts: gate?.hasHostSockets ?? false)
        if needsTree && !isOver { addTree(to: &sample, named: shared) } else { sample.memory = shared }
        sample.memory += inSockets
        sample.cpu = max(sample.cpu, gate?.clockTime ?? 0)
        peak = max(peak, sample.memory)
        sample.memoryPeak = peak
        sample.disk = privateBytes + (gate?.written.added ?? 0) + (copy?.bytes(isOver: isOver) ?? 0)
        if let limit = limits.fileSize { sample.fullFile = gate?.written.reaching(limit) }
        if let cgroup = plan.cgroup { use(cgroup, &sample, inSockets) }
        return sample
    }

    /// - Parameter beside: bytes that the group does not count.
    private func use(_ cgroup: CgroupLimits, _ sample: inout Sample, _ beside: UInt64) {
        if let cpu = cgroup.cpuUsed() { sample.cpu = cpu }
        if let processes = cgroup.processCount() { sample.processes = processes }
        if let peak = cgroup.memoryPeak() {
            sample.memoryPeak = peak
            // The kernel holds the group to the limit; the sum of the samples does not count pages it shares.
            sample.memory = beside
        }
        sample.memoryKills = cgroup.memoryKills()
        sample.forkRefusals = cgroup.processRefusals()
    }

    /// - Parameter named: bytes in memory that has names, which processes may share or not have mapped at all.
    private mutating func addTree(to sample: inout Sample, named: UInt64) {
        // Orphans become children of process 1, and their time becomes its children's.
        sample.cpu = ProcessState(census.first.stat, in: census.first.base)?.cpuOfChildren ?? 0
        let processes = census.processes()
        var (own, shared): (UInt64, UInt64) = (0, 0)
        for process in processes {
            guard let state = ProcessState(process.stat, in: process.base) else { continue }
            sample.cpu += state.cpu
            sample.processes += state.threads
            let memory = ProcessMemory(process.status, in: process.base)
            own += memory.own
            shared += memory.shared
            if plan.limits.openFiles != nil {
                let count = (try? process.descriptors.status(in: process.base).size) ?? 0
                sample.openFiles = max(sample.openFiles, UInt64(max(0, count)))
            }
        }
        sample.cpu = tally.total(sample.cpu)
        if let limit = plan.limits.memory, own + max(shared, named) > limit {
            // What several have mapped was counted for each; telling it apart is dear.
            shared = processes.reduce(0) { $0 + ProcessMemory.share($1.mappings, in: $1.base) }
        }
        sample.memory = own + max(shared, named)
    }
}

/// Processor time that was seen once and is not seen any more: processes whose end nobody hears of take theirs along,
/// so the sum over those that are left falls. What it fell by was used nevertheless.
struct ProcessorTally {
    private var last: UInt64 = 0
    private var lost: UInt64 = 0

    /// All that was used, when the sum is this now; never less than before.
    mutating func total(_ sum: UInt64) -> UInt64 {
        if sum + lost < last { lost = last - sum }
        last = sum + lost
        return last
    }
}

/// The fields of proc_pid_stat(5) that are summed.
struct ProcessState {
    let cpu: UInt64
    /// The part of it that children used which were waited for.
    let cpuOfChildren: UInt64
    let threads: UInt64

    init?(_ path: Path, in base: CInt) {
        // The name in parentheses may hold anything, parentheses and spaces included.
        guard let text = try? path.contents(atMost: 4_096, in: base),
            let end = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 18 else { return nil }
        func number(_ index: Int) -> UInt64 { UInt64(String(decoding: fields[index], as: UTF8.self)) ?? 0 }
        // utime, stime, and those of children that were waited for, in ticks of 10 ms.
        cpuOfChildren = (number(13) + number(14)) * 10_000_000
        cpu = (number(11) + number(12)) * 10_000_000 + cpuOfChildren
        threads = number(17)
    }
}

/// What a process holds in memory (proc_pid_status(5)).
struct ProcessMemory {
    /// Anonymous pages, those swapped out, and the tables that lead to pages.
    private(set) var own: UInt64 = 0
    /// Pages that others may have mapped too: shared anonymous memory, and files in memory.
    private(set) var shared: UInt64 = 0

    init(_ path: Path, in base: CInt) {
        guard let text = try? path.contents(atMost: 1 << 14, in: base) else { return }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if ["RssAnon:", "VmSwap:", "VmPTE:", "HugetlbPages:"].contains(where: {
                line.starts(with: $0.utf8)
            }) {
                own += Self.bytes(line)
            } else if line.starts(with: "RssShmem:".utf8) {
                shared += Self.bytes(line)
            }
        }
    }

    /// A process's share of what it has mapped together with others (proc_pid_smaps(5)).
    static func share(_ path: Path, in base: CInt) -> UInt64 {
        let text = (try? path.contents(atMost: 1 << 14, in: base)) ?? []
        return text.split(separator: UInt8(ascii: "\n"))
            .first { $0.starts(with: "Pss_Shmem:".utf8) }.map(bytes) ?? 0
    }

    /// `NAME:   NUMBER kB`.
    private static func bytes(_ line: ArraySlice<UInt8>) -> UInt64 {
        (UInt64(String(decoding: line.filter { $0 >= 48 && $0 <= 57 }, as: UTF8.self)) ?? 0) &* 1_024
    }
}
