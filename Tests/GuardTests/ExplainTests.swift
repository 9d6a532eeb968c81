import Audit
import Event
import Foundation
import Testing

/// `guardrun explain` on runs that were really refused something.
@Suite("Explaining a run")
struct ExplainTests {
    private static let script = """
        import socket, subprocess
        def attempt(act):
            try: act()
            except Exception: pass
        for name in ("a", "b"): attempt(lambda: open(f"elsewhere/{name}.txt").read())
        attempt(lambda: open("secrets/id_rsa").read())
        attempt(lambda: open("new.txt", "w"))
        attempt(lambda: subprocess.run(["/usr/bin/id"]))
        attempt(lambda: socket.create_connection(("203.0.113.9", 443)))
        attempt(lambda: socket.create_connection(("169.254.169.254", 80)))

        """

    /// A denied run, and what is said of it.
    private func explained(_ caller: Caller, _ policy: String, _ words: [String]) throws -> (Scratch, JSON) {
        let scratch = try Scratch(for: caller)
        try scratch.file("policy.yaml", policy)
        try scratch.file("step.py", Self.script)
        try scratch.file("elsewhere/a.txt")
        try scratch.file("elsewhere/b.txt")
        try scratch.file("secrets/id_rsa")
        try scratch.folder("work")
        var guarded = Guarded(caller, policy: "policy.yaml", in: scratch)
        guarded.environment = ["HOME": "/nowhere"]
        let seen = try guarded.run(["--"] + words)
        let result = try guarded.call(["explain", "last", "--json", "--audit", seen.audit.path])
        return (scratch, try #require(json(result.output), "\(result.errors)"))
    }

    private static let policy = """
        guardrun: 1
        name: step
        extends: [strict]
        loosen: [files.read, scan.threats, limits.execs]
        scan: {threats: {network_access: warn, code_execution: warn, credential_access: warn, data_exfiltration: warn}}
        files: {read: [./work, ./secrets], deny: [./secrets/id_rsa]}
        limits: {execs: 9}

        """

    @Test("each kind of refusal has a reason and a change that allows it", arguments: Caller.possible)
    func kinds(_ caller: Caller) throws {
        let (scratch, object) = try explained(caller, Self.policy, ["/usr/bin/python3", "step.py"])
        let groups = try #require(object["refusals"]?.elements)
        func group(_ beginning: String) throws -> JSON {
            try #require(
                groups.first { $0["subject"]?.stringValue?.hasPrefix(beginning) == true }, "\(groups)")
        }
        func yaml(_ group: JSON) -> String { group["change"]?["yaml"]?.stringValue ?? "" }

        let reading = try group("reading \(scratch.path("elsewhere/a.txt")) and 1 more")
        #expect(yaml(reading) == "files:\n  read: {+: ['./elsewhere/a.txt', './elsewhere/b.txt']}\n")
        #expect(reading["change"]?["protected"] == false)
        #expect(reading["change"]?["loosens"] == ["files.read"])

        let denied = try group("reading \(scratch.path("secrets/id_rsa"))")
        #expect(yaml(denied) == "files:\n  deny: []\n")
        #expect(denied["why"]?.stringValue?.contains("policy.yaml:6:") == true)
        #expect(denied["change"]?["protected"] == true)

        #expect(yaml(try group("writing")) == "files:\n  write: {+: ['.']}\n")
        // The policy's loosen does not name it, and strict holds it.
        #expect(try group("writing")["change"]?["protected"] == true)
        #expect(yaml(try group("starting")) == "files:\n  exec: {+: [/usr/bin/id]}\n")
        let connecting = try group("connecting")
        #expect(yaml(connecting).contains("tcp://203.0.113.9:443"))
        #expect(yaml(connecting).contains("tcp://169.254.169.254:80"))
        let because =
            connecting["change"]?["protected_because"]?.elements?.compactMap { $0.stringValue } ?? []
        #expect(because.contains { $0.contains("169.254.169.254") })
    }

