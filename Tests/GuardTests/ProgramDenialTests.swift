import Event
import Foundation
import Testing

/// Programs that the policy does not grant, by every way there is to start one.
@Suite("Programs that are not granted")
struct ProgramDenialTests {
    @Test("another program is not run, and the event has its arguments", arguments: Caller.possible)
    func another(_ caller: Caller) throws {
        let seen = try Guarded(caller, in: Scratch(for: caller)).act("execute", "/bin/ls", "-l", "/etc")
        #expect(["ENOENT\n", "EACCES\n"].contains(seen.output), "\(seen.output)\(seen.errors)")
        let violations = seen.violations("exec", "execve")
        #expect(violations.count == 1, "\(seen.violations)")
        let path = violations.first?["args"]?["path"]?.stringValue
        #expect(path == "/bin/ls" || path == "/usr/bin/ls", "\(violations)")
        #expect(
            violations.first?["args"]?["argv"]
                == .array([.string("/bin/ls"), .string("-l"), .string("/etc")]))
        #expect(violations.first?["threat"]?.stringValue == Threat.codeExecution.rawValue)
    }

    @Test("a program that can be seen but not run is refused", arguments: Caller.possible)
    func readable(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try FileManager.default.copyItem(atPath: Shared.victim, toPath: scratch.path("tool"))
        for act in ["execute", "execveat"] {
            let seen = try Guarded(caller, in: scratch).act(act, scratch.path("tool"), "socketpair", "1")
            #expect(seen.output == "EACCES\n", "\(act): \(seen.output)\(seen.errors)")
            let violations = seen.violations("exec", act == "execute" ? "execve" : "execveat")
            #expect(violations.count == 1, "\(seen.violations)")
            #expect(violations.first?["args"]?["path"]?.stringValue == scratch.path("tool"))
        }
        let granted = try Guarded(caller, settings: ["files.exec=[./tool]"], in: scratch).act(
            "execute", scratch.path("tool"), "socketpair", "1")
        #expect(granted.output == "ok 0\nok 0\n", "\(granted.output)\(granted.errors)")
        #expect(granted.violations.isEmpty)
        let started = granted.events(.processStarted).last
        #expect(
            started?["argv"]
                == .array([.string(scratch.path("tool")), .string("socketpair"), .string("1")]),
            "\(granted.events)")
    }

    @Test("what the run wrote itself is not run", arguments: Caller.possible)
    func written(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let guarded = Guarded(caller, settings: ["files.write=[./out]"], in: scratch)
        for copy in ["/tmp/copy", "/dev/shm/copy", scratch.path("out/copy")] {
            let seen = try guarded.act("execute-copy", Shared.victim, copy)
            #expect(seen.output == "EACCES\n", "\(copy): \(seen.output)\(seen.errors)")
            #expect(
                seen.violations("exec").first?["args"]?["path"]?.stringValue == copy, "\(seen.violations)")
        }
    }

    @Test("memory is not run", arguments: Caller.possible)
    func memory(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let program = try Guarded(caller, in: scratch).act("execute-memory", Shared.victim)
        #expect(program.output == "EACCES\n", "\(program.output)\(program.errors)")
        #expect(program.violations("exec", "execveat").count == 1, "\(program.violations)")
        let byPath = try Guarded(caller, in: scratch).act("execute-memory-path", Shared.victim)
        #expect(["EACCES\n", "ENOENT\n"].contains(byPath.output), "\(byPath.output)\(byPath.errors)")
        // Its own file by descriptor is none that the policy could name, either.
        let own = try Guarded(caller, in: scratch).act("execute-descriptor", Shared.victim)
        #expect(own.output == "EACCES\n", "\(own.output)\(own.errors)")
        #expect(own.violations("exec", "execveat").count == 1, "\(own.violations)")
    }

    @Test("a granted script does not start an interpreter that is not granted", arguments: Caller.possible)
    func script(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("script", "#!/bin/sh -e\necho ran\n", mode: 0o755)
        let guarded = Guarded(caller, settings: ["files.exec=[./script]"], in: scratch)
        let seen = try guarded.act("execute", script)
        #expect(["ENOENT\n", "EACCES\n"].contains(seen.output), "\(seen.output)\(seen.errors)")
        let violations = seen.violations("exec", "execve")
        #expect(violations.count == 1, "\(seen.violations)")
        let path = violations.first?["args"]?["path"]?.stringValue
        #expect(path?.hasSuffix("sh") == true, "\(violations)")
    }

    static let headers: [[UInt8]] = [
        Array("#!".utf8), Array("#!\n".utf8), Array("#! \t \n/bin/sh".utf8), Array("#!\0/bin/sh\n".utf8),
        Array("#!relative\n".utf8), Array("#!/proc/self/fd/0\n".utf8), Array("#!/tmp/../..//bin/sh\n".utf8),
        Array("#!".utf8) + [UInt8](repeating: 0xFF, count: 5_000),
        Array("#!".utf8) + [UInt8](repeating: 0x2F, count: 255), [0x7F, 0x45, 0x4C, 0x46],
    ]

    @Test(
        "a script whose first line is nonsense fails by itself", arguments: Caller.possible, headers.indices)
    func nonsense(_ caller: Caller, _ index: Int) throws {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("script", "", mode: 0o755)
        try Data(Self.headers[index]).write(to: URL(fileURLWithPath: script), options: [])
        let seen = try Guarded(caller, settings: ["files.exec=[./script]"], in: scratch).act(
            "execute", script)
        #expect(seen.status == 1, "\(seen.status) \(seen.output)\(seen.errors)")
    }

    @Test("a program that is not there is a search and no violation", arguments: Caller.possible)
    func absent(_ caller: Caller) throws {
        let seen = try Guarded(caller, in: Scratch(for: caller)).act("execute", "/usr/bin/never-there")
        #expect(seen.output == "ENOENT\n")
        #expect(seen.violations.isEmpty)
    }
}
