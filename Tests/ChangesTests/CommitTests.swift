import Audit
import Foundation
import Linux
import Synchronization
import Testing

@testable import Changes

/// What is carried over, and what never is.
@Suite("Changes committed", .timeLimit(.minutes(60)))
struct CommitTests {
    @Test("each kind is carried over, and done again changes nothing")
    func kinds() throws {
        let layered = try Layered()
        for name in ["longer", "mode", "gone", "moved", "dir/inner", "becomes-dir", "dir2/x"] {
            try layered.put("contents of \(name)\n", layered.base, name)
        }
        layered.begin()
        try layered.put("more\n", layered.upper, "longer", mode: 0o600)
        try layered.put("contents of mode\n", layered.upper, "mode", mode: 0o755)
        for name in ["gone", "moved", "dir", "dir2"] { layered.whiteOut(name) }
        try layered.put("contents of moved\n", layered.upper, "new/place")
        try layered.put("x", layered.upper, "becomes-dir/x")
        unsafe unlink(layered.upper.appendingPathComponent("dir2").path)
        try layered.put("a file\n", layered.upper, "dir2")
        try layered.put("", layered.upper, "closed/empty")
        unsafe chmod(layered.upper.appendingPathComponent("closed").path, 0o500)
        unsafe symlink("longer", layered.upper.appendingPathComponent("link").path)
        let changes = try layered.survey().changes

        let results = try layered.commitAll(changes)
        #expect(results.values.allSatisfy { $0.isApplied }, "\(results)")
        #expect(
            layered.names == [
                "becomes-dir", "becomes-dir/x", "closed", "closed/empty", "dir2", "link", "longer", "mode",
                "new",
                "new/place",
            ])
        #expect(layered.text("longer") == "more\n")
        #expect(layered.mode("longer") == 0o600)
        #expect(layered.mode("mode") == 0o755)
        #expect(layered.mode("closed") == 0o500)
        #expect(layered.text("new/place") == "contents of moved\n")
        #expect(try layered.commitAll(changes).values.allSatisfy { $0 == .already })
    }

    @Test("what somebody else changed is a conflict and stays, whatever the run did to it")
    func conflicts() throws {
        let layered = try Layered()
        for name in ["edited", "removed", "deleted", "chmod", "moved"] {
            try layered.put("old \(name)\n", layered.base, name)
        }
        layered.begin()
        for name in ["edited", "removed", "appeared"] { try layered.put("by the run\n", layered.upper, name) }
        layered.whiteOut("deleted")
        try layered.put("old chmod\n", layered.upper, "chmod", mode: 0o755)
        layered.whiteOut("moved")
        try layered.put("old moved\n", layered.upper, "elsewhere")
        let changes = try layered.survey().changes

        for name in ["edited", "appeared", "deleted", "chmod", "moved"] {
            try layered.put("by somebody\n", layered.base, name)
        }
        unsafe unlink(layered.base.appendingPathComponent("removed").path)
        let results = try layered.commitAll(changes)
        #expect(results.count == 6)
        #expect(results.values.allSatisfy { $0.isConflict }, "\(results)")
        for name in ["edited", "appeared", "deleted", "chmod", "moved"] {
            #expect(layered.text(name) == "by somebody\n")
        }
        #expect(layered.names == ["appeared", "chmod", "deleted", "edited", "moved"])
    }

    @Test("what somebody else changed while the run went on is a conflict too")
    func contested() throws {
        let layered = try Layered()
        try layered.put("old\n", layered.base, "file")
        layered.begin()
        try layered.put("by somebody\n", layered.base, "file")
        try layered.put("by the run\n", layered.upper, "file")
        #expect(try layered.commitAll()["file"]?.isConflict == true)
        #expect(layered.text("file") == "by somebody\n")
    }

    @Test("nothing is written through a link that was put in the way")
    func links() throws {
        let layered = try Layered()
        try layered.put("x", layered.base, "dir/file")
        try layered.put("stays", layered.root, "outside/file")
        layered.begin()
        for name in ["dir/file", "dir/new"] { try layered.put("by the run\n", layered.upper, name) }
        let changes = try layered.survey().changes
        let place = layered.base.appendingPathComponent("dir").path
        unsafe rename(place, place + ".old")
        unsafe symlink(layered.root.appendingPathComponent("outside").path, place)
        let results = try layered.commitAll(changes)
        #expect(results.values.allSatisfy { !$0.isApplied }, "\(results)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: layered.root.path + "/outside") == ["file"])
        #expect(
            FileManager.default.contents(atPath: layered.root.path + "/outside/file") == Data("stays".utf8))
    }

    @Test("a link that is swapped in again and again while changes are carried over leads nothing outside")
    func race() throws {
        let layered = try Layered()
        try layered.put("x", layered.base, "dir/file")
        try FileManager.default.createDirectory(
            at: layered.root.appendingPathComponent("outside"), withIntermediateDirectories: false)
        layered.begin()
        for number in 0..<40 { try layered.put("\(number)\n", layered.upper, "dir/new-\(number)") }
        let changes = try layered.survey().changes
        let (place, outside) = (layered.base.path + "/dir", layered.root.path + "/outside")
        let isOver = Atomic(false)
        try withThrowingDiscard { group in
            group {
                while !isOver.load(ordering: .relaxed) {
                    unsafe rename(place, place + ".real")
                    unsafe symlink(outside, place)
                    unsafe unlink(place)
                    unsafe rename(place + ".real", place)
                }
            }
            for _ in 0..<20 {
                try layered.commitAll(changes)
                #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == [])
            }
            isOver.store(true, ordering: .relaxed)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == [])
    }

    /// Runs one body on a thread of its own beside another, and waits for both.
    private func withThrowingDiscard(_ body: ((@escaping @Sendable () -> Void) -> Void) throws -> Void) throws
    {
        let group = DispatchGroup()
        defer { group.wait() }
        try body { work in
            group.enter()
            Thread.detachNewThread {
                work()
                group.leave()
            }
        }
    }

    @Test("no set-id file, device or pipe comes into being")
    func obstacles() throws {
        let layered = try Layered()
        layered.begin()
        try layered.put("x", layered.upper, "suid", mode: 0o4755)
        unsafe mkfifo(layered.upper.appendingPathComponent("pipe").path, 0o644)
        if getuid() == 0 {
            unsafe mknod(layered.upper.appendingPathComponent("null").path, S_IFCHR | 0o666, 0x103)
        }
        let results = try layered.commitAll(paths: ["suid", "pipe"] + (getuid() == 0 ? ["null"] : []))
        #expect(results.values.allSatisfy { $0.isRefused }, "\(results)")
        #expect(layered.names == [])
    }

    @Test("a file that got set-id bits after it was listed is not carried over")
    func lateObstacle() throws {
        let layered = try Layered()
        layered.begin()
        try layered.put("x", layered.upper, "tool", mode: 0o755)
        let changes = try layered.survey().changes
        unsafe chmod(layered.upper.appendingPathComponent("tool").path, 0o6755)
        #expect(try layered.commitAll(changes)["tool"]?.isRefused == true)
        #expect(layered.names == [])
    }

    @Test("links that lead out of the directory are carried over only when they are named")
    func leaving() throws {
        let layered = try Layered()
        layered.begin()
        let targets = [
            "abs": "/etc/passwd", "up": "../x", "sly": "in/../../x", "fine": "other", "sub/fine": "../other",
        ]
        try FileManager.default.createDirectory(
            at: layered.upper.appendingPathComponent("sub"), withIntermediateDirectories: false)
        for (name, target) in targets {
            unsafe symlink(target, layered.upper.appendingPathComponent(name).path)
        }
        let results = try layered.commitAll()
        for name in ["abs", "up", "sly"] { #expect(results[name]?.isRefused == true, "\(name)") }
        for name in ["fine", "sub/fine"] { #expect(results[name]?.isApplied == true, "\(name)") }
        #expect(try layered.commitAll(paths: ["abs"])["abs"]?.isApplied == true)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: layered.base.path + "/abs")
                == "/etc/passwd")
    }

    @Test("a path that is asked for takes along what it needs, and no more")
    func selection() throws {
        let layered = try Layered()
        layered.begin()
        for name in ["a/b/c", "a/b/d", "a/e", "f"] { try layered.put(name, layered.upper, name) }
        try layered.commitAll(paths: ["a/b/c"])
        #expect(layered.names == ["a", "a/b", "a/b/c"])
        try layered.commitAll(paths: ["a"])
        #expect(layered.names == ["a", "a/b", "a/b/c", "a/b/d", "a/e"])
        #expect(
            Selection(try layered.survey().changes, paths: [Path("nothing")]).unknown == [Path("nothing")])
    }

    @Test("a file keeps its attributes and its holes, and a temporary file that a killed commit left goes")
    func whole() throws {
        let layered = try Layered()
        try layered.put("old\n", layered.base, "file", mode: 0o640)
        try layered.mark("user.kept", "yes", layered.base, "file")
        layered.begin()
        try layered.put("", layered.upper, "file", mode: 0o640)
        unsafe truncate(layered.upper.path + "/file", 1 << 30)
        try layered.mark("user.planted", "no", layered.upper, "file")
        // What is beside the file while it is on its way, and stays when a commit is killed there.
        let left =
            ".guardrun-\(layered.run.description.suffix(8))-\(Digest(Array("file".utf8)).description.prefix(16))"
        try layered.put("half", layered.base, left)
        try layered.commitAll()
        #expect(layered.names == ["file"])
        let status = try Path(layered.base.path + "/file").status()
        #expect(status.size == 1 << 30)
        #expect(status.allocated < 1 << 20)
        let file = try Descriptor.open(Path(layered.base.path + "/file"), O_RDONLY)
        #expect(file.attribute("user.kept") == Array("yes".utf8))
        #expect(file.attribute("user.planted") == nil)
    }
}
