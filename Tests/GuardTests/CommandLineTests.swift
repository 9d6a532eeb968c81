import Audit
import Event
import Foundation
import Testing

/// What cannot be understood or found is said in a sentence that names it, with the right status, and nothing runs.
@Suite("Mistakes on the command line", .timeLimit(.minutes(60)))
struct CommandLineTests {
    private func guardrun(
        _ words: [String], _ scratch: Scratch, as caller: Caller = .user, environment: [String: String] = [:]
    ) throws -> Command.Result {
        try Command([Shared.guardrun] + words, as: caller, in: scratch.url, environment: environment).run()
    }

    /// Runs words that are wrong; nothing may have run, and no trail may have been begun for it.
    private func expect(
        _ words: [String], _ status: Int32, _ sentences: String..., in scratch: Scratch,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let result = try guardrun(words, scratch, environment: ["GUARDRUN_AUDIT_DIR": scratch.path("trails")])
        #expect(result.status == status, "\(words): \(result.errors)", sourceLocation: place)
        #expect(!result.output.contains("ran"), sourceLocation: place)
        for sentence in sentences {
            #expect(result.errors.contains(sentence), "\(words): \(result.errors)", sourceLocation: place)
        }
        #expect(!result.errors.contains("Fatal error"), sourceLocation: place)
        let trails = try? FileManager.default.contentsOfDirectory(atPath: scratch.path("trails/runs"))
        #expect((trails ?? []).isEmpty, sourceLocation: place)
    }

    private static let echo = ["--", "/bin/echo", "ran"]

    @Test("options that are not there")
    func options() throws {
        let scratch = try Scratch(for: .user)
        try expect([], 125, "guardrun --help", in: scratch)
        try expect(["-p", "python"], 125, "no command is given", in: scratch)
        try expect(["--polcy", "python"] + Self.echo, 125, "'--polcy'; did you mean --policy?", in: scratch)
        try expect(["--evnts=3"] + Self.echo, 125, "did you mean --events?", in: scratch)
        try expect(["-p"], 125, "-p needs", in: scratch)
        try expect(["--quiet=yes"] + Self.echo, 125, "--quiet takes no value", in: scratch)
        try expect(["--scan", "never"] + Self.echo, 125, "'enforce' or 'warn', not 'never'", in: scratch)
        try expect(["--events", "99"] + Self.echo, 125, "no such descriptor is open", in: scratch)
        // Nor are those that guardrun has opened for itself.
        for number in 3...9 {
            try expect(["--events", "\(number)"] + Self.echo, 125, "no such descriptor is open", in: scratch)
        }
        try expect(["--\u{1B}[31mred"] + Self.echo, 125, "\\u{1b}[31mred", in: scratch)
        try expect(["help", "audt"], 125, "did you mean audit?", in: scratch)
        try expect(["serve"], 125, "is not in this version", in: scratch)
        try expect(["session", "a", "b"], 125, "takes one operand", in: scratch)
        try expect(["session", "-t"], 125, "has no terminal", in: scratch)
        try expect(["doctor", "now"], 125, "takes no operands", in: scratch)
        try expect(["plan"], 125, "no command is given", in: scratch)
        try expect(["policy", "chek"], 125, "did you mean 'check'?", in: scratch)
        try expect(["policy", "show"], 125, "takes one profile or file", in: scratch)
    }

    @Test("settings that are nonsense")
    func settings() throws {
        let scratch = try Scratch(for: .user)
        for (setting, sentence) in [
            ("nonsense", "there is no '='"), ("", "there is no '='"), ("=", "no path of keys before the '='"),
            ("limits.wal=3s", "did you mean 'wall'?"), ("limits.wall=soon", "which is no time"),
            ("limits.wall=-1s", "wall"), ("limits.memory=1e99", "memory"), ("a.b.c.d={{{", "a.b.c.d"),
            ("files=/etc", "files"), ("limits.wall.more=1", "limits.wall"), ("guardrun=2", "guardrun"),
            ("scan.threats.moon=deny", "moon"), ("require=[teleport]", "teleport"),
            ("limits.wall=1s\nlimits: 3", "limits"),
        ] {
            try expect(["-p", "python", "--set", setting] + Self.echo, 78, sentence, in: scratch)
        }
    }

