import Foundation
import Testing

/// `-it` on a pseudo-terminal: what is typed, shown and signalled arrives as on a terminal of one's own.
@Suite("A terminal of the run's own", .timeLimit(.minutes(60)))
struct TerminalTests {
    /// Starts a command on a new terminal of 40 rows and 100 columns, waits for each text in turn and answers it
    /// with keys, or with a new size; prints how the command ended and whether the terminal is as it was.
    private static let driver = """
        import fcntl, os, pty, select, struct, sys, termios, time
        answers = eval(sys.argv[1])
        master, slave = os.openpty()
        def size(rows, columns):
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        size(40, 100)
        before = termios.tcgetattr(slave)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in range(3): os.dup2(slave, number)
            os.execv(sys.argv[2], sys.argv[2:])
        seen = b""
        def expect(text):
            global seen
            deadline = time.time() + 30
            while text not in seen:
                if not select.select([master], [], [], max(0, deadline - time.time()))[0]:
                    print("missing", text, "in", seen)
                    os.kill(pid, 9)
                    sys.exit(99)
                seen += os.read(master, 65536)
            seen = seen[seen.index(text) + len(text):]
        for text, reply in answers:
            expect(text)
            if isinstance(reply, tuple): size(*reply)
            elif reply: os.write(master, reply)
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            if select.select([master], [], [], 0.02)[0]: os.read(master, 65536)
        print("restored" if termios.tcgetattr(slave) == before else "changed")
        """

    private func onTerminal(
        _ answers: String, _ command: [String], _ caller: Caller, options: [String] = ["-it"]
    ) throws -> Running.Result {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("driver.py", Self.driver)
        return try Running(
            [
                "/usr/bin/python3", script, answers, Shared.guardrun, "-p", "shell", "--set",
                "files.write=[]",
                "--audit", scratch.path("audit"),
            ] + options + ["--"] + command, as: caller, in: scratch.url
        ).finish()
    }

    private func expectDone(_ result: Running.Result) {
        #expect(result.status == 0, "\(result.text)\(result.errorText)")
        #expect(result.text == "restored\n", "\(result.text)")
    }

    @Test("the program sees a terminal, of the size it has outside", arguments: Caller.possible)
    func size(_ caller: Caller) throws {
        expectDone(
            try onTerminal(
                "[(b'40 100', None), (b'all three', None), (b'exit 4', None)]",
                ["/bin/sh", "-c", "stty size; test -t 0 -a -t 1 -a -t 2 && echo all three; exit 4"], caller))
    }

    @Test("a new size is passed on", arguments: Caller.possible)
    func resize(_ caller: Caller) throws {
        expectDone(
            try onTerminal(
                "[(b'ready', (50, 120)), (b'50 120', None), (b'exit 6', None)]",
                [
                    "/bin/bash", "-c",
                    "trap 'stty size; exit 6' WINCH; echo ready; while :; do sleep 0.05; done",
                ], caller))
    }

    @Test("the interrupt key reaches the program and not guardrun", arguments: Caller.possible)
    func interrupt(_ caller: Caller) throws {
        expectDone(
            try onTerminal(
                "[(b'ready', b'\\x03'), (b'heard', None), (b'exit 5', None)]",
                [
                    "/bin/bash", "-c",
                    "trap 'echo heard; exit 5' INT; echo ready; while :; do sleep 0.05; done",
                ], caller))
    }

    @Test(
        "a person who is asked may say yes, no, or interrupt", arguments: Caller.possible,
        [("y\\n", "exit 0"), ("n\\n", "exit 77"), ("\\x03", "SIGINT was sent to guardrun")])
    func asked(_ caller: Caller, _ reply: (keys: String, end: String)) throws {
        expectDone(
            try onTerminal(
                "[(b'[y/N]', b'\(reply.keys)'), (b'\(reply.end)', None)]",
                ["/bin/sh", "-c", "test -n '' && rm -rf /; true"], caller,
                options: ["--set", "scan.threats.destructive_data=ask"]))
    }

    @Test("a shell inside has job control", arguments: Caller.possible)
    func jobs(_ caller: Caller) throws {
        // The quotes keep the echo of what is typed from being taken for what is printed.
        expectDone(
            try onTerminal(
                #"""
                [(b'bash-', b"sh -c 'echo be\"\"gun; exec sleep 1000'\n"), (b'begun', b'\x1a'),
                 (b'Stopped', b'jobs\n'), (b'Stopped', b'bg\n'), (b'sleep 1000', b'kill %1; exit 9\n'),
                 (b'exit 9', None), (b'exit 9', None)]
                """#,
                ["/bin/bash", "--norc", "-i"], caller))
    }

    @Test("the end of what is typed is the end of input", arguments: Caller.possible)
    func endOfInput(_ caller: Caller) throws {
        expectDone(
            try onTerminal(
                "[(b'ready', b'line\\n\\x04'), (b'got line', None), (b'exit 8', None)]",
                ["/bin/sh", "-c", "echo ready; read x; echo got $x; cat; exit 8"], caller))
    }

    @Test("a suspended guardrun suspends its run, and goes on with it", arguments: Caller.possible)
    func suspended(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let running = try Running(
            [
                Shared.guardrun, "-q", "-p", "shell", "--set", "files.write=[]", "--audit", "audit", "--",
                // Without forks: one that a signal interrupts before it is judged may fail.
                "/usr/bin/perl", "-e",
                "$| = 1; $SIG{USR1} = sub { print qq(woken\\n); exit 3 }; print qq(ready\\n); sleep 1 while 1",
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(SIGTSTP)
        #expect(reaches("T", running.pid))
        running.send(SIGUSR1)
        running.send(SIGCONT)
        #expect(running.says("woken"))
        #expect(running.finish().status == 3)
    }

    /// Waits until a process is in a state of proc_pid_stat(5).
    private func reaches(_ state: Character, _ pid: Int32) -> Bool {
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline {
            let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
            let text = String(decoding: bytes, as: UTF8.self)
            if text.split(separator: ")").last?.first(where: { $0 != " " }) == state { return true }
            usleep(10_000)
        }
        return false
    }
}
