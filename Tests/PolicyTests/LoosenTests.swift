import Linux
import Testing

@testable import Policy

/// A base, what is laid over it, and the path that is looser then; `nil` when none is.
private let table: [(base: String, upper: String, path: String?)] = [
    ("files: {read: [/a]}", "files: {read: [/a/b]}", nil),
    ("files: {read: [/a]}", "files: {read: [/ab]}", "files.read"),
    ("files: {read: [/a/b]}", "files: {read: [/a]}", "files.read"),
    ("files: {write: [/a]}", "files: {read: [/a]}", nil),
    ("files: {read: [/a]}", "files: {write: [/a]}", "files.write"),
    ("files: {read: [/]}", "files: {read: [/x, /y]}", nil),
    ("files: {exec: [/bin]}", "files: {exec: []}", nil),
    ("files: {exec: []}", "files: {exec: [/bin/sh]}", "files.exec"),
    ("files: {read: [/a], deny: [/a/b]}", "files: {deny: []}", "files.deny"),
    ("files: {read: [/a], deny: [/a/b]}", "files: {deny: [/a]}", nil),
    ("files: {read: [/a], deny: [/a/b]}", "files: {read: [/a/c], deny: []}", nil),
    ("files: {read: [/a], deny: [/z]}", "files: {deny: []}", nil),
    ("files: {read: [/a/b/c], deny: [/a]}", "files: {deny: []}", "files.deny"),
    ("files: {write: [/a], workspace: overlay}", "files: {workspace: direct}", "files.workspace"),
    ("files: {write: [/a]}", "files: {workspace: overlay}", nil),
    ("files: {workspace: overlay}", "files: {workspace: direct}", nil),
    ("network: {allow: [any]}", "network: {allow: [tcp://a:1]}", nil),
    ("network: {allow: [tcp://a:1]}", "network: {allow: [any]}", "network.allow"),
    ("network: {allow: [tcp://a:1]}", "network: {allow: ['tcp://A:1']}", nil),
    ("network: {allow: [tcp://a:1]}", "network: {allow: [tcp://a:2]}", "network.allow"),
    ("network: {allow: [any]}", "network: {listen: [tcp://a:1]}", "network.listen"),
    ("network: {allow: ['tcp://a:1-9']}", "network: {allow: ['tcp://a:2,4']}", nil),
    ("network: {allow: ['tcp://a:1-4', 'tcp://a:5-9']}", "network: {allow: ['tcp://a:2-8']}", nil),
    (
        "network: {allow: ['tcp://a:1-4', 'tcp://a:6-9']}", "network: {allow: ['tcp://a:2-8']}",
        "network.allow"
    ),
    ("network: {allow: ['tcp://a:*']}", "network: {allow: ['tcp://a:1-65535']}", nil),
    ("network: {allow: ['tcp://a:*']}", "network: {allow: ['tcp://b:1']}", "network.allow"),
    ("network: {allow: ['tcp://10.0.0.0/8:1']}", "network: {allow: ['tcp://10.1.0.0/16:1']}", nil),
    ("network: {allow: ['tcp://10.0.0.0/8:1']}", "network: {allow: ['tcp://10.1.2.3:1']}", nil),
    (
        "network: {allow: ['tcp://10.1.0.0/16:1']}", "network: {allow: ['tcp://10.0.0.0/8:1']}",
        "network.allow"
    ),
    (
        "network: {allow: ['tcp://10.0.0.0/9:1-5', 'tcp://10.128.0.0/9:2-9']}",
        "network: {allow: ['tcp://10.0.0.0/8:2-5']}", nil
    ),
    (
        "network: {allow: ['tcp://10.0.0.0/9:1-5', 'tcp://10.128.0.0/9:2-9']}",
        "network: {allow: ['tcp://10.0.0.0/8:1-5']}", "network.allow"
    ),
    ("network: {allow: ['tcp://[2001:db8::]/32:1']}", "network: {allow: ['tcp://[2001:db8::1]:1']}", nil),
    // A range does not lead to this machine, and a name does neither.
    ("network: {allow: ['tcp://0.0.0.0/0:1']}", "network: {allow: ['tcp://127.0.0.1:1']}", "network.allow"),
    ("network: {allow: ['tcp://127.0.0.0/8:1']}", "network: {allow: ['tcp://127.0.0.1:1']}", nil),
    ("network: {allow: ['tcp://0.0.0.0/0:1']}", "network: {allow: ['tcp://a:1']}", "network.allow"),
    ("network: {allow: ['tcp://0.0.0.0/0:1', 'tcp://[::]/0:1']}", "network: {allow: ['tcp://a:1']}", nil),
    (
        "network: {allow: ['tcp://0.0.0.0/0:1', 'tcp://[::]/0:1']}",
        "network: {allow: ['tcp://localhost:1']}",
        "network.allow"
    ),
    ("network: {allow: ['tcp://a:*']}", "network: {allow: ['udp://a:1']}", "network.allow"),
    ("network: {allow: [any]}", "network: {allow: ['udp://127.0.0.1:*']}", nil),
    ("network: {allow: [any]}", "network: {allow: ['unix:///run/x']}", "network.allow"),
    ("network: {allow: ['unix:///run/x']}", "network: {allow: ['unix:///run/./x']}", nil),
    // Who listens on every address listens on each.
    ("network: {listen: ['tcp://0.0.0.0:1']}", "network: {listen: ['tcp://127.0.0.1:1']}", nil),
    ("network: {listen: ['tcp://[::]:1']}", "network: {listen: ['tcp://0.0.0.0:1']}", nil),
    ("network: {listen: ['tcp://0.0.0.0:1']}", "network: {listen: ['tcp://[::]:1']}", "network.listen"),
    ("network: {listen: ['tcp://127.0.0.1:*']}", "network: {listen: ['tcp://0.0.0.0:1']}", "network.listen"),
    ("limits: {wall: 30s}", "limits: {wall: 29s}", nil),
    ("limits: {wall: 30s}", "limits: {wall: 31s}", "limits.wall"),
    ("limits: {wall: 30s}", "limits: {wall: unlimited}", "limits.wall"),
    ("limits: {wall: unlimited}", "limits: {wall: 10h}", nil),
    ("limits: {memory: 1GiB}", "limits: {memory: 1GB}", nil),
    ("limits: {open_files: 3}", "limits: {open_files: 4}", "limits.open_files"),
    ("visibility: full", "visibility: fast", "visibility"),
    ("visibility: fast", "visibility: full", nil),
    ("require: [landlock]", "require: []", "require"),
    ("require: [landlock]", "require: [seccomp, landlock]", nil),
    ("audit: {denials: sync}", "audit: {denials: written}", "audit.denials"),
    ("audit: {denials: written}", "audit: {denials: sync}", nil),
    ("audit: {code: full}", "audit: {code: excerpt}", "audit.code"),
    ("audit: {code: digest}", "audit: {code: full}", nil),
    ("audit: {max_bytes: 1MiB}", "audit: {max_bytes: 2MiB}", "audit.max_bytes"),
    ("audit: {max_bytes: 1MiB}", "audit: {max_bytes: unlimited}", "audit.max_bytes"),
    ("syscalls: {deny: [mount]}", "syscalls: {deny: []}", "syscalls.deny"),
    ("syscalls: {allow: [mount]}", "syscalls: {allow: []}", nil),
    ("syscalls: {allow: []}", "syscalls: {allow: [mount]}", "syscalls.allow"),
    ("syscalls: {profile: python}", "syscalls: {profile: strict}", nil),
    ("syscalls: {profile: strict}", "syscalls: {profile: python}", "syscalls.profile"),
    ("syscalls: {profile: shell}", "syscalls: {profile: python}", "syscalls.profile"),
    ("syscalls: {profile: observe}", "syscalls: {profile: shell}", nil),
    ("syscalls: {on_violation: kill}", "syscalls: {on_violation: errno}", "syscalls.on_violation"),
    ("scan: {patterns: [a, b]}", "scan: {patterns: [b, c, a]}", nil),
    ("scan: {patterns: [a, b]}", "scan: {patterns: [a]}", "scan.patterns"),
    ("scan: {patterns: [a]}", "scan: {patterns: [{regex: a}]}", "scan.patterns"),
    ("scan: {patterns: [a]}", "scan: {patterns: [{contains: a, id: z}]}", nil),
    ("scan: {patterns: [a]}", "scan: {patterns: [{contains: a, level: review}]}", "scan.patterns"),
    ("scan: {patterns: [\"\\u00e9\"]}", "scan: {patterns: [\"e\\u0301\"]}", "scan.patterns"),
    ("scan: {confidence: 0.5}", "scan: {confidence: 0.4}", nil),
    ("scan: {confidence: 0.5}", "scan: {confidence: 0.6}", "scan.confidence"),
    ("scan: {comments: ignore}", "scan: {comments: honour}", "scan.comments"),
    ("scan: {comments: honour}", "scan: {comments: ignore}", nil),
    ("scan: {}", "scan: {threats: {code_execution: deny}}", nil),
    ("scan: {}", "scan: {threats: {code_execution: ask}}", "scan.threats.code_execution"),
    (
        "scan: {threats: {code_execution: ask}}", "scan: {threats: {code_execution: warn}}",
        "scan.threats.code_execution"
    ),
    (
        "scan: {threats: {code_execution: {review: deny}}}", "scan: {threats: {code_execution: deny}}",
        "scan.threats.code_execution"
    ),
]

