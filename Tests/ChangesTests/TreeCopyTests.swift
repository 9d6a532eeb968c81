import Foundation
import Linux
import Testing

@testable import Changes

/// Directories that are copied as a whole for a run.
@Suite("Copies of directories")
struct TreeCopyTests {
    private func copy(_ layered: Layered) throws -> TreeCopy {
        try TreeCopy(of: Directory(Path(layered.base.path)), to: Directory(Path(layered.upper.path)))
    }

    @Test("files, directories and links, with their modes and times; nothing else")
    func kinds() throws {
        let layered = try Layered()
        let base = layered.base
        try layered.put("contents\n", base, "dir/tool", mode: 0o755)
        unsafe symlink("/etc/shadow", base.appendingPathComponent("link").path)
        unsafe mkfifo(base.appendingPathComponent("pipe").path, 0o644)
        let holes = try #require(FileHandle(forWritingAtPath: base.appendingPathComponent("dir/tool").path))
        try holes.truncate(atOffset: 1 << 30)
        let old = base.appendingPathComponent("dir/tool").path
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 99)], ofItemAtPath: old)
        let copied = try copy(layered).copied
        #expect(copied.count == 3 && copied.holds(Path("dir/tool")) && !copied.holds(Path("pipe")))
        let made = try Path(layered.upper.appendingPathComponent("dir/tool").path).status()
        #expect(made.permissions == 0o755 && made.modified == 99_000_000_000 && made.size == 1 << 30)
        #expect(made.allocated < 1 << 20, "a hole was filled")
        let link = Path(layered.upper.appendingPathComponent("link").path)
        #expect(try link.linkTarget() == Path("/etc/shadow"))
    }

    @Test("a file that is written right after looks like one that was written")
    func clock() throws {
        let layered = try Layered()
        for turn in 0..<20 {
            let name = "file\(turn)"
            try layered.put("contents\n", layered.base, name)
        }
        let copied = try copy(layered).copied
        for turn in 0..<20 {
            let path = layered.upper.appendingPathComponent("file\(turn)").path
            let before = try Path(path).status()
            #expect(copied.isUntouched(Path("file\(turn)"), before))
            let file = try #require(FileHandle(forWritingAtPath: path))
            file.write(Data("C".utf8))
            #expect(!copied.isUntouched(Path("file\(turn)"), try Path(path).status()))
        }
    }

    @Test("what is too deep is not copied")
    func depth() throws {
        let layered = try Layered()
        let deep = layered.base.appendingPathComponent(
            Array(repeating: "d", count: 102).joined(separator: "/"))
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        #expect(throws: SystemError.self) { try copy(layered) }
    }

    @Test("the list of what was copied is read back whole, or not at all")
    func list() throws {
        let layered = try Layered()
        for name in ["a", "b c", "%41", "line\nfeed"] { try layered.put("contents\n", layered.base, name) }
        let copied = try copy(layered).copied
        let text = copied.text
        #expect(Copied(text) == copied)
        // Without its last line feed it is whole, too.
        for length in 0..<text.count - 1 { #expect(Copied(Array(text[..<length])) == nil, "\(length)") }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var damaged = text
            damaged[Int.random(in: 0..<text.count, using: &generator)] = UInt8.random(
                in: 0...255, using: &generator)
            _ = Copied(damaged)
        }
    }
}
