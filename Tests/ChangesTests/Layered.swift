import Audit
import Foundation
import Linux

@testable import Changes

/// A directory and what a run left in the layer over it, made by hand: also what no kernel would leave there.
final class Layered {
    let root: URL
    let base: URL
    let upper: URL
    let run = RunID(startingAt: 0)
    /// When the copy was made; what is in `base` by then was there before.
    private(set) var begun = Int64.max

    init() throws {
        root = URL(fileURLWithPath: "/var/tmp/guardrun-changes-\(UUID().uuidString)")
        base = root.appendingPathComponent("base")
        upper = root.appendingPathComponent("upper")
        for place in [base, upper] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
    }

    deinit {
        try? Directory(Path(root.deletingLastPathComponent().path)).removeTree(
            Array(root.lastPathComponent.utf8))
    }

    func put(_ text: String, _ place: URL, _ name: String, mode: UInt32 = 0o644) throws {
        let path = place.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path)
        unsafe chmod(path.path, mode)
    }

    /// Gives a file or directory an extended attribute.
    func mark(_ key: String, _ value: String, _ place: URL, _ name: String) throws {
        let file = try Descriptor.open(Path(place.appendingPathComponent(name).path), O_RDONLY)
        if let errno = file.setAttribute(key, to: Array(value.utf8)) { throw errno }
    }

    /// Removes a name as the kernel writes that down; anybody may make this device (mknod(2)).
    func whiteOut(_ name: String) {
        unsafe mknod(upper.appendingPathComponent(name).path, S_IFCHR, 0)
    }

    /// From here on changes in `base` are somebody else's.
    func begin() {
        begun = Int64(Clock.wall)
        // A file's times are those of the last tick of the kernel's clock, which has to have moved on.
        usleep(20_000)
    }

    func survey() throws -> Survey {
        try Survey(upper: Directory(Path(upper.path)), base: Directory(Path(base.path)), begun: begun)
    }

    func commit() throws -> Commit {
        try Commit(run, base: Directory(Path(base.path)), upper: Directory(Path(upper.path)))
    }

    /// Carries everything over; what became of each, by path.
    @discardableResult
    func commitAll(_ changes: [Change]? = nil, paths: [String] = []) throws -> [String: Commit.Result] {
        let commit = try commit()
        let selection = Selection(try changes ?? survey().changes, paths: paths.map { Path($0) })
        var results: [String: Commit.Result] = [:]
        for change in selection.changes {
            let result = commit.apply(change, isNamed: selection.isNamed(change))
            results[change.path.description] = result
            if case .applied = result { commit.finish(change) }
        }
        return results
    }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: base.appendingPathComponent(name).path).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func mode(_ name: String) -> UInt32? {
        try? Path(base.appendingPathComponent(name).path).status(followingLinks: false).permissions
    }

    /// Every name below `base`, links not followed.
    var names: [String] {
        (FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []).sorted()
    }
}

extension Commit.Result {
    var isApplied: Bool { if case .applied = self { true } else { false } }
    var isConflict: Bool { if case .conflict = self { true } else { false } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
}
