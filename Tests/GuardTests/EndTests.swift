import Audit
import Event
import Foundation
import Testing

/// Nothing outlives a run, however it ends, and what it tried is counted exactly.
@Suite("The end of a run", .timeLimit(.minutes(60)))
struct EndTests {
    @Test("a process that left its session and its parent does not survive", arguments: Caller.possible)
    func daemon(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seconds = Processes.unusualSleep()
        let seen = try Guarded(caller, in: scratch).act("daemon", seconds)
        #expect(seen.status == 0, "\(seen.errors)")
        #expect(Processes.vanish(seconds))
        #expect(seen.events(.processExited).first?["leftovers"]?.intValue == 1)
        #expect(seen.errors.contains("outlived the program"))
    }

    @Test("a run ends at its limit although guardrun is kept from ending it", arguments: Caller.possible)
    func stopped(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seconds = Processes.unusualSleep()
        let code = "import time; print('ready', flush=True); time.sleep(\(seconds))"
        let running = try Running(
            [
                Shared.guardrun, "-p", "python", "--set", "limits.wall=1s", "--audit", scratch.path("audit"),
                "--", "/usr/bin/python3", "-c", code,
            ], as: caller, in: scratch.url)
        defer { running.send(SIGKILL) }
        try #require(running.says("ready"))
        running.send(SIGSTOP)
        // guardrun has those words, too, and is still there.
        let deadline = Date(timeIntervalSinceNow: 60)
        while Processes.with(code).count > 1, Date() < deadline { usleep(10_000) }
        #expect(Processes.with(code) == [running.pid])
        running.send(SIGCONT)
        let result = running.finish()
        #expect(result.status == 124, "\(result.errorText)")
        #expect(result.errorText.contains("wall"), "\(result.errorText)")
    }

