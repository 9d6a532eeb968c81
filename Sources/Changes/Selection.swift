import Linux

/// Some of the changes of a run, in the order in which they can be carried over.
package struct Selection {
    package let changes: [Change]
    /// Asked for by their own names.
    private let named: Set<[UInt8]>
    /// What was asked for and is no change.
    package let unknown: [Path]

    /// - Parameter paths: relative to the directory, each with all that lies in it; all changes when there are none.
    package init(_ all: [Change], paths: [Path]) {
        named = Set(paths.map { $0.bytes })
        guard !paths.isEmpty else {
            changes = Self.ordered(all)
            unknown = []
            return
        }
        var used: Set<[UInt8]> = []
        var wanted: Set<[UInt8]> = []
        for change in all {
            for path in [change.path, change.from].compactMap({ $0 }) {
                // The path itself and what it lies in.
                var place = path
                while true {
                    if named.contains(place.bytes) {
                        used.insert(place.bytes)
                        wanted.insert(change.path.bytes)
                    }
                    if place.parent == place || place.parent == Path(".") { break }
                    place = place.parent
                }
            }
        }
        unknown = paths.filter { !used.contains($0.bytes) }
        // A new file needs the new directories that it lies in.
        let directories = Set(
            all.filter { $0.kind == .added && $0.entity == .directory }.map { $0.path.bytes })
        for change in all where wanted.contains(change.path.bytes) {
            var place = change.path.parent
            while directories.contains(place.bytes), wanted.insert(place.bytes).inserted {
                place = place.parent
            }
        }
        changes = Self.ordered(all.filter { wanted.contains($0.path.bytes) })
    }

    package func isNamed(_ change: Change) -> Bool { named.contains(change.path.bytes) }

    /// What makes room first, then directories from the top, files, what goes, and what could stand in the way of all
    /// that last.
    private static func ordered(_ changes: [Change]) -> [Change] {
        let arriving = Set(changes.filter { $0.after != nil }.map { $0.path.bytes })
        func makesRoom(_ change: Change) -> Bool {
            var place = change.path
            while true {
                if arriving.contains(place.bytes) { return true }
                if place.parent == place || place.parent == Path(".") { return false }
                place = place.parent
            }
        }
        func rank(_ change: Change) -> Int {
            switch change.kind {
            case .deleted: makesRoom(change) ? 0 : change.entity == .directory ? 4 : 3
            case .added where change.entity == .directory: 1
            case .mode where change.entity == .directory: 5
            case .added, .modified, .renamed, .mode: 2
            }
        }
        let ranked = changes.map { (rank: rank($0), change: $0) }
        return ranked.sorted { a, b in
            if a.rank != b.rank { return a.rank < b.rank }
            // From the bottom up where something goes.
            return [1, 2].contains(a.rank) ? a.change.path < b.change.path : b.change.path < a.change.path
        }.map { $0.change }
    }
}
