import Event
import Foundation
import Testing

/// Modes of files outlast a run: of what it wrote, of what it was given, and of the host's devices.
@Suite("Modes of files")
struct ModeTests {
    private func mode(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    static let borrowing = [
        ["chmod", "4755"], ["chmod", "2755"], ["chmod-open", "4755"], ["create-with", "4755"],
        ["mknod-with", "6755"],
    ]

    @Test(
        "no file is left that others would run as this user", arguments: Caller.possible, borrowing.indices)
    func borrowed(_ caller: Caller, _ index: Int) throws {
        for visibility in ["full", "fast"] { try borrowed(caller, index, visibility) }
    }

    private func borrowed(_ caller: Caller, _ index: Int, _ visibility: String) throws {
        let scratch = try Scratch(for: caller)
        try scratch.folder("out")
        let (act, digits) = (Self.borrowing[index][0], Self.borrowing[index][1])
        let path = scratch.path("out/file")
        if act.hasPrefix("chmod") { try scratch.file("out/file", "") }
        let guarded = Guarded(
            caller, settings: ["files.write=[./out]", "visibility=\(visibility)"], in: scratch)
        let seen = try guarded.run(["--", Shared.victim, act, path, digits])
        #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
        #expect((mode(path) ?? 0) & 0o6000 == 0)
        #expect(seen.violations("open").first?["args"]?["mode"]?.stringValue == digits, "\(seen.violations)")
    }

    @Test("a file of the run's own gets the mode it asks for", arguments: Caller.possible)
    func own(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.folder("out")
        try scratch.file("out/file", "")
        let guarded = Guarded(caller, settings: ["files.write=[./out]"], in: scratch)
        let seen = try guarded.run(["--", Shared.victim, "chmod-open", scratch.path("out/file"), "640"])
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(mode(scratch.path("out/file")) == 0o640)
    }

    @Test("what may only be read keeps its mode through a descriptor", arguments: Caller.possible)
    func readOnly(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("file", "")
        let before = mode(scratch.path("file"))
        let seen = try Guarded(caller, in: scratch).run(
            ["--", Shared.victim, "chmod-open", scratch.path("file"), "777"])
        #expect(seen.output == "EROFS\n", "\(seen.output)\(seen.errors)")
        #expect(mode(scratch.path("file")) == before)
    }

    @Test("a file on standard input keeps its mode and attributes", arguments: Caller.possible)
    func given(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        try outside.file("secret", "secret\n")
        let before = mode(outside.path("secret"))
        var guarded = Guarded(caller, in: scratch)
        guarded.inputFile = outside.path("secret")
        let seen = try guarded.run(["--", Shared.victim, "chmod-open", "0", "777"])
        #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
        #expect(mode(outside.path("secret")) == before)
        #expect(seen.violations("open", "fchmod").count == 1, "\(seen.violations)")
        let attribute = try guarded.run(["--", Shared.victim, "setxattr-open", "0"])
        #expect(attribute.output == "EOPNOTSUPP\n" || attribute.output == "ENOTSUP\n", "\(attribute.output)")
    }

    @Test("a directory is no standard input", arguments: Caller.possible)
    func directory(_ caller: Caller) throws {
        var guarded = Guarded(caller, in: try Scratch(for: caller))
        guarded.inputFile = "/"
        let seen = try guarded.run(["--", Shared.victim, "stat", "/etc/passwd"])
        #expect(seen.status == 125, "\(seen.output)\(seen.errors)")
        #expect(seen.errors.contains("standard input"), "\(seen.errors)")
    }

    @Test("a device of the host keeps its mode", arguments: Caller.possible)
    func device(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", Shared.victim, "chmod", "/dev/full", "666"])
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("open", "fchmodat").count == 1, "\(seen.violations)")
    }
}
