import Event
import Linux
import Policy
import Testing

@testable import Compare

/// Two documents, and how the first stands to the second.
private let table: [(a: String, b: String, relation: Relation)] = [
    // Names, comments and order say nothing.
    ("name: x\nlimits: {wall: 1m}", "name: y\nlimits: {wall: 60s} # the same", .equal),
    ("files: {read: [a, b]}", "files: {read: [b, a, a/b]}", .equal),
    // An empty list allows nothing, and never everything.
    ("files: {read: []}", "files: {read: [a]}", .stricter),
    ("network: {allow: []}", "network: {allow: [any]}", .stricter),
    // Sets, and not how long the lists are.
    ("files: {read: [a]}", "files: {read: [b/a, b/b]}", .incomparable),
    ("scan: {patterns: [zzz, yyy]}", "scan: {patterns: ['rm -rf']}", .incomparable),
    ("scan: {patterns: [a, {contains: a, id: again}]}", "scan: {patterns: [a]}", .equal),
    ("scan: {patterns: [a]}", "scan: {patterns: [ab, ac]}", .stricter),
    ("scan: {patterns: ['rm -rf']}", "scan: {patterns: [{regex: 'rm\\s+-rf'}]}", .looser),
    ("scan: {patterns: [{glob: 'a*b'}]}", "scan: {patterns: [{regex: '(?s)a.*b'}]}", .equal),
    ("scan: {patterns: [{glob: '*.exe'}]}", "scan: {patterns: ['.exe']}", .equal),
    ("scan: {patterns: [{regex: '\\pL'}]}", "scan: {patterns: [{regex: '[a-z]'}]}", .unknown),
    ("scan: {patterns: [{regex: '\\pL'}]}", "scan: {patterns: [{regex: '\\pL', id: other}]}", .equal),
    ("scan: {patterns: [{contains: a, level: review}]}", "scan: {patterns: [a]}", .looser),
    ("scan: {patterns: [{contains: a, in: strings}]}", "scan: {patterns: [a]}", .looser),
    (
        "scan: {patterns: [{contains: a, in: comments}]}", "scan: {patterns: [{contains: a, in: strings}]}",
        .incomparable
    ),
    ("scan: {patterns: [{contains: a, threat: network_access}]}", "scan: {patterns: [a]}", .equal),
    // A path and what lies in it.
    ("files: {read: [a/b]}", "files: {read: [a]}", .stricter),
    ("files: {read: [a]}", "files: {write: [a]}", .stricter),
    ("files: {read: [a]}", "files: {exec: [a]}", .stricter),
    ("files: {write: [a]}", "files: {exec: [a]}", .incomparable),
    ("files: {read: [a], deny: [a/b]}", "files: {read: [a]}", .stricter),
    ("files: {read: [a], deny: [b]}", "files: {read: [a]}", .equal),
    ("files: {read: [a/b], deny: [a]}", "files: {}", .equal),
    ("files: {read: [a], deny: [a/b]}", "files: {read: [a/a, a/ab]}", .looser),
    ("files: {deny: [/usr/share]}", "files: {}", .stricter),
    ("files: {read: [/proc/version]}", "files: {}", .equal),
    // Links and `..` are settled first.
    ("files: {read: [toA]}", "files: {read: [a]}", .equal),
    ("files: {read: [toTo]}", "files: {read: [b/../a/b]}", .equal),
    ("files: {read: [toF]}", "files: {read: [a/b]}", .stricter),
    ("files: {read: [toA], deny: [toF]}", "files: {read: [a], deny: [a/b/f]}", .equal),
    // What is not on this host counts as if it were.
    ("files: {read: [/no/such]}", "files: {read: [/no/such/file]}", .looser),
    ("network: {allow: ['tcp://one:1']}", "network: {allow: [any]}", .stricter),
    ("network: {allow: ['tcp://one:1']}", "network: {allow: ['tcp://ONE:1', 'tcp://two:1']}", .stricter),
    ("network: {listen: ['tcp://127.0.0.1:1']}", "network: {allow: ['tcp://127.0.0.1:1']}", .incomparable),
    ("syscalls: {profile: strict}", "syscalls: {profile: shell}", .equal),
    ("syscalls: {profile: strict}", "syscalls: {profile: observe}", .stricter),
    ("syscalls: {allow: [ptrace]}", "syscalls: {}", .looser),
    ("syscalls: {allow: [getpid]}", "syscalls: {}", .equal),
    ("syscalls: {deny: [getpid]}", "syscalls: {}", .stricter),
    ("syscalls: {deny: [ptrace]}", "syscalls: {}", .equal),
    ("syscalls: {deny: [ioctl]}", "syscalls: {allow: [ioctl]}", .stricter),
    ("syscalls: {on_violation: kill}", "syscalls: {}", .stricter),
    ("limits: {wall: 30s, cpu: 1s}", "limits: {wall: 10s, cpu: 2s}", .incomparable),
    ("limits: {memory: 1GiB}", "limits: {}", .stricter),
    ("scan: {confidence: 0.5}", "scan: {confidence: 0.6}", .stricter),
    ("scan: {threats: {code_execution: ask}}", "scan: {threats: {code_execution: deny}}", .looser),
    ("scan: {threats: {code_execution: {review: deny}}}", "scan: {}", .stricter),
    // An allow-list of none is stricter than any, and a pattern is what it means.
    ("tools: {allow: []}", "tools: {allow: [read]}", .stricter),
    ("tools: {allow: [shell]}", "tools: {allow: [read, list]}", .incomparable),
    ("tools: {allow: [files.read, 'files.*']}", "tools: {allow: ['files.*']}", .equal),
    ("tools: {allow: ['files.*']}", "tools: {allow: ['*']}", .stricter),
    ("tools: {allow: ['a?', 'ab']}", "tools: {allow: ['a*']}", .stricter),
    ("tools: {allow: ['*'], approve: ['mail*']}", "tools: {allow: ['*']}", .stricter),
    ("tools: {allow: [read], approve: [mail]}", "tools: {allow: [read]}", .equal),
    ("tools: {allow: ['*'], approve: ['a*']}", "tools: {allow: ['*'], approve: ['*a']}", .incomparable),
    ("tools: {allow: [read], rules: [{tool: read, calls: 3}]}", "tools: {allow: [read]}", .unknown),
    ("limits: {tool_calls: 3}", "limits: {tool_calls: 4, tokens: 9}", .incomparable),
    ("limits: {cost_usd: 1.00}", "limits: {}", .stricter),
    // Less evidence is looser.
    ("audit: {denials: sync}", "audit: {}", .stricter),
    ("audit: {max_bytes: 1MiB}", "audit: {}", .stricter),
    ("audit: {code: full}", "audit: {}", .stricter), ("audit: {code: digest}", "audit: {}", .looser),
    ("visibility: fast", "visibility: full", .looser),
    ("files: {write: [/w]}", "files: {write: [/w], workspace: overlay}", .looser),
    ("files: {read: [/w]}", "files: {read: [/w], workspace: overlay}", .equal),
    ("require: [landlock]", "require: []", .stricter),
    (
        "require: [landlock], limits: {wall: 1s}".replacing(", limits", with: "\nlimits"), "require: []",
        .stricter
    ),
    ("require: [landlock]", "limits: {wall: 1s}", .incomparable),
]

