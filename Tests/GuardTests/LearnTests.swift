import Audit
import Event
import Foundation
import Testing

/// `guardrun learn` on real programs: what it wrote allows what they did.
@Suite("Learning a policy")
struct LearnTests {
    /// Learns from a command, and runs it again under what was learned.
    private func again(
        _ caller: Caller, _ words: [String], in scratch: Scratch, options: [String] = []
    ) throws -> (policy: String, seen: Seen) {
        let guarded = homeless(caller, "learned.yaml", scratch)
        let result = try guarded.call(["learn", "-o", "learned.yaml"] + options + ["--"] + words)
        #expect(result.status == 0, "\(result.errors)")
        let policy = try #require(scratch.contents("learned.yaml"), "\(result.errors)")
        #expect(try guarded.call(["policy", "check", "learned.yaml"]).status == 0, "\(policy)")
        return (policy, try guarded.run(["--"] + words))
    }

    /// The working directory is nobody's home: all of a home is asked about.
    private func homeless(_ caller: Caller, _ policy: String, _ scratch: Scratch) -> Guarded {
        var guarded = Guarded(caller, policy: policy, in: scratch)
        guarded.environment = ["HOME": "/nowhere"]
        return guarded
    }

    private static let report = """
        import csv, json, os
        total = 0
        for name in ("data/a.csv", "data/b.csv"):
            with open(name) as file:
                total += sum(int(row[1]) for row in csv.reader(file))
        os.makedirs("out/sums", exist_ok=True)
        with open("out/sums/total.json", "w") as file:
            json.dump(total, file)
        print(total)

        """

    private func data(_ caller: Caller) throws -> Scratch {
        let scratch = try Scratch(for: caller)
        try scratch.file("data/a.csv", "a,1\n")
        try scratch.file("data/b.csv", "b,2\n")
        try scratch.file("report.py", Self.report)
        return scratch
    }

