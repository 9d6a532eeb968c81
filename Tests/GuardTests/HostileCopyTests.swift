import Event
import Foundation
import Testing

/// Programs that leave in their copy of the directory what is meant to harm whoever reviews, commits or drops it.
@Suite("Workspace of a hostile run", .timeLimit(.minutes(60)))
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

    @Test(
        "what lies in directories that the run closed is found, and carried over", arguments: Caller.possible,
        ["0", "0o100", "0o300", "0o400"])
    func closed(_ caller: Caller, _ mode: String) throws {
        for isCopied in [false, true] {
            let reviewed = try Reviewed(caller)
            if isCopied { try reviewed.keepTrailsOnOverlay() }
            try reviewed.file("dir/kept", "contents\n")
            let ran = try reviewed.python(
                """
                import os
                open('new', 'w').write('x'); open('dir/kept', 'a').write('more\\n')
                os.mkdir('shut'); open('shut/in', 'w').write('x')
                for name in ['shut', 'dir', '.']: os.chmod(name, \(mode))
                """, settings: ["limits.disk=unlimited"])
            #expect(ran.status == 0, "\(ran.errors)")
            let names = try reviewed.changes().names
            #expect(
                names == ["mode dir", "modified dir/kept", "added new", "added shut", "added shut/in"],
                "\(names) \(ran.errors)")
            let committed = try reviewed.call("commit", "last")
            #expect(committed.status == 0, "\(committed.output)\(committed.errors)")
            #expect(committed.output.contains("5 of 5 changes"), "\(committed.output)")
            #expect(try reviewed.isSound())
        }
    }

    @Test("each name of a file takes room", arguments: Caller.possible)
    func links(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let result = try reviewed.run(
            [Shared.victim, "link-many", ".", "4000"], settings: ["limits.disk=8MiB", "visibility=fast"])
        #expect(result.status == 123 && result.errors.contains("the limit disk"), "\(result.errors)")
    }

    @Test("what is written where nobody may look counts all the same", arguments: Caller.possible)
    func unseen(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let code = """
            import os
            os.mkdir('d'); os.chmod('d', 0o300)
            for n in range(64):
                with open(f'd/{n}', 'wb') as file: file.write(os.urandom(1 << 20)); os.fsync(file.fileno())
            """
        let result = try reviewed.python(code, settings: ["limits.disk=8MiB"])
        #expect(result.status == 123 && result.errors.contains("the limit disk"), "\(result.errors)")
    }

    @Test("nothing hides in a long line, and what cannot be seen is spelled out", arguments: Caller.possible)
    func longLine(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let code = """
            open('tool.py', 'w').write('x = 1' + ' ' * 600 + '; import os; os.system("id")\\n')
            open('seen', 'w').write('a\\u061c\\u00ad\\u180e\\u3164\\u115f\\u1160\\uffa0\\U000e0041b\\n')
            """
        #expect(try reviewed.python(code).status == 0)
        let all = try reviewed.call("changes", "last").output
        #expect(all.contains("os.system(\"id\")") && all.contains(" characters …]"), "\(all)")
        #expect(all.contains("shows all lines"), "\(all)")
        let named = try reviewed.call("changes", "last", "tool.py").output
        #expect(named.contains("+x = 1" + String(repeating: " ", count: 600) + "; import os"), "\(named)")
        let spelled =
            "a"
            + ["61c", "ad", "180e", "3164", "115f", "1160", "ffa0", "e0041"].map { "\\u{\($0)}" }.joined()
            + "b"
        #expect(all.contains(spelled), "\(all)")
    }
}
