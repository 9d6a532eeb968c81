import Linux

extension CgroupHierarchies {
    /// Where the hierarchies are mounted. Most hosts have them where cgroups(7) says, so that the table of all mounts,
    /// which the kernel takes a while to write, is only read elsewhere.
    struct Mounts {
        private static let standard = Path("/sys/fs/cgroup")
        private lazy var table = Self.table()

        /// The unified hierarchy's place.
        var unified: Path? {
            mutating get {
                for place in [Self.standard, Self.standard.appending("unified")]
                where (try? place.appending("cgroup.controllers").status()) != nil { return place }
                return table.first { $0.controller == nil }?.place
            }
        }

        /// The place of a version 1 hierarchy.
        ///
        /// - Parameter hierarchy: its controllers as /proc/self/cgroup lists them, which is also its directory's name.
        mutating func place(of controller: Controller, hierarchy: ArraySlice<UInt8>) -> Path? {
            let usual = Self.standard.appending(hierarchy)
            if (try? usual.appending("tasks").status()) != nil { return usual }
            return table.first { $0.controller == controller }?.place
        }

        /// Where each version 1 controller is mounted, and the unified hierarchy, which has none of its own.
        private static func table() -> [(controller: Controller?, place: Path)] {
            guard let table = try? Path("/proc/self/mounts").contents(atMost: 1 << 20) else { return [] }
            var points: [(controller: Controller?, place: Path)] = []
            for line in table.split(separator: UInt8(ascii: "\n")) {
                // Most lines are of other file systems, and there may be many.
                guard let start = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
                let rest = line[(start + 1)...]
                guard let end = rest.firstIndex(of: UInt8(ascii: " ")),
                    rest[(end + 1)...].starts(with: "cgroup".utf8)
                else { continue }
                let place = Path(bytes: Array(rest[..<end]))
                let fields = rest[(end + 1)...].split(separator: UInt8(ascii: " "))
                guard fields.count >= 2, fields[0].elementsEqual("cgroup".utf8) else {
                    if fields.first?.elementsEqual("cgroup2".utf8) == true { points.append((nil, place)) }
                    continue
                }
                for option in fields[1].split(separator: UInt8(ascii: ",")) {
                    guard let controller = Controller(rawValue: String(decoding: option, as: UTF8.self))
                    else {
                        continue
                    }
                    points.append((controller, place))
                }
            }
            return points
        }
    }
}
