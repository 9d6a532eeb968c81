import Event
import Foundation
import Testing

/// Runs on a copy of their working directory, and what is done with it afterwards.
@Suite("Workspace", .timeLimit(.minutes(60)))
struct WorkspaceTests {
    private static let busy = """
        import os, shutil
        open('edited', 'a').write('more\\n'); open('new', 'w').write('new\\n'); shutil.rmtree('dir')
        os.rename('old', 'moved'); os.makedirs('a/b'); open('a/b/c', 'w').write('c'); os.chmod('tool', 0o755)
        print(sorted(os.listdir('.')), open('edited').read())
        """

    private func project(_ caller: Caller) throws -> Reviewed {
        let reviewed = try Reviewed(caller)
        for name in ["edited", "dir/inner", "old", "tool"] {
            try reviewed.file(name, "contents of \(name)\n")
        }
        return reviewed
    }

    @Test(
        "a run sees its own changes, and the directory has none of them until they are committed",
        arguments: Caller.possible)
    func whole(_ caller: Caller) throws {
        let reviewed = try project(caller)
        let ran = try reviewed.python(Self.busy)
        #expect(ran.status == 0, "\(ran.errors)")
        #expect(ran.output == "['a', 'edited', 'moved', 'new', 'tool'] contents of edited\nmore\n\n")
        #expect(
            ran.errors.contains("4 added, 1 modified, 2 deleted, 1 renamed, 1 with another mode"),
            "\(ran.errors)")
        #expect(reviewed.contents("edited") == "contents of edited\n")
        #expect(reviewed.exists("dir/inner") && reviewed.exists("old") && !reviewed.exists("new"))

