import Event
import Foundation
import Testing

/// What goes in and what comes out is the program's, byte for byte.
@Suite("Standard streams", .timeLimit(.minutes(60)))
struct StreamTests {
    private static let unlimited = ["--set", "limits.output=unlimited"]
    private static let relayed: [String] = []

    private func words(_ options: [String], _ command: String...) -> [String] {
        [Shared.guardrun, "-q", "-p", "shell", "--set", "files.write=[]", "--audit", "audit"] + options + [
            "--"
        ] + command
    }

    @Test(
        "any bytes pass unchanged, through a relay and without", arguments: Caller.possible,
        [relayed, unlimited])
    func binary(_ caller: Caller, _ options: [String]) throws {
        let scratch = try Scratch(for: caller)
        // Every pair of bytes, eight times over: one mebibyte.
        var bytes = Data(capacity: 1 << 20)
        for _ in 0..<8 { for a in 0...UInt8.max { for b in 0...UInt8.max { bytes += [a, b] } } }
        try bytes.write(to: scratch.url.appendingPathComponent("bytes"))
        let input = try FileHandle(forReadingFrom: scratch.url.appendingPathComponent("bytes"))
        let result = try Running(words(options, "/bin/cat"), as: caller, in: scratch.url, input: input)
            .finish()
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.output == bytes)
        #expect(result.errors.isEmpty)
    }

    @Test("standard output and standard error stay apart", arguments: [relayed, unlimited])
    func apart(_ options: [String]) throws {
        let scratch = try Scratch(for: .user)
        let result = try Running(
            words(options, "/bin/sh", "-c", "echo one; echo two >&2; echo three"), as: .user,
            in: scratch.url
        ).finish()
        #expect(result.text == "one\nthree\n")
        #expect(result.errorText == "two\n")
    }

    @Test("what goes to one place keeps its order", arguments: [relayed, unlimited])
    func order(_ options: [String]) throws {
        let scratch = try Scratch(for: .user)
        let command = words(options, "/bin/sh", "-c", "for i in 1 2 3 4 5; do echo $i; echo $i >&2; done")
        let result = try Running(
            ["/bin/sh", "-c", "\"$@\" 2>&1", "sh"] + command, as: .user, in: scratch.url
        ).finish()
        #expect(result.text == "1\n1\n2\n2\n3\n3\n4\n4\n5\n5\n")
    }

    @Test(
        "streams that the caller closed are no other files", arguments: Caller.possible,
        ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
    func closed(_ caller: Caller, _ redirection: String) throws {
        let scratch = try Scratch(for: caller)
        for options in [Self.relayed, Self.unlimited] {
            let command = words(options, "/bin/sh", "-c", "echo out; echo err >&2; cat; exit 3")
            let result = try Running(
                ["/bin/sh", "-c", "\"$@\" \(redirection)", "sh"] + command, as: caller, in: scratch.url
            ).finish()
            #expect(result.status == 3, "\(result.errorText)")
            #expect(result.text == (redirection.contains("1") ? "" : "out\n"))
            #expect(result.errorText == (redirection.contains("2") ? "" : "err\n"))
        }
        let verified = try Command(
            [Shared.guardrun, "audit", "verify", "--audit", "audit"], as: caller, in: scratch.url
        ).run()
        #expect(verified.output.hasPrefix("2 trails, all sound\n"), "\(verified.output)")
    }

    @Test(
        "a reader that goes away ends the writer as it would without guardrun", arguments: Caller.possible,
        [relayed, unlimited])
    func brokenPipe(_ caller: Caller, _ options: [String]) throws {
        let scratch = try Scratch(for: caller)
        let command = words(options, "/usr/bin/yes")
        let result = try Running(
            ["/bin/bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash"] + command, as: caller,
            in: scratch.url
        ).finish()
        #expect(result.text == "y\n\(128 + SIGPIPE)\n", "\(result.errorText)")
    }

    /// Runs a command whose standard output nobody reads, asks it to end as often as it takes when told to, and
    /// prints its status.
    private static let stuck = """
        import os, socket, subprocess, sys, time
        pair = [end.detach() for end in socket.socketpair()] if sys.argv[1] == "socket" else os.pipe()
        reading, writing = pair
        process = subprocess.Popen(sys.argv[2:], stdout=writing)
        os.close(writing)
        deadline = time.time() + 30
        while process.poll() is None and time.time() < deadline:
            time.sleep(0.3)
            if sys.argv[1] == "ask" and process.poll() is None: process.terminate()
        print(process.poll())
        process.kill()
        """

    @Test("a reader that never reads does not keep a run that is to end", arguments: Caller.possible)
    func stuckReader(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let driver = try scratch.file("stuck.py", Self.stuck)
        let command = words(["--set", "limits.wall=300ms"], "/usr/bin/yes")
        for kind in ["pipe", "socket"] {
            let limited = try Running(
                ["/usr/bin/python3", driver, kind] + command, as: caller, in: scratch.url
            ).finish()
            #expect(limited.text == "124\n", "\(kind): \(limited.errorText)")
        }
        // More than a pipe holds, and less than the program would wait for: it is over, and guardrun is not.
        let asked = try Running(
            ["/usr/bin/python3", driver, "ask"] + words([], "/usr/bin/seq", "20000"), as: caller,
            in: scratch.url
        ).finish()
        #expect(asked.text == "0\n" || asked.text == "143\n", "\(asked.text)\(asked.errorText)")
    }

    @Test("a reader that waits loses nothing", arguments: [relayed, unlimited])
    func slow(_ options: [String]) throws {
        let scratch = try Scratch(for: .user)
        let command = words(options, "/usr/bin/seq", "200000")
        let result = try Running(
            ["/bin/bash", "-c", "\"$@\" | { read -r first; sleep 0.3; tail -n 1; }", "bash"] + command,
            as: .user, in: scratch.url
        ).finish()
        #expect(result.text == "200000\n", "\(result.errorText)")
    }
}