    @Test("a Python script", arguments: Caller.possible)
    func python(_ caller: Caller) throws {
        let scratch = try data(caller)
        let (policy, seen) = try again(caller, ["/usr/bin/python3", "report.py"], in: scratch)
        #expect(seen.output == "3\n", "\(seen.errors)\n\(policy)")
        #expect(seen.events(.policyViolation).isEmpty, "\(policy)")
        #expect(seen.events(.limitExceeded).isEmpty)
        // Its files by their directories, and nothing of what the interpreter has anyway.
        #expect(
            policy.contains("  read:\n    - './data/a.csv'\n    - './data/b.csv'\n  write:\n    - './out'\n"),
            "\(policy)")
        #expect(!policy.contains("/usr/lib"))
        // It is no more than that.
        let guarded = homeless(caller, "learned.yaml", scratch)
        #expect(
            try guarded.call(["policy", "test", "learned.yaml", "--", "open", "report.py", "w"]).status == 77)
        #expect(
            try guarded.call(["policy", "test", "learned.yaml", "--", "open", "/etc/passwd", "r"]).status
                == 77)
    }

    @Test("bash with coreutils in a pipeline", arguments: Caller.possible)
    func bash(_ caller: Caller) throws {
        let scratch = try data(caller)
        let script =
            "for f in data/*.csv; do sort $f | cut -d, -f2; done | tee numbers.txt | wc -l; rm numbers.txt"
        let (policy, seen) = try again(caller, ["/bin/bash", "-c", script], in: scratch)
        #expect(seen.output == "2\n", "\(seen.errors)\n\(policy)")
        #expect(seen.events(.policyViolation).isEmpty, "\(seen.events(.policyViolation)) \(policy)")
        for program in ["sort", "cut", "tee", "wc", "rm"] {
            #expect(policy.contains("/\(program)\n"), "\(policy)")
        }
        #expect(!policy.contains("- /usr/bin\n"))
    }

    @Test("git, which makes directories, links and lock files", arguments: Caller.possible)
    func git(_ caller: Caller) throws {
        let scratch = try data(caller)
        let script = """
            mkdir -p repo; cd repo; git init -q . && cp ../data/a.csv . && git add a.csv \
            && git -c user.name=n -c user.email=e@example.com commit -q --allow-empty -m one && git log -1 --oneline | wc -l
            """
        let (policy, seen) = try again(caller, ["/bin/sh", "-c", script], in: scratch)
        #expect(seen.output == "1\n", "\(seen.errors)\n\(policy)")
        #expect(seen.events(.policyViolation).isEmpty, "\(seen.events(.policyViolation)) \(policy)")
    }

    @Test("a build that begins by removing what the last one left", arguments: Caller.possible)
    func clean(_ caller: Caller) throws {
        let scratch = try data(caller)
        try scratch.file("out/old.txt")
        let script = "rm -rf out; mkdir out; cat data/*.csv > out/all.csv; wc -l < out/all.csv"
        let (policy, seen) = try again(caller, ["/bin/sh", "-c", script], in: scratch)
        #expect(seen.output == "2\n", "\(seen.errors)\n\(policy)")
        #expect(seen.events(.policyViolation).isEmpty, "\(policy)")
        #expect(policy.contains("  write:\n    - '.'\n"), "\(policy)")
    }

    @Test("a connection to this machine, and one that is waited for", arguments: Caller.possible)
    func network(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        // One that is free once the server is gone.
        let port: UInt16
        do { port = try Server().port }
        let script = """
            import socket
            server = socket.create_server(("127.0.0.1", \(port)))
            client = socket.create_connection(("127.0.0.1", \(port)))
            server.accept()[0].sendall(b"hello")
            print(client.recv(5).decode())
            """
        let (policy, seen) = try again(caller, ["/usr/bin/python3", "-c", script], in: scratch)
        #expect(policy.contains("tcp://127.0.0.1:\(port)"), "\(policy)")
        #expect(seen.output == "hello\n", "\(seen.errors)\n\(policy)")
        #expect(seen.events(.policyViolation).isEmpty)
    }

    @Test(
        "secrets and homes are left out with the reason, and other runs are merged",
        arguments: Caller.possible)
    func doubts(_ caller: Caller) throws {
        let scratch = try data(caller)
        let home = try Scratch(for: caller)
        try home.file(".ssh/id_ed25519", "key\n", mode: 0o600)
        try home.file("notes.txt", "mine\n")
        var guarded = homeless(caller, "learned.yaml", scratch)
        guarded.environment = ["HOME": home.url.path]
        let (key, notes) = (home.path(".ssh/id_ed25519"), home.path("notes.txt"))
        let first = try guarded.call([
            "learn", "-o", "learned.yaml", "--json", "--", "/bin/cat", "data/a.csv", key, notes,
        ])
        #expect(first.status == 0, "\(first.errors)")
        let policy = try #require(scratch.contents("learned.yaml"))
        for line in policy.split(separator: "\n")
        where line.contains("id_ed25519") || line.contains("notes.txt") {
            #expect(line.hasPrefix("#"), "\(policy)")
        }
        #expect(
            policy.contains("id_ed25519'  # secrets are kept there")
                || policy.contains("id_ed25519  # secrets"), "\(policy)")
        let object = try #require(JSONReader.value(Array(first.output.utf8)), "\(first.output)")
        #expect(object["left_out"]?.elements?.count ?? 0 >= 1, "\(object)")
        #expect(policy.contains("- './data/a.csv'"))

        let second = try guarded.call([
            "learn", "-o", "learned.yaml", "--merge", "learned.yaml", "--", "/bin/cat", "data/b.csv",
        ])
        #expect(second.status == 0, "\(second.errors)")
        let merged = try #require(scratch.contents("learned.yaml"))
        #expect(merged.contains("- './data/a.csv'") && merged.contains("- './data/b.csv'"), "\(merged)")
        #expect(try guarded.call(["policy", "check", "learned.yaml"]).status == 0)
    }

    @Test("what did not come to its end teaches nothing, and the policy has standard output for itself")
    func ends() throws {
        let scratch = try data(.user)
        let guarded = Guarded(Caller.possible[0], policy: nil, in: scratch)
        let missing = try guarded.call(["learn", "--", "no-such-program"])
        #expect(missing.status == 127)
        #expect(missing.output.isEmpty)
        let failing = try guarded.call(["learn", "--", "/bin/sh", "-c", "echo said; exit 3"])
        #expect(failing.status == 3)
        #expect(failing.output.hasPrefix("# Learned from"))
        #expect(failing.errors.contains("said"))
        let killed = try guarded.call(["learn", "--", "/bin/sh", "-c", "kill -9 $$"])
        #expect(killed.status == 137)
        #expect(killed.output.isEmpty)
        #expect(try guarded.call(["learn"]).status == 125)
    }
}
