import Event
import Foundation
import Testing

/// Acts on files that the policy does not grant, tried for real.
@Suite("Files that are not granted")
struct FileDenialTests {
    /// A file tree outside the working directory, and a run with only the working directory to read.
    struct Place {
        let scratch: Scratch
        let outside: Scratch
        let caller: Caller

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
            outside = try Scratch(for: caller)
            try outside.file("secret")
            try outside.file("other")
            try outside.folder("folder")
            try scratch.file("inside", "visible\n")
        }

        func guarded(_ settings: [String] = []) -> Guarded {
            Guarded(caller, settings: settings, in: scratch)
        }
    }

    static let hidden: [(act: String, syscall: String, arguments: @Sendable (Place) -> [String])] = [
        ("open-read", "openat", { [$0.outside.path("secret")] }),
        ("open-write", "openat", { [$0.outside.path("secret")] }),
        ("open-append", "openat", { [$0.outside.path("secret")] }),
        ("openat2", "openat2", { [$0.outside.path("secret")] }),
        ("unlink", "unlinkat", { [$0.outside.path("secret")] }),
        ("rmdir", "unlinkat", { [$0.outside.path("folder")] }),
        ("mkdir", "mkdirat", { [$0.outside.path("new")] }),
        ("symlink", "symlinkat", { ["x", $0.outside.path("new")] }),
        ("link", "linkat", { [$0.outside.path("secret"), $0.outside.path("new")] }),
        ("rename", "renameat2", { [$0.outside.path("secret"), $0.outside.path("other")] }),
        ("chmod", "fchmodat", { [$0.outside.path("secret")] }),
        ("chown", "fchownat", { [$0.outside.path("secret")] }),
        ("truncate", "truncate", { [$0.outside.path("secret")] }),
        ("utimes", "utimensat", { [$0.outside.path("secret")] }),
        ("setxattr", "setxattr", { [$0.outside.path("secret")] }),
        ("mkfifo", "mknodat", { [$0.outside.path("new")] }),
    ]

    @Test(
        "a hidden file is not there, and each attempt is an event", arguments: Caller.possible, hidden.indices
    )
    func hiddenFile(_ caller: Caller, _ index: Int) throws {
        let (act, syscall, arguments) = Self.hidden[index]
        let place = try Place(caller)
        let words = arguments(place)
        let seen = try place.guarded().run(["--", Shared.victim, act] + words)
        #expect(seen.output == "ENOENT\n", "\(act): \(seen.output)\(seen.errors)")
        #expect(place.outside.contents("secret") == "secret\n")
        #expect(place.outside.contents("other") == "secret\n")
        #expect(place.outside.exists("folder"))
        #expect(!place.outside.exists("new"))
        let violations = seen.violations("open", syscall)
        #expect(violations.count == 1, "\(act): \(seen.violations)")
        let path = violations.first?["args"]?["path"]?.stringValue
        #expect(path == words.first { $0.hasPrefix("/") }, "\(String(describing: path))")
        #expect(violations.first?["errno"]?.stringValue == "ENOENT")
    }

    @Test("a hidden file cannot even be looked at", arguments: Caller.possible)
    func hiddenStat(_ caller: Caller) throws {
        let place = try Place(caller)
        for act in ["stat", "access"] {
            let seen = try place.guarded().act(act, place.outside.path("secret"))
            #expect(seen.output == "ENOENT\n")
        }
    }

    static let readOnly: [(act: String, syscall: String, arguments: @Sendable (Scratch) -> [String])] = [
        ("open-write", "openat", { [$0.path("inside")] }), ("open-write", "openat", { [$0.path("new")] }),
        ("unlink", "unlinkat", { [$0.path("inside")] }), ("mkdir", "mkdirat", { [$0.path("new")] }),
        ("rename", "renameat2", { [$0.path("inside"), $0.path("new")] }),
        ("chmod", "fchmodat", { [$0.path("inside")] }), ("truncate", "truncate", { [$0.path("inside")] }),
        ("utimes", "utimensat", { [$0.path("inside")] }), ("setxattr", "setxattr", { [$0.path("inside")] }),
        ("link", "linkat", { [$0.path("inside"), $0.path("new")] }),
        ("symlink", "symlinkat", { ["inside", $0.path("new")] }),
    ]

    @Test("what may only be read is not changed", arguments: Caller.possible, readOnly.indices)
    func readOnlyFile(_ caller: Caller, _ index: Int) throws {
        let (act, syscall, arguments) = Self.readOnly[index]
        let place = try Place(caller)
        let seen = try place.guarded().run(["--", Shared.victim, act] + arguments(place.scratch))
        #expect(seen.output == "EACCES\n", "\(act): \(seen.output)\(seen.errors)")
        #expect(place.scratch.contents("inside") == "visible\n")
        #expect(!place.scratch.exists("new"))
        #expect(seen.violations("open", syscall).count == 1, "\(act): \(seen.violations)")
    }

    @Test("a call that the policy refuses by name is refused wherever it leads", arguments: Caller.possible)
    func refusedByName(_ caller: Caller) throws {
        let place = try Place(caller)
        let denied = place.guarded(["syscalls.deny=[mkdirat, fchmod, execve]"])
        let inside = place.scratch.path("inside")
        for (words, syscall) in [
            (["mkdir", "/tmp/new"], "mkdirat"), (["chmod-open", inside, "600"], "fchmod"),
        ] {
            let seen = try denied.run(["--", Shared.victim] + words)
            #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
            #expect(seen.violations.count == 1, "\(seen.violations)")
            #expect(seen.violations.first?["syscall"]?.stringValue == syscall)
        }
    }

    @Test("a link that the run makes leads nowhere else", arguments: Caller.possible)
    func ownLink(_ caller: Caller) throws {
        let place = try Place(caller)
        let seen = try place.guarded().act("open-through-link", place.outside.path("secret"), "/tmp/link")
        #expect(seen.output == "ENOENT\n")
        #expect(seen.violations("open").first?["args"]?["path"]?.stringValue == place.outside.path("secret"))
    }

    @Test("a descriptor that was handed over is not opened anew", arguments: Caller.possible)
    func reopened(_ caller: Caller) throws {
        let place = try Place(caller)
        let secret = place.outside.path("secret")
        for path in ["/proc/self/fd/0", "/dev/stdin", "/dev/fd/0"] {
            var guarded = place.guarded()
            guarded.inputFile = secret
            let seen = try guarded.act("open-write", path)
            #expect(["EACCES\n", "ENOENT\n"].contains(seen.output), "\(path): \(seen.output)\(seen.errors)")
            #expect(seen.violations("open").first?["args"]?["path"]?.stringValue == secret)
        }
        var guarded = place.guarded()
        guarded.inputFile = place.scratch.path("inside")
        let seen = try guarded.act("open-read", "/dev/stdin")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }

    @Test("a path through a directory's descriptor leads nowhere else", arguments: Caller.possible)
    func throughDescriptor(_ caller: Caller) throws {
        let place = try Place(caller)
        let up = "../\(place.outside.url.lastPathComponent)/secret"
        let seen = try place.guarded().act("open-at", place.scratch.url.path, up)
        #expect(seen.output == "ENOENT\n")
        #expect(seen.violations("open").count == 1)
    }

    @Test(
        "what is denied under a grant is masked", arguments: Caller.possible,
        ["open-read", "open-write", "unlink"])
    func denied(_ caller: Caller, _ act: String) throws {
        let place = try Place(caller)
        try place.scratch.file("private/key")
        let settings = ["files.write=[.]", "files.deny=[./private/key]"]
        let seen = try place.guarded(settings).act(act, place.scratch.path("private/key"))
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(place.scratch.contents("private/key") == "secret\n")
        #expect(seen.violations.count == 1)
        #expect(seen.violations.first?["rule"]?.stringValue?.hasPrefix("--set files.deny") == true)
    }

    @Test("a denied directory shows nothing", arguments: Caller.possible)
    func deniedDirectory(_ caller: Caller) throws {
        let place = try Place(caller)
        try place.scratch.file("private/key")
        let settings = ["files.deny=[./private]"]
        #expect(
            try place.guarded(settings).act("open-read", place.scratch.path("private/key")).output != "ok 0\n"
        )
        #expect(
            try place.guarded(settings).act("open-read", place.scratch.path("private")).output == "EACCES\n")
    }

    @Test("what is granted works without an event", arguments: Caller.possible)
    func granted(_ caller: Caller) throws {
        let place = try Place(caller)
        let settings = ["files.write=[./out]"]
        #expect(try place.guarded().act("open-read", place.scratch.path("inside")).output == "ok 0\n")
        for act in ["open-write", "mkdir", "mkfifo"] {
            let seen = try place.guarded(settings).act(act, place.scratch.path("out/new-\(act)"))
            #expect(seen.output == "ok 0\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty)
            #expect(place.scratch.exists("out/new-\(act)"))
        }
    }

    @Test("a file that is not there is a search and no violation", arguments: Caller.possible)
    func absent(_ caller: Caller) throws {
        let place = try Place(caller)
        let seen = try place.guarded().act("open-read", place.outside.path("never"))
        #expect(seen.output == "ENOENT\n")
        #expect(seen.violations.isEmpty)
    }

    @Test("the private /tmp is writable and not the host's", arguments: Caller.possible)
    func temporary(_ caller: Caller) throws {
        let place = try Place(caller)
        let name = "/tmp/guardrun-test-\(UUID().uuidString)"
        let seen = try place.guarded().act("open-write", name)
        #expect(seen.output == "ok 0\n")
        #expect(!FileManager.default.fileExists(atPath: name))
    }

    @Test("devices cannot be made", arguments: Caller.possible)
    func devices(_ caller: Caller) throws {
        let place = try Place(caller)
        let seen = try place.guarded().act("mknod", "/tmp/zero")
        #expect(seen.output == "EPERM\n" || seen.output == "EACCES\n", "\(seen.output)")
    }

    @Test(
        "nor one of number 0, which anybody may make and layers take for a removal",
        arguments: Caller.possible,
        ["full", "fast"])
    func removalMark(_ caller: Caller, _ visibility: String) throws {
        let place = try Place(caller)
        let (settings, path) = (
            ["files.write=[./out]", "visibility=\(visibility)"], place.scratch.path("out/mark")
        )
        try place.scratch.folder("out")
        let seen = try place.guarded(settings).act("mknod-none", path)
        #expect(seen.output == "EPERM\n", "\(seen.errors)")
        #expect(seen.violations("open", "mknodat").map { $0["args"]?["path"] } == [.string(path)])
        #expect(!place.scratch.exists("out/mark"))
        // A file that is made by the same call is none.
        let file = try place.guarded(settings).act("mknod-with", path, "600")
        #expect(file.output == "ok 0\n" && file.violations.isEmpty, "\(file.errors)")
    }
}
