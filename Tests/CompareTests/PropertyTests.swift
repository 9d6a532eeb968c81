import Event
import Foundation
import Linux
import Policy
import Scan
import Testing

@testable import Compare

/// Random policies and random acts: none is decided otherwise than the comparison says. `GUARDRUN_ACTS=1000000` tries
/// so many; without it a few thousand.
@Suite("No act contradicts a comparison")
struct PropertyTests {
    private static let acts =
        ProcessInfo.processInfo.environment["GUARDRUN_ACTS"].flatMap { Int($0) } ?? 4_000
    private static let actsOfOnePair = 100

    @Test("of policies and acts drawn at random")
    func random() throws {
        var chance = Chance(seed: 20_261_126)
        let world = try World()
        var seen = 0
        var relations: [Relation: Int] = [:]
        while seen < Self.acts {
            let document = RandomDocument(&chance, world.paths)
            let other =
                chance.one(of: [true, true, false])
                ? document.changed(&chance, world.paths) : RandomDocument(&chance, world.paths)
            let (a, b) = (try world.policy(document.text), try world.policy(other.text))
            // What this host cannot hold has no answers.
            guard let (ours, theirs) = try? (world.trial(a), world.trial(b)) else { continue }
            let comparison = Comparison(a, b)
            relations[comparison.relation, default: 0] += 1
            let pair = "\(document.text)\n---\n\(other.text)"
            try #require(Comparison(b, a).relation == comparison.relation.reversed, "\(pair)")
            for difference in comparison.differences {
                guard let witness = difference.witness else { continue }
                let isLooser = ours.answer(witness) < theirs.answer(witness)
                let isStricter = ours.answer(witness) > theirs.answer(witness)
                try #require(
                    difference.relation == (isLooser ? .looser : isStricter ? .stricter : .equal),
                    "\(difference)\n\(pair)")
            }
            for _ in 0..<Self.actsOfOnePair {
                let act = randomAct(&chance, world)
                let outcomes = (ours.outcome(act), theirs.outcome(act))
                let (first, second) = (outcomes.0.answer, outcomes.1.answer)
                seen += 1
                guard first != second, !outcomes.0.isOfTheView, !outcomes.1.isOfTheView else { continue }
                let possible: [Relation] = [first < second ? .looser : .stricter, .incomparable, .unknown]
                try #require(
                    possible.contains(comparison.relation),
                    "\(act): \(first) and \(second), said to be \(comparison.relation)\n\(pair)")
            }
        }
        // Every answer but the last is common enough to have been tried.
        for relation in [Relation.equal, .stricter, .looser, .incomparable] {
            #expect(relations[relation, default: 0] > 0)
        }
        print(
            "\(seen) acts: \(relations.map { "\($0.value) \($0.key.rawValue)" }.sorted().joined(separator: ", "))"
        )
    }
}

/// Numbers that are the same on every run (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }
    mutating func some<Element>(_ most: Int, _ make: (inout Chance) -> Element) -> [Element] {
        (0..<Int(next() % UInt64(most + 1))).map { _ in make(&self) }
    }
}

/// A policy of a few keys, each of which can be drawn anew.
struct RandomDocument {
    private var keys: [(section: String, key: String, value: String)] = []

    private static let makers:
        [(section: String, key: String, make: @Sendable (inout Chance, [String]) -> String)] = [
            ("files", "read", paths), ("files", "write", paths), ("files", "deny", paths),
            ("files", "exec", paths),
            ("network", "allow", { chance, _ in list(chance.some(3, endpoint)) }),
            ("network", "listen", { chance, _ in list(chance.some(2, endpoint)) }),
            (
                "syscalls", "allow",
                { chance, _ in list(chance.some(2) { $0.one(of: calls.filter { $0 < "m" }) }) }
            ),
            (
                "syscalls", "deny",
                { chance, _ in list(chance.some(2) { $0.one(of: calls.filter { $0 > "m" }) }) }
            ),
            (
                "syscalls", "profile",
                { chance, _ in chance.one(of: ["strict", "python", "shell", "observe"]) }
            ),
            ("syscalls", "on_violation", { chance, _ in chance.one(of: ["errno", "errno", "kill"]) }),
            ("limits", "wall", { chance, _ in chance.one(of: ["1s", "2s", "unlimited"]) }),
            ("limits", "memory", { chance, _ in chance.one(of: ["1MiB", "2MiB", "unlimited"]) }),
            ("tools", "allow", { chance, _ in list(chance.some(3, tool)) }),
            ("tools", "approve", { chance, _ in list(chance.some(2, tool)) }),
            ("limits", "tool_calls", { chance, _ in chance.one(of: ["1", "2", "unlimited"]) }),
            ("scan", "patterns", { chance, _ in list(chance.some(3, pattern)) }),
            ("scan", "confidence", { chance, _ in chance.one(of: ["0", "0.5", "0.6"]) }),
            (
                "scan", "threats",
                { chance, _ in
                    "{code_execution: \(chance.one(of: actions)), sandbox_escape: {review: \(chance.one(of: actions))}}"
                }
            ),
            ("audit", "denials", { chance, _ in chance.one(of: ["written", "sync"]) }),
            ("audit", "code", { chance, _ in chance.one(of: ["digest", "excerpt", "full"]) }),
            ("audit", "max_bytes", { chance, _ in chance.one(of: ["1MiB", "unlimited"]) }),
        ]
    private static let actions = ["allow", "warn", "ask", "deny"]
    static let calls = [
        "bpf", "clone", "connect", "getpid", "ioctl", "kill", "openat", "personality", "prctl", "ptrace",
        "semget",
        "sendto", "socket", "unlink", "vmsplice",
    ]

