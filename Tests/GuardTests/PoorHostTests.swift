import Audit
import Event
import Foundation
import Testing

/// Hosts that lack what guardrun would use: it does with less, says so, and is refused where the policy insists.
@Suite("A host with less", .timeLimit(.minutes(60)))
struct PoorHostTests {
    private func run(
        _ host: String, _ options: [String], _ command: [String], _ caller: Caller, _ scratch: Scratch
    ) throws -> Command.Result {
        // Not in the working directory, which is granted: without a view it could not be cut out.
        let trails = try Scratch(for: caller)
        return try Command(
            [Shared.victim, host, Shared.guardrun, "--audit", trails.path("audit"), "-p", "python"] + options
                + ["--"] + command, as: caller, in: scratch.url
        ).run()
    }

    private func object(_ scratch: Scratch) throws -> JSON {
        try #require(scratch.contents("object.json").flatMap { JSONReader.value($0.utf8) })
    }

    @Test("without namespaces what is not granted is still refused, and recorded", arguments: Caller.possible)
    func withoutNamespaces(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let result = try run(
            "without-namespaces", ["--json", "object.json"], [Shared.victim, "open-read", secret], caller,
            scratch)
        #expect(result.output == "EACCES\n", "\(result.errors)")
        #expect(result.errors.contains("absent   pid_namespace"), "\(result.errors)")
        let object = try object(scratch)
        #expect(object["counts"]?["violations"] == 1)
        #expect(object["enforcement"]?["user_namespace"]?["state"] == "absent")
        #expect(object["enforcement"]?["user_namespace"]?["why"]?.stringValue?.isEmpty == false)
        #expect(object["enforcement"]?["landlock"]?["state"] == "enforced")
        #expect(object["enforcement"]?["notify"]?["state"] == "enforced")
    }

    @Test("without namespaces no process survives either", arguments: Caller.possible)
    func leftovers(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seconds = Processes.unusualSleep()
        let result = try run("without-namespaces", [], [Shared.victim, "daemon", seconds], caller, scratch)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("1 process that outlived the program"), "\(result.errors)")
        #expect(Processes.vanish(seconds))
    }

    @Test("without namespaces guardrun's death is that of its run", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let trails = try Scratch(for: caller)
        let seconds = Processes.unusualSleep()
        let running = try Running(
            [
                Shared.victim, "without-namespaces", Shared.guardrun, "--audit", trails.path("audit"), "-p",
                "shell", "--set", "files.write=[]", "--set",
                "files.exec=[/usr/bin, /bin, \(Shared.victim)]", "--", "/bin/bash", "-c",
                "\(Shared.victim) daemon \(seconds); echo ready; exec \(Shared.victim) sleep \(seconds)",
            ], as: caller, in: scratch.url)
        #expect(running.says("ready"))
        running.send(SIGKILL)
        let result = running.finish()
        #expect(result.status == 128 + SIGKILL, "\(result.errorText)")
        #expect(Processes.vanish(seconds))
    }

    @Test(
        "without namespaces metadata is judged in `fast` too: Landlock has no right for it",
        arguments: Caller.possible, ["chmod", "utimes", "chown"])
    func metadata(_ caller: Caller, _ act: String) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret", mode: 0o640)
        let words = [Shared.victim, act, secret] + (act == "chmod" ? ["0666"] : [])
        let before = try FileManager.default.attributesOfItem(atPath: secret)
        let result = try run(
            "without-namespaces", ["--set", "visibility=fast", "--json", "object.json"], words, caller,
            scratch)
        #expect(result.output == "EACCES\n", "\(result.output)\(result.errors)")
        #expect(try object(scratch)["counts"]?["violations"] == 1)
        let after = try FileManager.default.attributesOfItem(atPath: secret)
        #expect(after as NSDictionary == before as NSDictionary)
    }

    @Test("without /proc nothing runs, and that is said", .enabled(if: getuid() == 0))
    func withoutProc() throws {
        let scratch = try Scratch(for: .root)
        for command in [["-p", "strict", "--", "/bin/echo", "ran"], ["doctor"]] {
            let result = try Command(
                [
                    "/usr/bin/unshare", "--mount", "/bin/sh", "-c", "umount -l /proc; exec \"$@\"", "sh",
                    Shared.guardrun,
                ] + command, as: .root, in: scratch.url,
                environment: ["GUARDRUN_AUDIT_DIR": scratch.path("audit")]
            ).run()
            #expect(result.status == 78 && result.output.isEmpty, "\(result.errors)")
            #expect(result.errors.contains("mount -t proc"), "\(result.errors)")
        }
    }

    @Test("an audit directory that cannot be kept from the run is refused", arguments: Caller.possible)
    func auditWithin(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let result = try Command(
            [
                Shared.victim, "without-namespaces", Shared.guardrun, "--audit", scratch.path("audit"), "-p",
                "python", "--", "/bin/echo", "ran",
            ], as: caller, in: scratch.url
        ).run()
        #expect(result.status == 78)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("cannot be cut out without a mount namespace"))
    }

    @Test("a process group that no number can name is refused like any other", arguments: Caller.possible)
    func extremeSignal(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let result = try run(
            "without-namespaces", ["--json", "object.json"], [Shared.victim, "kill", "-2147483648", "0"],
            caller, scratch)
        #expect(result.output == "EPERM\n", "\(result.errors)")
        #expect(try object(scratch)["counts"]?["violations"] == 1)
    }

    @Test("a limit holds there too", arguments: Caller.possible)
    func limit(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let options = ["--set", "limits.wall=300ms"]
        let result = try run("without-namespaces", options, [Shared.victim, "stubborn"], caller, scratch)
        #expect(result.status == 124, "\(result.errors)")
    }

    @Test(
        "what the policy requires and the host lacks is named, and nothing runs", arguments: Caller.possible)
    func required(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        for (host, mechanism) in [("without-namespaces", "pid_namespace"), ("with-a-listener", "notify")] {
            let result = try run(
                host, ["--set", "require=[\(mechanism)]"], ["/bin/echo", "ran"], caller, scratch)
            #expect(result.status == 78, "\(host): \(result.errors)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("\(mechanism) is required and is absent here"))
        }
    }

    @Test(
        "behind another listener acts are refused without events, and that is said",
        arguments: Caller.possible)
    func listener(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let result = try run(
            "with-a-listener", ["--json", "object.json"], [Shared.victim, "open-read", secret], caller,
            scratch)
        #expect(result.output == "ENOENT\n" || result.output == "EACCES\n", "\(result.errors)")
        #expect(try object(scratch)["enforcement"]?["notify"]?["state"] == "absent")
        #expect(result.errors.contains("absent   notify"), "\(result.errors)")
    }

    @Test("doctor says what is missing and how to get it", arguments: Caller.possible)
    func doctor(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let result = try Command(
            [Shared.victim, "without-namespaces", Shared.guardrun, "doctor"], as: caller, in: scratch.url
        ).run()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("absent"))
        #expect(result.output.contains("user.max_user_namespaces"))
    }
}