    @Test("policies that are none")
    func policies() throws {
        let scratch = try Scratch(for: .user)
        try scratch.file("empty.yaml", "")
        try Data((0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7 + 128) })
            .write(to: scratch.url.appendingPathComponent("binary.yaml"))
        try scratch.file("large.yaml", "guardrun: 1\n" + String(repeating: "# more\n", count: 1_500_000))
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        try scratch.file("deep.yaml", "guardrun: 1\nname: x\nfiles: {read: \(deep)}\n")
        let layers = (1...40).map { "b\($0): &b\($0) [*b\($0 - 1), *b\($0 - 1)]\n" }.joined()
        try scratch.file("alias.yaml", "guardrun: 1\nb0: &b0 [x]\n\(layers)")
        try scratch.file("typed.yaml", "guardrun: 1\nname: x\nlimits: {wall: [1]}\nfiles: 3\n")
        try scratch.folder("folder.yaml")
        for (policy, sentence) in [
            ("empty.yaml", "empty.yaml:1:1: the document is empty"), ("binary.yaml", "binary.yaml:1:1:"),
            ("large.yaml", "may have at most 1048576"), ("deep.yaml", "deep.yaml:3:"),
            ("alias.yaml", "alias.yaml:2:5: an anchor"), ("typed.yaml", "typed.yaml:3:16"),
            ("folder.yaml", "folder.yaml"), ("absent.yaml", "absent.yaml"),
            ("pythn", "did you mean 'python'?"), ("", "names no policy"), ("/dev/zero", "/dev/zero"),
        ] {
            try expect(["-p", policy] + Self.echo, 78, sentence, "nothing was run", in: scratch)
        }
    }

    @Test("programs that cannot be run")
    func programs() throws {
        let scratch = try Scratch(for: .user)
        try scratch.file("plain", "echo ran\n")
        try scratch.file("lost", "#!/no/such/interpreter\necho ran\n", mode: 0o755)
        try scratch.file("circle", "#!\(scratch.path("circle"))\n", mode: 0o755)
        try scratch.file("noise", "\u{7F}ELFnot really", mode: 0o755)
        for (program, status, sentence) in [
            ("no-such-program", 127, "no-such-program: no such program"),
            ("./absent", 127, "no such program"), ("/no/such/interpreter", 127, "/no/such/interpreter"),
            ("./lost", 127, "/no/such/interpreter"), ("./plain", 126, "permission denied"),
            ("/tmp", 126, "it is a directory"), ("./circle", 126, "circle"), ("./noise", 126, "noise"),
            ("/etc/passwd/x", 127, "/etc/passwd/x"),
        ] as [(String, Int32, String)] {
            let result = try guardrun(["-p", "python", "--audit", "trails", "--", program], scratch)
            #expect(result.status == status, "\(program): \(result.errors)")
            #expect(result.errors.contains(sentence), "\(program): \(result.errors)")
        }
    }

    @Test("code that cannot be held still is not run")
    func code() throws {
        let scratch = try Scratch(for: .user)
        unsafe mkfifo(scratch.path("pipe.py"), 0o644)
        unsafe chown(scratch.path("pipe.py"), uid_t(Caller.uid), gid_t(Caller.uid))
        try scratch.file("large.py", String(repeating: "#", count: 50 << 20))
        try scratch.file("secret.py", "print('ran')", mode: 0o000)
        for (name, sentence) in [
            ("pipe.py", "it is no regular file"), ("large.py", "it holds more than 16 MiB"),
            ("/dev/zero", "cannot be looked at"),
        ] {
            try expect(["-p", "python", "--", "/usr/bin/python3", name], 77, name, sentence, in: scratch)
        }
        if getuid() == 0 {
            try expect(
                ["-p", "python", "--", "/usr/bin/python3", "secret.py"], 77, "secret.py", "ermission denied",
                in: scratch)
        }
    }

    @Test("a command line of a hundred kilobytes arrives whole", arguments: Caller.possible)
    func long(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let one = String(repeating: "a", count: 100_000)
        let seen = try Guarded(caller, in: scratch).run(["--", "/bin/echo", one])
        #expect(seen.status == 0, "\(seen.errors)")
        #expect(seen.output == one + "\n")
        let many = (0..<20_000).map { "\($0)" }
        let listed = try Guarded(caller, in: scratch).run(["--", "/bin/echo"] + many)
        #expect(listed.output == many.joined(separator: " ") + "\n", "\(listed.errors)")
    }
}