        let (names, objects) = try reviewed.changes()
        try #require(
            names == [
                "added a", "added a/b", "added a/b/c", "deleted dir", "deleted dir/inner", "modified edited",
                "renamed moved", "added new", "mode tool",
            ])
        #expect(objects[5]["diff"]?.stringValue == "@@ -1 +1,2 @@\n contents of edited\n+more\n")
        #expect(objects[6]["from"] == "old")
        #expect(objects[8]["old_mode"] == "644" && objects[8]["mode"] == "755")

        let dry = try reviewed.call("commit", "last", "--dry-run")
        #expect(dry.status == 0, "\(dry.output)\(dry.errors)")
        #expect(!reviewed.exists("new"))
        let committed = try reviewed.call("commit", "last")
        #expect(committed.status == 0, "\(committed.output)\(committed.errors)")
        #expect(reviewed.contents("edited") == "contents of edited\nmore\n")
        #expect(reviewed.contents("a/b/c") == "c")
        #expect(!reviewed.exists("dir") && !reviewed.exists("old") && reviewed.exists("moved"))
        #expect(try reviewed.runs().isEmpty)
        #expect(try reviewed.call("changes", "last").output.contains("are committed"))
        #expect(try reviewed.isSound())
        let events = try reviewed.events()
        #expect(events.count { $0["type"] == "workspace_committed" } == 9)
        #expect(events.contains { $0["workspace"]?["added"] == 4 && $0["type"] == "run_finished" })
        let folder = FileManager.default.enumerator(atPath: reviewed.audit + "/workspaces")?.compactMap {
            $0 as? String
        }
        #expect(folder?.contains { $0.hasSuffix("upper") } == false)
        // With its trail goes what is left of it.
        let prune = ["audit", "prune", "--older-than", "0s", "--audit", reviewed.audit]
        #expect(try reviewed.call([Shared.guardrun] + prune).status == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: reviewed.audit + "/workspaces")
        #expect(left == [], "\(left)")
    }

    @Test("what is discarded is gone, and the directory as it was", arguments: Caller.possible)
    func discard(_ caller: Caller) throws {
        let reviewed = try project(caller)
        _ = try reviewed.python(
            Self.busy + "\nos.makedirs('shut/in'); os.chmod('shut/in', 0); os.chmod('shut', 0)")
        let result = try reviewed.call("discard", "last")
        #expect(result.status == 0 && result.output.contains("discarded"), "\(result)")
        #expect(reviewed.contents("edited") == "contents of edited\n")
        #expect(try reviewed.runs().isEmpty)
        #expect(try reviewed.call("commit", "last").status == 1)
        #expect(!reviewed.exists("new"))
        #expect(try reviewed.isSound())
    }

    @Test("acts of a program without a library land in the copy too", arguments: Caller.possible)
    func victim(_ caller: Caller) throws {
        for (words, change) in [
            (["open-write", "new"], "added new"), (["truncate", "file"], "modified file"),
            (["unlink", "file"], "deleted file"), (["mkdir", "dir"], "added dir"),
            (["rename", "file", "other"], "renamed other"), (["symlink", "file", "link"], "added link"),
            (["chmod", "file", "600"], "mode file"), (["link", "file", "again"], "added again"),
        ] {
            let reviewed = try Reviewed(caller)
            try reviewed.file("file", "contents\n")
            let result = try reviewed.run([Shared.victim] + words)
            #expect(result.output == "ok 0\n", "\(words) \(result.errors)")
            #expect(try reviewed.changes().names == [change])
            #expect(try FileManager.default.contentsOfDirectory(atPath: reviewed.directory.path) == ["file"])
            #expect(reviewed.contents("file") == "contents\n")
        }
    }

    @Test("what is refused is refused there as anywhere, by its real path", arguments: Caller.possible)
    func refusals(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let secret = try reviewed.file("keys/secret", "secret\n")
        let outside = try reviewed.scratch.file("outside", "contents\n")
        for (words, path) in [
            (["open-read", "keys/secret"], secret), (["open-write", "keys/secret"], secret),
            (["open-read", outside], outside), (["open-write", "../new"], reviewed.scratch.path("new")),
        ] {
            let result = try reviewed.run([Shared.victim] + words, settings: ["files.deny=[./keys]"])
            #expect(result.status == 1, "\(words) \(result.output) \(result.errors)")
            #expect(result.errors.contains(path), "\(result.errors)")
        }
        #expect(!reviewed.scratch.exists("new"))
        #expect(try reviewed.events().count { $0["type"] == "policy_violation" } == 4)
    }

    @Test("only what is granted for writing is written, in the copy as well", arguments: Caller.possible)
    func grants(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        try reviewed.file("file", "contents\n")
        let settings = ["files.read=[.]", "files.write=[./out]"]
        #expect(try reviewed.act("open-write", "out/new", settings: settings).output == "ok 0\n")
        #expect(try reviewed.changes().names == ["added out", "added out/new"])
        #expect(!reviewed.exists("out"))
        #expect(try reviewed.act("open-append", "file", settings: settings).output == "EACCES\n")
        #expect(try reviewed.act("open-read", "file", settings: settings).output == "ok 0\n")
    }

    @Test("copies are out of reach of runs, even where everything may be read", arguments: Caller.possible)
    func outOfReach(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        #expect(try reviewed.act("open-write", "first").status == 0)
        let run = try #require(try reviewed.runs().first)
        let upper = "\(reviewed.audit)/workspaces/\(run)/upper/first"
        for words in [["open-read", upper], ["open-write", upper], ["stat", upper]] {
            let result = try reviewed.run(
                [Shared.victim] + words,
                settings: [
                    "files.read=[/]", "files.write=[., \(reviewed.scratch.url.path)]", "files.deny=[]",
                ])
            #expect(result.status == 1, "\(words) \(result.output) \(result.errors)")
        }
    }

    @Test("trails in the working directory itself are no obstacle", arguments: Caller.possible)
    func trailsInside(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let audit = reviewed.directory.appendingPathComponent("trails").path
        let words =
            [Shared.guardrun, "--audit", audit, "-p", "python"] + Reviewed.settings.flatMap { ["--set", $0] }
        let ran = try reviewed.call(words + ["--", Shared.victim, "open-write", "new"])
        #expect(ran.output == "ok 0\n", "\(ran.errors)")
        #expect(!reviewed.exists("new"))
        let commit = try reviewed.call([Shared.guardrun, "commit", "--audit", audit, "last"])
        #expect(commit.status == 0, "\(commit.output)\(commit.errors)")
        #expect(reviewed.exists("new"))
    }

    @Test(
        "two runs have a copy each, and who commits second sees what the first did",
        arguments: Caller.possible)
    func two(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        try reviewed.file("shared", "contents\n")
        let code = "open('shared', 'w').write('by %s\\n'); open('own-%s', 'w').write('x')"
        for name in ["one", "two"] {
            #expect(try reviewed.python(code.replacingOccurrences(of: "%s", with: name)).status == 0)
        }
        let runs = try reviewed.runs()
        try #require(runs.count == 2)
        #expect(try reviewed.call("commit", runs[0]).status == 0)
        let second = try reviewed.call("commit", runs[1])
        #expect(second.status == 1)
        #expect(
            second.output.contains("conflict") && second.output.contains("1 of 2 changes"), "\(second.output)"
        )
        #expect(reviewed.contents("shared") == "by one\n")
        #expect(reviewed.exists("own-two"))
        // What is left can be dropped.
        #expect(try reviewed.call("discard", runs[1]).status == 0)
        #expect(reviewed.contents("shared") == "by one\n")
    }

    @Test("the limit of the disk holds over the copy, whatever fills it", arguments: Caller.possible)
    func disk(_ caller: Caller) throws {
        for (words, prepare) in [
            (["fill-many", "."], 0), (["fill-and-hide", ".", "rename"], 0),
            // Changing the mode of a large file copies it.
            (["chmod", "large", "600"], 8 << 20),
        ] {
            let reviewed = try Reviewed(caller)
            if prepare > 0 { try reviewed.file("large", String(repeating: "x", count: prepare)) }
            let result = try reviewed.run([Shared.victim] + words, settings: ["limits.disk=4MiB"])
            #expect(result.status == 123, "\(words) \(result.errors)")
            #expect(result.errors.contains("the limit disk"), "\(result.errors)")
            #expect(
                try reviewed.events().contains { $0["type"] == "limit_exceeded" && $0["limit"] == "disk" })
        }
        // Names without contents.
        let reviewed = try Reviewed(caller)
        let result = try reviewed.python(
            "for n in range(10**7): open(f'f{n}', 'w').close()", settings: ["limits.disk=4MiB"])
        #expect(result.status == 123, "\(result.errors)")
    }

    @Test("names and contents that a terminal would obey are spelled out", arguments: Caller.possible)
    func inert(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let code = """
            open('a\\x1b]0;x\\x07\\n.txt', 'w').write('\\x1b[2J\\u202e\\tx\\r\\n'); open(b'\\xff', 'w').write('x')
            import os; os.symlink('\\x1b[31m', 'link')
            """
        #expect(try reviewed.python(code).status == 0)
        for words in [
            ["changes", "last"], ["commit", "last", "--dry-run"], ["changes"], ["commit", "last"],
        ] {
            let result = try reviewed.call(
                [Shared.guardrun, words[0], "--audit", reviewed.audit] + words.dropFirst())
            let controls = (result.output + result.errors).unicodeScalars.filter {
                $0.value < 0x20 && $0 != "\n" && $0 != "\t" || $0.value == 0x7F || $0.value == 0x202E
            }
            #expect(controls.isEmpty, "\(result.output)")
        }
        #expect(
            reviewed.exists("link")
                || (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: reviewed.directory.path + "/link")) != nil
        )
    }

    @Test("a policy that a copy cannot hold stops the run with a sentence", arguments: Caller.possible)
    func refused(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let nothing = try reviewed.act("open-write", "new", settings: ["files.write=[]"])
        #expect(nothing.status == 78 && nothing.errors.contains("files.write: [.]"), "\(nothing)")
        reviewed.host = [Shared.victim, "without-namespaces"]
        let bare = try reviewed.act("open-write", "new")
        #expect(bare.status == 78 && bare.errors.contains("mount namespace"), "\(bare)")
        #expect(!reviewed.exists("new"))
        reviewed.host = []
        let session = try reviewed.call([Shared.guardrun, "session"] + reviewed.options([]))
        #expect(session.status == 78 && session.errors.contains("not enforced in a session"), "\(session)")
        for words in [
            ["commit", "nosuchrun"], ["commit"], ["discard"], ["changes", "last"],
            ["discard", "--older-than", "x"],
        ] {
            let result = try reviewed.call(
                [Shared.guardrun, words[0], "--audit", reviewed.audit] + words.dropFirst())
            #expect(
                result.status == 125 && result.errors.split(separator: "\n").count == 1, "\(words) \(result)")
        }
    }
}