    @Test(
        "a socket does not wait when it is closed: guardrun may be the last to do so",
        arguments: Caller.possible)
    func linger(_ caller: Caller) throws {
        let seen = try Guarded(
            caller, settings: ["network.allow=[\"tcp://192.0.2.1:443\"]"], in: Scratch(for: caller)
        ).act("linger")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty)
    }

    @Test(
        "guardrun killed takes its run along, and the trail says it was cut off", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let seconds = Processes.unusualSleep()
        let audit = scratch.path("audit")
        let code = """
            import os, sys
            for number in range(100):
                try: open("\(secret)")
                except OSError: pass
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0: os.execv("\(Shared.victim)", ["victim", "sleep", "\(seconds)"])
                os._exit(0)
            print("ready", flush=True)
            os.execv("\(Shared.victim)", ["victim", "sleep", "\(seconds)"])
            """
        let running = try Running(
            [
                Shared.guardrun, "-p", "python", "--scan", "warn", "--set",
                "files.exec=[/usr/bin/python3.11, \(Shared.victim)]", "--audit", audit, "--",
                "/usr/bin/python3", "-c", code,
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(SIGKILL)
        let result = running.finish()
        #expect(result.status == 128 + SIGKILL)
        #expect(Processes.vanish(seconds))
        #expect(!result.text.contains("Error"), "\(result.text)")
        let verified = try Command(
            [Shared.guardrun, "audit", "verify", "--audit", audit], as: caller, in: scratch.url
        ).run()
        #expect(verified.status == 1)
        #expect(verified.output.contains("cut off"), "\(verified.output)")
        let listed = try Command(
            [Shared.guardrun, "audit", "list", "--audit", audit], as: caller, in: scratch.url
        ).run()
        #expect(listed.output.contains("cut off"))
        // What came again was counted before each answer, in a file that outlives guardrun.
        #expect(listed.output.contains("100 refused"), "\(listed.output)")
    }

    @Test("ten thousand quick denials are counted one by one and written once", arguments: Caller.possible)
    func manyDenials(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let code = """
            import os
            refused = 0
            for number in range(10000):
                try: os.open("\(secret)", os.O_RDONLY)
                except OSError: refused += 1
            print(refused)
            """
        let seen = try Guarded(caller, in: scratch).run(["--", "/usr/bin/python3", "-c", code])
        #expect(seen.output == "10000\n", "\(seen.errors)")
        #expect(seen.object?["counts"]?["violations"]?.intValue == 10_000)
        #expect(seen.violations.count == 1)
        let last = try #require(seen.events.last)
        let repeated = last["repeated"]?.elements ?? []
        #expect(repeated.count == 1)
        #expect(repeated.first?["count"]?.intValue == 9_999)
        #expect(repeated.first?["seq"]?.intValue == seen.violations.first?["seq"]?.intValue)
        #expect(last["events"]?.intValue == Int64(seen.events.count))
    }

    @Test("the program's own end is guardrun's", arguments: Caller.possible)
    func statuses(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        for code in [0, 1, 2, 77, 123, 126, 127, 128, 200, 255] {
            let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", "exit \(code)"])
            #expect(seen.status == Int32(code), "\(seen.errors)")
            #expect(seen.object?["outcome"]?.stringValue == "completed")
            #expect(seen.object?["exit_code"]?.intValue == Int64(code))
        }
        for (signal, name) in [(9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (6, "SIGABRT")] {
            let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", "kill -\(signal) $$"])
            #expect(seen.status == Int32(128 + signal), "\(seen.errors)")
            #expect(seen.object?["outcome"]?.stringValue == "killed")
            #expect(seen.object?["signal"]?.stringValue == name)
        }
    }

    @Test("every exit status passes through")
    func everyStatus() throws {
        let scratch = try Scratch(for: .user)
        let loop = """
            i=0
            while [ $i -le 255 ]; do
                \(Shared.guardrun) -q -p python --audit audit -- /bin/sh -c "exit $i"
                s=$?
                [ $s -eq $i ] || echo "$i became $s"
                i=$((i + 1))
            done
            """
        let result = try Command(["/bin/sh", "-c", loop], as: .user, in: scratch.url).run()
        #expect(result.output.isEmpty, "\(result.output)\(result.errors)")
    }

    @Test(
        "a signal sent to guardrun reaches the program", arguments: Caller.possible,
        [SIGTERM, SIGINT, SIGHUP])
    func passedOn(_ caller: Caller, _ signal: Int32) throws {
        let scratch = try Scratch(for: caller)
        let audit = scratch.path("audit")
        let running = try Running(
            [
                Shared.guardrun, "-p", "python", "--audit", audit, "--", "/usr/bin/python3", "-c",
                """
                import os, signal, sys, time
                def heard(number, frame):
                    os.write(1, b"heard %d\\n" % number)
                    sys.exit(7)
                signal.signal(\(signal), heard)
                print("ready", flush=True)
                while True: time.sleep(60)
                """,
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(signal)
        #expect(running.says("heard \(signal)"))
        let result = running.finish()
        #expect(result.status == 7, "\(result.errorText)")
        #expect(result.errorText.contains("interrupted"))
    }

    @Test("a signal ends the wait for code on a pipe", arguments: Caller.possible, [SIGTERM, SIGINT])
    func waitingForCode(_ caller: Caller, _ signal: Int32) throws {
        let scratch = try Scratch(for: caller)
        let pipe = Pipe()
        let running = try Running(
            [Shared.guardrun, "-p", "python", "--audit", "audit", "--", "/usr/bin/python3", "-"],
            as: caller, in: scratch.url, input: pipe.fileHandleForReading)
        usleep(300_000)
        running.send(signal)
        #expect(running.finish().status == 128 + signal)
        try pipe.fileHandleForWriting.close()
    }

    @Test("a program that does not handle it is ended by it", arguments: Caller.possible)
    func unhandled(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let running = try Running(
            [
                Shared.guardrun, "-p", "python", "--audit", scratch.path("audit"), "--", "/bin/sh", "-c",
                "echo ready; while :; do :; done",
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(SIGTERM)
        #expect(running.finish().status == 128 + SIGTERM)
    }

    @Test("a program that ignores the polite signal is ended when it comes again", arguments: Caller.possible)
    func askedTwice(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let running = try Running(
            [
                Shared.guardrun, "-p", "shell", "--set", "files.write=[]", "--audit", scratch.path("audit"),
                "--",
                "/usr/bin/perl", "-e", "$| = 1; $SIG{TERM} = 'IGNORE'; print qq(ready\\n); sleep 1 while 1",
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(SIGTERM)
        running.send(SIGTERM)
        // Two that come at once may be one.
        while running.isAlive {
            running.send(SIGTERM)
            usleep(20_000)
        }
        let result = running.finish()
        #expect(
            result.status == 128 + SIGTERM && result.errorText.contains("interrupted"), "\(result.errorText)")
    }

    @Test("a signal that the caller ignores is ignored", arguments: Caller.possible)
    func ignored(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let running = try Running(
            [
                "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", Shared.guardrun, "-p", "shell", "--set",
                "files.write=[]", "--audit",
                scratch.path("audit"), "--", "/bin/bash", "-c", "echo ready; read word; exit 5",
            ], as: caller, in: scratch.url, input: pipe.fileHandleForReading)
        #expect(running.says("ready"))
        running.send(SIGHUP)
        try pipe.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
        #expect(running.finish().status == 5)
    }

    private let pipe = Pipe()
}