    init(_ chance: inout Chance, _ paths: [String]) {
        for maker in Self.makers where chance.one(of: [true, false]) {
            keys.append((maker.section, maker.key, maker.make(&chance, paths)))
        }
    }

    /// The same with one or two keys drawn anew.
    func changed(_ chance: inout Chance, _ paths: [String]) -> RandomDocument {
        var document = self
        for _ in 0..<chance.one(of: [1, 1, 2]) {
            let maker = chance.one(of: Self.makers)
            document.keys.removeAll { $0.section == maker.section && $0.key == maker.key }
            document.keys.append((maker.section, maker.key, maker.make(&chance, paths)))
        }
        return document
    }

    var text: String {
        var sections: [String: [String]] = [:]
        for key in keys { sections[key.section, default: []].append("  \(key.key): \(key.value)") }
        return sections.sorted { $0.key < $1.key }.map { "\($0.key):\n" + $0.value.joined(separator: "\n") }
            .joined(separator: "\n")
    }

    private static func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }
    @Sendable private static func paths(_ chance: inout Chance, _ paths: [String]) -> String {
        list(chance.some(3) { $0.one(of: paths) })
    }

    @Sendable static func endpoint(_ chance: inout Chance) -> String {
        let host = chance.one(of: ["one.example", "two.example", "192.0.2.1", "192.0.2.2", "'any'"])
        return host == "'any'" ? "any" : "'tcp://\(host):\(chance.one(of: ["1", "2"]))'"
    }

    @Sendable private static func tool(_ chance: inout Chance) -> String {
        chance.one(of: ["a", "ab", "b", "'a*'", "'*b'", "'?'", "'*'", "'a?*'"])
    }

    @Sendable private static func pattern(_ chance: inout Chance) -> String {
        let form = chance.one(of: ["contains", "glob", "regex"])
        let pieces =
            switch form {
            case "contains": ["a", "b", "ab", "ba"]
            case "glob": ["a", "b", "*", "?", "[ab]", "[!a]"]
            default: ["a", "b", "a+", "(?:ab)*", "[^a]", "b?", "^", "$", "\\b", "a{2,3}", "(?i)b", "a|b"]
            }
        let text = "a" + chance.some(3) { $0.one(of: pieces) }.joined() + chance.one(of: ["a", "b"])
        let place = chance.one(of: ["any", "any", "any", "strings", "comments"])
        return "{\(form): '\(text)', in: \(place), level: \(chance.one(of: ["block", "review"]))}"
    }
}

/// An act that such policies may judge differently.
func randomAct(_ chance: inout Chance, _ world: World) -> Attempt {
    let path = world.root.appending(chance.one(of: world.paths)).appending(
        chance.one(of: ["", "", "f", "new"]))
    switch chance.next() % 9 {
    case 0, 1: return .open(path.normalised, writes: chance.one(of: [true, false]))
    case 2: return .execute(path.normalised)
    case 3:
        let text = RandomDocument.endpoint(&chance).filter { $0 != "'" }
        let endpoint = (try? Endpoint(parsing: text == "any" ? "tcp://198.51.100.7:9" : text)) ?? .any
        return chance.one(of: [.connect(endpoint), .listen(endpoint)])
    case 4:
        let values: [UInt64] = [0, 1, 2, 3, 8, 10, 16, 0x5412, 0x5402, 0x1000_0000, .max]
        return .call(chance.one(of: RandomDocument.calls), (0..<3).map { _ in chance.one(of: values) })
    case 5:
        return chance.one(of: [
            .use(.wall, chance.one(of: [1_000_000_000, 1_500_000_000, 3_000_000_000])),
            .use(.memory, chance.one(of: [1 << 20, 3 << 19, 1 << 30])), .trail(chance.one(of: [1, 1 << 30])),
            .powerCut, .forgottenCode(.full),
            .without(.landlock), .unseenOpen, .unseenWrite,
        ])
    case 6:
        return chance.one(of: [
            .tool(chance.one(of: ["a", "b", "ab", "abb", "bb", "c"])), .cap(.toolCalls, 2),
        ])
    case 7:
        return .finding(
            chance.one(of: [.codeExecution, .sandboxEscape, .networkAccess]), chance.one(of: Level.allCases),
            confidence: chance.one(of: [0, 0.5, 0.55, 0.6, 1]))
    default:
        let text = chance.some(9) { $0.one(of: ["a", "b", "B", " ", "\n", "."]) }.joined()
        return chance.one(of: [
            .code(text, .other), .code("# \(text)", .python), .code("x = '''\(text)'''\n", .python),
        ])
    }
}
