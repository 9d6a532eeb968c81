/// Using more than was given. Each is tried under `python` with limits of its own: as root, where control groups hold it,
/// and as an ordinary user, where sums over the tree do.
extension Attack {
    private static func bomb(
        _ name: String, _ tries: String, _ words: [String], _ limit: String, _ settings: [String],
        by held: String,
        says: [String] = [], peers: [String] = []
    ) -> Attack {
        Attack(
            name: name, tries: tries, held: held, words: words, answers: says, trace: .limit(limit),
            peers: peers,
            settings: settings, profiles: ["python"])
    }

    private static let memory = ["limits.memory=64MiB", "limits.disk=1GiB"]
    private static let summed = "control group, sums over the tree"

    static let onLimits: [Attack] = [
        bomb(
            "memory", "take memory without end", ["memory"], "memory", memory, by: summed,
            peers: ["sandlock test_resource"]),
        bomb(
            "memory-processes", "take it in many small processes", ["memory-many", "16", "8"], "memory",
            memory, by: summed),
        bomb("memory-shared", "take memory that is shared", ["memory-shared"], "memory", memory, by: summed),
        bomb(
            "memory-forgotten", "take shared memory that no page table shows", ["memory-forgotten"], "memory",
            memory, by: summed),
        bomb(
            "memory-held-by-a-page", "hold much of it by one page", ["memory-held-by-a-page"], "memory",
            memory, by: summed),
        bomb(
            "memory-by-name", "take memory that has a name", ["memory-by-name"], "memory", memory, by: summed),
        bomb("memory-tables", "take memory in page tables", ["memory-tables"], "memory", memory, by: summed),
        bomb(
            "memory-tmp", "fill /tmp, which is memory", ["fill-many", "/tmp"], "memory", memory, by: summed),
        bomb("memory-shm", "fill /dev/shm", ["fill-many", "/dev/shm"], "memory", memory, by: summed),
        bomb(
            "memory-unnamed", "fill a file in /tmp that has no name", ["memory-unnamed", "/tmp"], "memory",
            memory, by: summed),
        bomb(
            "memory-reserved", "reserve files in /tmp without writing", ["memory-reserved", "/tmp"], "memory",
            memory, by: summed),
        bomb(
            "memory-sockets", "fill sockets that nobody reads", ["memory-in-sockets"], "memory",
            memory + ["limits.open_files=256", "limits.processes=32"], by: summed),
        bomb(
            "disk-tmp", "fill /tmp", ["fill-many", "/tmp"], "disk", ["limits.disk=8MiB"],
            by: "sums over the tree, sized tmpfs"),
        bomb(
            "disk-written", "fill a directory that it may write", ["fill-many", "{written}"], "disk",
            ["limits.disk=8MiB", "files.write=[{written}]"], by: "sums over what was opened"),
        bomb(
            "file-size", "fill one file", ["fill", "/tmp/full"], "file_size", ["limits.file_size=1MiB"],
            by: "rlimits",
            says: ["EFBIG"]),
        bomb("cpu", "compute without end", ["spin"], "cpu", ["limits.cpu=500ms"], by: summed),
        bomb(
            "cpu-processes", "compute in many processes", ["spin-many", "4"], "cpu", ["limits.cpu=500ms"],
            by: summed),
        bomb(
            "cpu-unheard", "compute in children whose time nobody gets", ["cpu-unheard", "5"], "cpu",
            ["limits.cpu=500ms"],
            by: "control group, a counter that children inherit"),
        bomb(
            "cpu-orphans", "compute in orphans", ["cpu-orphans", "30"], "cpu", ["limits.cpu=500ms"],
            by: summed),
        bomb(
            "fork-bomb", "start processes without end", ["forks"], "processes",
            ["limits.processes=16", "limits.wall=1s"], by: "control group, rlimits, counted forks",
            peers: ["isolate --processes"]),
        bomb(
            "thread-bomb", "start threads without end", ["thread-bomb"], "processes",
            ["limits.processes=16", "limits.wall=1s"], by: "control group, rlimits, counted forks"),
        bomb(
            "descriptor-bomb", "open files without end", ["descriptors"], "open_files",
            ["limits.open_files=64"], by: "rlimits"),
        bomb(
            "output", "write to standard output without end", ["flood"], "output", ["limits.output=64KiB"],
            by: "counted pipes", peers: ["Piston 1024 B"]),
        bomb(
            "wall", "take for ever", ["sleep", "1000"], "wall", ["limits.wall=300ms"], by: "a deadline",
            peers: ["llm-sandbox #43"]),
        bomb(
            "stubborn", "ignore the polite signal", ["stubborn"], "wall", ["limits.wall=300ms"],
            by: "a deadline, grace"),
        bomb(
            "stopped-child", "be stopped when it should end", ["stopped-child"], "wall",
            ["limits.wall=300ms"],
            by: "a deadline, pid namespace"),
        bomb(
            "waiting-parent", "wait in the kernel for a child that never executes", ["waiting-parent"],
            "wall",
            ["limits.wall=300ms"], by: "a deadline, pid namespace",
            peers: ["sandlock freeze.rs vfork parents"]),
        bomb(
            "stop-all", "stop itself with all its processes", ["stop-all"], "wall", ["limits.wall=300ms"],
            by: "a deadline, pid namespace"),
        .quiet(
            "inode-bomb", "make names without end", ["inodes", "/tmp"], by: "sized tmpfs", says: ["ENOSPC"],
            because: "the run's own file system is full, as any can be"
        ).limited(["limits.wall=1h", "limits.cpu=1h"]),
        .quiet(
            "pipe-bomb", "fill pipes that nobody reads", ["memory-in-pipes"],
            by: "the kernel's bound for a user",
            says: ["EMFILE"], because: "it stays below what one user gets"
        ).limited(["limits.memory=512MiB", "limits.open_files=1024"]),
        .quiet(
            "failing-execs", "have the supervisor judge programs that do not exist",
            ["failing-execs", "2000"],
            by: "the supervisor", says: ["ENOENT"], because: "what is not there cannot be run by anybody"),
        Attack(
            name: "denial-flood", tries: "drown the trail in denials", held: "coalesced repeats",
            words: ["denials", "20000"],
            answers: ["ok 20000"], trace: .denied("syscall", "acct"), peers: ["nono token bucket"],
            profiles: ["python"]),
    ]

    private func limited(_ settings: [String]) -> Attack {
        Attack(
            name: name, tries: tries, held: held, words: words, answers: answers, trace: trace, peers: peers,
            settings: settings, profiles: ["python"])
    }
}