@Suite("What a policy may make looser")
struct LoosenTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    private func faults(_ base: String, _ upper: String, loosen: String = "") throws -> [String] {
        try directory.write("guardrun: 1\n\(base)\n", to: "base.yaml")
        try directory.write("guardrun: 1\nextends: [base.yaml]\n\(upper)\n\(loosen)", to: "own.yaml")
        return directory.faults("own.yaml")
    }

    @Test("Looser is decided by what is meant", arguments: table.indices)
    func meaning(row: Int) throws {
        let (base, upper, path) = table[row]
        let found = try faults(base, upper)
        guard let path else {
            #expect(found.count == 1 && found[0].hasPrefix("loaded"), "\(base) / \(upper): \(found)")
            return
        }
        #expect(found.count == 1 && found[0].contains(": \(path) is looser than in base.yaml: "), "\(found)")
        #expect(
            found[0].hasPrefix("own.yaml:3:") && found[0].hasSuffix("; add it to loosen if that is meant"))
        // The path itself and its section allow it; another path does not.
        let section = path.split(separator: ".")[0]
        #expect(try faults(base, upper, loosen: "loosen: [\(path)]")[0].hasPrefix("loaded"))
        #expect(try faults(base, upper, loosen: "loosen: [\(section)]")[0].hasPrefix("loaded"))
        #expect(try faults(base, upper, loosen: "loosen: [\(path)x, tools]").count == 1)
    }

    @Test("The same policy is looser in nothing, whatever it is")
    func reflexive() throws {
        for name in Profiles.names {
            let policy = try directory.load(name).policy
            #expect(policy.loosenings(over: policy).isEmpty, "\(name)")
        }
    }

    @Test("Each shipped profile but strict is looser than strict, and says where in paths that loosen knows")
    func profiles() throws {
        let strict = try directory.load("strict").policy
        for name in Profiles.names.dropFirst() {
            let found = try directory.load(name).policy.loosenings(over: strict)
            #expect(!found.isEmpty)
            #expect(found.allSatisfy { Difference.paths.contains($0.path) })
        }
    }

    @Test("A loosen entry that loosens nothing is a warning with its place")
    func unused() throws {
        try directory.write("guardrun: 1\nlimits: {wall: 30s}\n", to: "base.yaml")
        try directory.write(
            "guardrun: 1\nextends: [base.yaml]\nloosen: [limits.wall, files]\nlimits: {wall: 60s}\n",
            to: "own.yaml")
        #expect(
            try directory.load("own.yaml").warnings.map(\.description) == [
                "own.yaml:3:23: loosen has 'files', which loosens nothing"
            ])
        try directory.write("guardrun: 1\nloosen: [limits]\n", to: "alone.yaml")
        #expect(
            try directory.load("alone.yaml").warnings.map(\.description) == [
                "alone.yaml:2:10: loosen has 'limits', which loosens nothing"
            ])
    }

    @Test("A loosen entry that is no path is a fault, told with all others")
    func misnamed() throws {
        try directory.write(
            "guardrun: 1\nloosen: [limit.cpu, files.raed]\nlimits: {wal: 60s}\nextends: [pyton]\n",
            to: "own.yaml")
        #expect(
            directory.faults("own.yaml").map { String($0.prefix(96)) } == [
                "own.yaml:2:10: loosen has 'limit.cpu', which is no path of keys that can be looser; did you mean",
                "own.yaml:2:21: loosen has 'files.raed', which is no path of keys that can be looser; did you mea",
                "own.yaml:3:10: unknown key 'wal' under limits; did you mean 'wall'?",
                "own.yaml:4:11: 'pyton' is no profile and no file; the profiles are strict, python, python-data, ",
            ])
    }

    @Test("Loosening is judged at each step of a chain, not only between its ends")
    func steps() throws {
        try directory.write("guardrun: 1\nlimits: {wall: 30s}\n", to: "a.yaml")
        try directory.write("guardrun: 1\nextends: [a.yaml]\nlimits: {wall: 10s}\n", to: "b.yaml")
        try directory.write("guardrun: 1\nextends: [b.yaml]\nlimits: {wall: 20s}\n", to: "c.yaml")
        #expect(
            directory.faults("c.yaml") == [
                "c.yaml:3:16: limits.wall is looser than in b.yaml: 20s instead of 10s; add it to loosen if that is meant"
            ])
    }
}
