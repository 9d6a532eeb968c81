import Event
import Foundation
import Testing

/// Runs on a copy of their working directory where the kernel cannot layer it.
@Suite("Workspace that is copied", .timeLimit(.minutes(60)))
struct CopiedWorkspaceTests {
    private func copied(_ caller: Caller) throws -> Reviewed {
        let reviewed = try Reviewed(caller)
        try reviewed.keepTrailsOnOverlay()
        for name in ["edited", "dir/inner", "old", "tool", "untouched"] {
            try reviewed.file(name, "contents of \(name)\n")
        }
        return reviewed
    }

    @Test("it is as one that is layered", arguments: Caller.possible)
    func whole(_ caller: Caller) throws {
        let reviewed = try copied(caller)
        let ran = try reviewed.python(
            """
            import os, shutil
            open('edited', 'a').write('more\\n'); open('new', 'w').write('new\\n'); shutil.rmtree('dir')
            os.rename('old', 'moved'); os.makedirs('a/b'); open('a/b/c', 'w').write('c'); os.chmod('tool', 0o755)
            print(sorted(os.listdir('.')), open('edited').read())
            """)
        #expect(ran.status == 0, "\(ran.errors)")
        #expect(
            ran.output.hasPrefix(
                "['a', 'edited', 'moved', 'new', 'tool', 'untouched'] contents of edited\nmore"))
        #expect(reviewed.contents("edited") == "contents of edited\n")
        #expect(reviewed.exists("dir/inner") && reviewed.exists("old") && !reviewed.exists("new"))
        #expect(
            try reviewed.changes().names == [
                "added a", "added a/b", "added a/b/c", "deleted dir", "deleted dir/inner", "modified edited",
                "renamed moved", "added new", "mode tool",
            ])
        let committed = try reviewed.call("commit", "last")
        #expect(committed.status == 0, "\(committed.output)\(committed.errors)")
        #expect(reviewed.contents("edited") == "contents of edited\nmore\n")
        #expect(
            reviewed.contents("a/b/c") == "c" && reviewed.contents("untouched") == "contents of untouched\n")
        #expect(!reviewed.exists("dir") && !reviewed.exists("old") && reviewed.exists("moved"))
        #expect(try reviewed.isSound())
        #expect(try reviewed.events().contains { $0["workspace"]?["way"] == "copy" })
    }

    @Test("a run that changes nothing leaves nothing", arguments: Caller.possible)
    func nothing(_ caller: Caller) throws {
        let reviewed = try copied(caller)
        let ran = try reviewed.act("open-read", "edited")
        #expect(ran.output == "ok 0\n", "\(ran.errors)")
        #expect(try reviewed.runs().isEmpty)
    }

    @Test("what somebody else does meanwhile is not the run's doing", arguments: Caller.possible)
    func meanwhile(_ caller: Caller) throws {
        let reviewed = try copied(caller)
        let code = """
            import time, os
            open('new', 'w').write('new'); open('edited', 'a').write('mine'); os.remove('old')
            print('ready', flush=True); input()
            """
        let input = Pipe()
        let running = try Running(
            reviewed.host + [Shared.guardrun] + reviewed.options([]) + ["--scan", "warn", "--"]
                + ["/usr/bin/python3", "-c", code], as: caller, in: reviewed.directory,
            environment: reviewed.environment, input: input.fileHandleForReading)
        try #require(running.says("ready"))
        for name in ["untouched", "edited", "theirs", "dir/theirs", "old"] {
            try reviewed.file(name, "theirs\n")
        }
        try FileManager.default.removeItem(atPath: reviewed.scratch.path("project/tool"))
        input.fileHandleForWriting.write(Data("\n".utf8))
        #expect(running.finish().status == 0)
        let (names, objects) = try reviewed.changes()
        #expect(names == ["modified edited", "added new", "deleted old"])
        #expect(objects.map { $0["state"] } == ["conflict", "pending", "conflict"], "\(objects)")
        #expect(try reviewed.call("commit", "last").status == 1)
        #expect(reviewed.contents("edited") == "theirs\n" && reviewed.contents("old") == "theirs\n")
        #expect(reviewed.contents("new") == "new" && reviewed.contents("dir/theirs") == "theirs\n")
        #expect(!reviewed.exists("tool"))
    }

    @Test("what a run moves about is found, although each file is as it was", arguments: Caller.possible)
    func exchanged(_ caller: Caller) throws {
        let reviewed = try copied(caller)
        for name in ["one/file", "two/file"] { try reviewed.file(name, "contents of \(name)\n") }
        let ran = try reviewed.python(
            "import os; os.rename('one', 'x'); os.rename('two', 'one'); os.rename('x', 'two')")
        #expect(ran.status == 0, "\(ran.errors)")
        #expect(try reviewed.changes().names == ["modified one/file", "modified two/file"])
    }

    @Test(
        "the limit of the disk holds over what a run adds, not over what it was given",
        arguments: Caller.possible)
    func disk(_ caller: Caller) throws {
        let reviewed = try copied(caller)
        try reviewed.file("large", String(repeating: "x", count: 4 << 20))
        let settings = ["limits.disk=2MiB"]
        let small = try reviewed.python("open('new', 'w').write('x' * 500_000)", settings: settings)
        #expect(small.status == 0, "\(small.errors)")
        let large = try reviewed.python(
            "import time\nopen('new', 'w').write('x' * 3_000_000)\ntime.sleep(60)", settings: settings)
        #expect(large.status == 123, "\(large.errors)")
        #expect(large.errors.contains("the limit disk of 2 MiB"), "\(large.errors)")
    }

    @Test("a directory that can neither be layered nor copied refuses the run", arguments: Caller.possible)
    func refused(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        try reviewed.file("sub/file", "contents\n")
        reviewed.host = reviewed.after("mount -t tmpfs none $1/project/sub")
        let result = try reviewed.act("open-write", "new")
        #expect(result.status == 78, "\(result)")
        #expect(
            result.errors.contains("neither be layered here")
                && result.errors.contains("sub, where another file system is")
                && result.errors.contains("--audit"), "\(result.errors)")
        #expect(!reviewed.exists("new"))
        let left = try? FileManager.default.contentsOfDirectory(atPath: reviewed.audit + "/workspaces")
        #expect(left ?? [] == [], "\(left ?? [])")
        let trails = try? FileManager.default.contentsOfDirectory(atPath: reviewed.audit + "/runs")
        #expect(trails ?? [] == [], "\(trails ?? [])")
    }
}
