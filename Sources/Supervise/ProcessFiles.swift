import Linux
import Sandbox

/// Files of the run's own /proc that it cannot open, and that an unguarded program could (proc(5)): it is mounted
/// read-only, shows no process of the host, and process 1 hides its memory.
enum ProcessFiles {
    /// What a process keeps from others. What is left may be asked for by everybody about every number, and of a process
    /// that has ended since it was listed.
    private static let hidden: Set<String> = [
        "auxv", "cwd", "environ", "exe", "fd", "fdinfo", "io", "map_files", "maps", "mem", "ns", "numa_maps",
        "pagemap",
        "root", "smaps", "smaps_rollup", "stack", "syscall",
    ]
    /// The machine's, for which being user 0 is not enough.
    private static let ofMachine: Set<String> = ["kcore", "kmsg"]

    static func refuses(_ place: Place, writes: Bool, _ lookup: some Lookup) -> Bool {
        guard OwnPlaces.processes.contains(place.path) else { return false }
        let words = place.path.components.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        guard let first = words.first else { return false }
        let isSelf = first == "self" || first == "thread-self"
        let isProcess = first.utf8.allSatisfy { (48...57).contains($0) }
        // Of a thread, what stands behind its number.
        let file = words.count > 3 && words[1] == "task" ? words[3] : words.count > 1 ? words[1] : ""
        if writes {
            // A descriptor leads to its file.
            if file == "fd" { return false }
            if isProcess && place.visible { return true }
            let host = lookup.host(place.path)
            return isSelf ? host.exists : host.writable
        }
        let isOfOthers = isProcess && (first == "1" || !place.visible) && hidden.contains(file)
        guard isOfOthers || ofMachine.contains(first) else { return false }
        // Whoever may not look into a process may still seem to be allowed by the mode of some of these.
        let host = lookup.host(place.path)
        return host.readable && host.isOwn
    }
}