    @Test("under the policy that it proposes, the same is refused no more", arguments: Caller.possible)
    func proposal(_ caller: Caller) throws {
        let policy = """
            guardrun: 1
            extends: [strict]
            loosen: [files, network, limits, scan]
            scan: {threats: {network_access: warn, code_execution: warn, credential_access: warn}}
            limits: {execs: 9}

            """
        let script = "open('elsewhere/a.txt').read(); open('new.txt', 'w').write('x')"
        let (scratch, object) = try explained(caller, policy, ["/usr/bin/python3", "-c", script])
        let proposed = try #require(object["override"]?.stringValue)
        try scratch.file("proposed.yaml", proposed)
        var guarded = Guarded(caller, policy: "proposed.yaml", in: scratch)
        guarded.environment = ["HOME": "/nowhere"]
        // Only what was refused before the first one ended the script was known.
        let seen = try guarded.run(["--", "/usr/bin/python3", "-c", script])
        #expect(
            seen.events(.policyViolation).allSatisfy {
                $0["op"] == "open" && $0["args"]?["path"]?.stringValue?.hasSuffix("new.txt") == true
            })
        #expect(try guarded.call(["policy", "check", "proposed.yaml"]).status == 0, "\(proposed)")
    }

    @Test("what no policy allows is said to be so, and limits are doubled", arguments: Caller.possible)
    func others(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        var guarded = Guarded(caller, policy: "python", in: scratch)
        guarded.settings = ["limits.wall=1s"]
        let seen = try guarded.run([
            "--", "/usr/bin/python3", "-c",
            "import ctypes, time\nctypes.CDLL(None).chroot(b'/')\ntime.sleep(20)",
        ])
        let object = try #require(
            json(try guarded.call(["explain", "--json", "--audit", seen.audit.path]).output))
        let groups = try #require(object["refusals"]?.elements)
        let call = try #require(
            groups.first { $0["subject"]?.stringValue?.contains("chroot") == true }, "\(groups)")
        #expect(call["change"] == .null)
        #expect(call["why"]?.stringValue?.contains("no policy can allow it") == true)
        let limit = try #require(groups.first { $0["rule"] == "limits.wall" })
        #expect(limit["change"]?["settings"] == ["limits.wall=2s"])
    }

    @Test("code that the scan refused, and a policy that says something else by now")
    func changed() throws {
        let scratch = try Scratch(for: .root)
        try scratch.file("policy.yaml", "guardrun: 1\nextends: [python]\n")
        let guarded = Guarded(Caller.possible[0], policy: "policy.yaml", in: scratch)
        let audit = try guarded.run(["--", "/usr/bin/python3", "-c", "import shutil\nshutil.rmtree('/')\n"])
            .audit.path
        try scratch.file("policy.yaml", "guardrun: 1\nextends: [python]\nlimits: {wall: 3s}\n")
        let object = try #require(json(try guarded.call(["explain", "--json", "--audit", audit]).output))
        #expect(object["policy_is_same"] == false)
        let group = try #require(object["refusals"]?.elements?.first)
        #expect(group["change"]?["settings"] == ["scan.threats.destructive_data=warn"])
        #expect(group["change"]?["protected"] == true)
        try scratch.file("policy.yaml", "guardrun: 2\n")
        let text = try guarded.call(["explain", "--audit", audit])
        #expect(text.output.contains("cannot be read any more"))
        #expect(text.status == 0)
    }

    @Test("what --scan warn let run was not refused")
    func warned() throws {
        let scratch = try Scratch(for: Caller.possible[0])
        var guarded = Guarded(Caller.possible[0], policy: "python", in: scratch)
        guarded.options = ["--scan", "warn"]
        let seen = try guarded.run([
            "--", "/usr/bin/python3", "-c", "if False:\n    import shutil; shutil.rmtree('/')\n",
        ])
        let object = try #require(
            json(try guarded.call(["explain", "--json", "--audit", seen.audit.path]).output))
        #expect(object["refusals"]?.elements?.isEmpty == true)
    }

    @Test("any trail is explained without a trap")
    func garbage() throws {
        let scratch = try Scratch(for: Caller.possible[0])
        let guarded = Guarded(Caller.possible[0], policy: "python", in: scratch)
        let good = try guarded.run(["--", "/usr/bin/python3", "-c", "open('/etc/shadow')"]).trail
        var generator = Seeded(state: 7)
        let name = "20261126-000000-000001-00000001.jsonl"
        for _ in 0..<60 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            try Data(bytes).write(to: scratch.url.appendingPathComponent(name))
            let result = try guarded.call(["explain", name])
            #expect([0, 1, 125].contains(result.status), "\(result.status): \(result.errors)")
        }
    }

    private func json(_ text: String) -> JSON? { JSONReader.value(Array(text.utf8)) }
}

/// The same numbers each time (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
