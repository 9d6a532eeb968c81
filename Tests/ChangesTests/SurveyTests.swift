import Foundation
import Linux
import Testing

@testable import Changes

/// What is found in the layer over a directory, whatever a run put there.
@Suite("Changes found")
struct SurveyTests {
    private func found(_ layered: Layered) throws -> [String] {
        try layered.survey().changes.map { change in
            let from = change.from.map { "\($0) > " } ?? ""
            return "\(change.kind) \(from)\(change.path)\(change.obstacle == nil ? "" : " !")"
        }
    }

    @Test("each kind")
    func kinds() throws {
        let layered = try Layered()
        for name in ["same", "longer", "mode", "gone", "moved", "dir/inner", "replaced/old", "becomes-dir"] {
            try layered.put("contents of \(name)\n", layered.base, name)
        }
        unsafe symlink("same", layered.base.appendingPathComponent("link").path)
        layered.begin()
        try layered.put("contents of same\n", layered.upper, "same")
        try layered.put("contents of longer\nand more\n", layered.upper, "longer")
        try layered.put("contents of mode\n", layered.upper, "mode", mode: 0o755)
        layered.whiteOut("gone")
        layered.whiteOut("moved")
        try layered.put("contents of moved\n", layered.upper, "new/place")
        layered.whiteOut("dir")
        try layered.put("new\n", layered.upper, "replaced/new")
        try layered.mark("user.overlay.opaque", "y", layered.upper, "replaced")
        try layered.put("x", layered.upper, "becomes-dir/x")
        unsafe symlink("longer", layered.upper.appendingPathComponent("link").path)
        let found = try found(layered)
        #expect(
            Set(found) == [
                "added becomes-dir", "deleted becomes-dir", "added becomes-dir/x", "deleted dir",
                "deleted dir/inner", "deleted gone", "modified link", "modified longer", "mode mode",
                "added new",
                "renamed moved > new/place", "added replaced/new", "deleted replaced/old",
            ], "\(found)")
    }

    @Test("what a run may not leave behind is listed with the reason and never opened")
    func hostile() throws {
        let layered = try Layered()
        layered.begin()
        let upper = layered.upper
        unsafe mkfifo(upper.appendingPathComponent("pipe").path, 0o644)
        try layered.put("x", upper, "suid", mode: 0o4755)
        try layered.put("x", upper, "sgid", mode: 0o2755)
        try layered.put("x", upper, "line\nfeed\u{1B}[31m")
        unsafe symlink("/etc", upper.appendingPathComponent("etc").path)
        if getuid() == 0 { unsafe mknod(upper.appendingPathComponent("null").path, S_IFCHR | 0o666, 0x103) }
        let found = try found(layered)
        for name in ["pipe", "suid", "sgid"] + (getuid() == 0 ? ["null"] : []) {
            #expect(found.contains("added \(name) !"), "\(found)")
        }
        #expect(found.contains("added line\nfeed\u{1B}[31m"))
        // The link itself, and nothing of what it leads to.
        #expect(found.filter { $0.contains("etc") } == ["added etc"])
    }

    @Test("one large file under many names is not carried over as many files")
    func links() throws {
        let layered = try Layered()
        layered.begin()
        try layered.put(String(repeating: "x", count: 20 << 20), layered.upper, "0")
        for number in 1..<50 {
            unsafe link(layered.upper.path + "/0", layered.upper.path + "/\(number)")
        }
        let results = try layered.commitAll()
        #expect(results.values.count { $0.isApplied } == 4)
        #expect(results.values.count { $0.isRefused } == 46)
    }

    @Test("a tree of a thousand levels is neither followed to its end nor in the way of removing it")
    func deep() throws {
        let layered = try Layered()
        layered.begin()
        var place = try Directory(Path(layered.upper.path))
        for _ in 0..<1_000 {
            try place.makeDirectory(Array("d".utf8), mode: 0o755)
            place = try place.directory(Array("d".utf8))
        }
        let changes = try layered.survey().changes
        #expect(changes.count <= 102)
        #expect(changes.contains { $0.obstacle?.contains("too deep") == true })
        try Directory(Path(layered.root.path)).removeTree(Array("upper".utf8))
        #expect(!FileManager.default.fileExists(atPath: layered.upper.path))
    }

    @Test(
        "removing a tree takes everything in it, names that look like our own included, and follows nothing")
    func removal() throws {
        let layered = try Layered()
        try layered.put("stays", layered.base, "outside")
        try layered.put("x", layered.upper, "1/2/3")
        try layered.put("x", layered.upper, "2/closed/x")
        unsafe symlink(layered.base.path, layered.upper.appendingPathComponent("1/link").path)
        unsafe chmod(layered.upper.appendingPathComponent("2/closed").path, 0)
        // One that was cut off.
        try layered.put("x", layered.root, "upper.removed/7/left")
        try Directory(Path(layered.root.path)).removeTree(Array("upper".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: layered.root.path) == ["base"])
        #expect(layered.text("outside") == "stays")
    }

    @Test("what somebody else changed meanwhile is marked")
    func contested() throws {
        let layered = try Layered()
        try layered.put("one\n", layered.base, "early")
        try layered.put("two\n", layered.base, "late")
        layered.begin()
        try layered.put("two by somebody\n", layered.base, "late")
        try layered.put("one by the run\n", layered.upper, "early")
        try layered.put("two by the run\n", layered.upper, "late")
        let changes = try layered.survey().changes
        #expect(changes.map(\.isContested) == [false, true])
    }

    @Test("names survive being kept, whatever their bytes are")
    func kept() throws {
        let names: [[UInt8]] = [
            Array(1...255).filter { $0 != 47 }, Array("a b%20".utf8), [0xFF, 0xFE], Array("..%2F".utf8),
        ]
        for name in names {
            let change = Change(kind: .added, path: Path(bytes: name), from: nil, before: nil, after: nil)
            #expect(Escaped.bytes(Escaped.text(name)) == name)
            #expect(Change(change.json) == change)
        }
        #expect(Escaped.bytes("%4") == nil)
        #expect(Escaped.bytes("%zz") == nil)
    }
}
