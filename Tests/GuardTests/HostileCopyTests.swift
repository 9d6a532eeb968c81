import Event
import Foundation
import Testing

/// Programs that leave in their copy of the directory what is meant to harm whoever reviews, commits or drops it.
@Suite("Workspace of a hostile run", .timeLimit(.minutes(5)))
struct HostileCopyTests {
    private static let traps = """
        import os, socket
        def tried(act):
            try: act()
            except OSError as error: print(error.errno)
        # What the kernel writes down of a copy, forged.
        tried(lambda: os.setxattr('dir', 'user.overlay.opaque', b'y'))
        tried(lambda: os.setxattr('file', 'user.overlay.whiteout', b'y'))
        tried(lambda: os.mknod('white', 0o20000, 0))
        os.mkfifo('pipe'); socket.socket(socket.AF_UNIX).bind('socket')
        os.symlink('/', 'root'); os.symlink('../outside', 'up')
        open('unread', 'w').write('x'); os.chmod('unread', 0)
        os.mkdir('shut'); open('shut/in', 'w').write('x'); os.chmod('shut', 0)
        for n in range(600): os.mkdir('d'); os.chdir('d')
        """

    @Test("is reviewed, committed and dropped without harm", arguments: Caller.possible)
    func traps(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        for name in ["dir/kept", "file"] { try reviewed.file(name, "contents\n") }
        let outside = try reviewed.scratch.file("outside", "contents\n")
        let ran = try reviewed.python(Self.traps, settings: ["limits.disk=unlimited"])
        #expect(ran.status == 0, "\(ran.errors)")
        let names = try reviewed.changes().names
        #expect(names.count > 100)
        #expect(!names.contains { $0.hasPrefix("deleted") }, "\(names)")

        let result = try reviewed.call("commit", "last")
        #expect(result.status == 1, "\(result.errors)")
        for (name, why) in [
            ("pipe", "named pipe"), ("socket", "socket"), ("root", "leads out"), ("up", "leads out"),
            ("d/d/d", "too deep"),
        ] {
            let lines = result.output.split(separator: "\n").filter {
                $0.contains("refused") && $0.contains(" \(name)")
            }
            #expect(lines.contains { $0.contains(why) }, "\(name): \(lines)")
            if name != "d/d/d" { #expect(!reviewed.exists(name)) }
        }
        #expect(reviewed.contents("dir/kept") == "contents\n" && reviewed.contents("file") == "contents\n")
        #expect(FileManager.default.contents(atPath: outside) == Data("contents\n".utf8))
        #expect(try reviewed.call("discard", "last").status == 0)
        let left = FileManager.default.enumerator(atPath: reviewed.audit + "/workspaces")?.compactMap {
            $0 as? String
        }
        #expect(left?.count == 3, "\(left ?? [])")
        #expect(try reviewed.isSound())
    }

    @Test(
        "a tree that is deeper than can be counted is over the limit of the disk", arguments: Caller.possible)
    func deep(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let result = try reviewed.python("import os\nfor n in range(600): os.mkdir('d'); os.chdir('d')")
        #expect(result.status == 123 && result.errors.contains("the limit disk"), "\(result.errors)")
    }
}