@Suite("How one policy stands to another")
struct ComparisonTests {
    @Test("is decided by what both mean, and each witness is judged so", arguments: table.indices)
    func relation(_ index: Int) throws {
        let (a, b, relation) = table[index]
        let world = try World()
        let comparison = try world.compare(a, b)
        #expect(comparison.relation == relation, "\(a) | \(b): \(comparison.differences)")
        #expect(try world.compare(b, a).relation == relation.reversed, "\(b) | \(a)")
        try expectReplay(comparison, try world.policy(a), try world.policy(b), world)
    }

    @Test("a shipped profile stands to the one it extends as it says")
    func profiles() throws {
        func policy(_ name: String) throws -> Policy {
            try Policy.load(
                reference: name, settings: [],
                context: .init(workingDirectory: Path("/work"), home: Path("/home/u")),
                checkPattern: { _ in nil }
            ).policy
        }
        func relation(_ a: String, _ b: String) throws -> Relation {
            Comparison(try policy(a), try policy(b)).relation
        }
        for name in Profiles.names { #expect(try relation(name, name) == .equal) }
        #expect(try relation("strict", "python") == .stricter)
        #expect(try relation("python", "python-data") == .stricter)
        #expect(try relation("python", "shell") == .stricter)
        #expect(try relation("network-allowlist", "python") == .equal)
        #expect(try relation("observe", "strict") == .looser)
    }
}

/// Holds each witness against the code that decides in a run.
func expectReplay(_ comparison: Comparison, _ a: Policy, _ b: Policy, _ world: World) throws {
    guard !comparison.differences.isEmpty, let trials = try? (world.trial(a), world.trial(b)) else { return }
    for difference in comparison.differences {
        guard let witness = difference.witness else {
            #expect(difference.relation == .unknown, "\(difference)")
            continue
        }
        let (ours, theirs) = (trials.0.answer(witness), trials.1.answer(witness))
        // What is not there on this host is granted to nobody before it is made.
        if case .open(let path, _) = witness, !world.root.contains(path), (try? path.status()) == nil {
            continue
        }
        #expect(
            difference.relation == (ours < theirs ? .looser : ours > theirs ? .stricter : .equal),
            "\(difference) is answered \(ours) and \(theirs)")
    }
}
