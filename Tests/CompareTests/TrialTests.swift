import Event
import Linux
import Policy
import Scan
import Testing

@testable import Compare

/// What-ifs: acts in words, put before what decides in a run.
@Suite("What would become of an act")
struct TrialTests {
    @Test("is what each shipped profile says in its examples", arguments: Profiles.names)
    func examples(_ profile: String) throws {
        let world = try World()
        let loaded = try Policy.load(
            reference: profile, settings: [], context: world.context, checkPattern: { _ in nil },
            readsExamples: true)
        let trial = try world.trial(loaded.policy)
        #expect(loaded.examples.count >= 4)
        #expect(
            loaded.examples.contains { $0.action == .allow }
                && loaded.examples.contains { $0.action == .deny })
        for example in loaded.examples {
            let outcome = trial.outcome(try Attempt(example.act.value, in: world.context))
            #expect(outcome.answer == Answer(example.action), "\(profile): \(example.act.value): \(outcome)")
        }
    }

    @Test("no run reads the examples of a profile", arguments: Profiles.names)
    func unread(_ profile: String) throws {
        let text = String(decoding: try #require(Profiles.text(profile, withExamples: false)), as: UTF8.self)
        #expect(!text.contains("\nexamples:") && text.hasPrefix("# \(profile)"))
        let context = Policy.Context(workingDirectory: Path("/work"), home: Path("/home/u"))
        func load(_ readsExamples: Bool) throws -> Policy.Loaded {
            try Policy.load(
                reference: profile, settings: [], context: context, checkPattern: { _ in nil },
                readsExamples: readsExamples)
        }
        let (bare, full) = (try load(false), try load(true))
        #expect(bare.policy == full.policy && bare.examples.isEmpty)
    }

    @Test(
        "words name acts",
        arguments: [
            ("open a r", .open(Path("/w/a"), writes: false)),
            ("open /a b w", .open(Path("/a b"), writes: true)),
            ("open ~/x rw", .open(Path("/h/x"), writes: true)), ("exec /bin/sh", .execute(Path("/bin/sh"))),
            ("syscall prctl 0x10 3", .call("prctl", [16, 3])), ("syscall setuid -1", .call("setuid", [.max])),
            ("limit wall 2m", .use(.wall, 120_000_000_000)), ("limit processes 3", .use(.processes, 3)),
            ("finding code_execution block 0.5", .finding(.codeExecution, .block, confidence: 0.5)),
            ("code other rm  -rf", .code("rm  -rf", .other)),
        ] as [(String, Attempt)])
    func words(_ text: String, _ attempt: Attempt) throws {
        let context = Policy.Context(workingDirectory: Path("/w"), home: Path("/h"))
        #expect(try Attempt(text, in: context) == attempt)
        #expect(try Attempt(attempt.description, in: context) == attempt)
    }

    @Test(
        "what is no act is said in a sentence",
        arguments: [
            ("", "no act is given; write open PATH r|w"),
            ("opn a r", "'opn' is no act; did you mean 'open'?"),
            ("open a", "'open' has another number of words; write"),
            ("open a x", "a file is opened 'r' or 'w', not 'x'"),
            ("open a* r", "the path is 'a*'; a path is no pattern"),
            ("connect a:1", "the destination is 'a:1'"),
            ("connect any", "'any' is no single destination"), ("syscall opennat", "did you mean 'openat'?"),
            ("syscall read x", "an argument is 'x'; write a number"),
            ("limit wal 1s", "did you mean 'wall'?"),
            ("limit wall 1", "the amount is '1', which has no unit"), ("finding x block", "'x' is no threat"),
            ("finding code_execution block 2", "the confidence is '2'"),
            ("code cobol x", "'cobol' is no language"),
        ])
    func wrong(_ text: String, _ sentence: String) {
        let context = Policy.Context(workingDirectory: Path("/w"), home: Path("/h"))
        let error = #expect(throws: Misread.self) { try Attempt(text, in: context) }
        #expect(error?.why.contains(sentence) == true, "\(error?.why ?? "")")
    }

    @Test("links are followed, and a denied path is denied before it is there")
    func paths() throws {
        let world = try World()
        let trial = try world.trial(
            try world.policy("files: {read: [toA], write: [b], deny: [a/b, b/a/f, a/later]}"))
        func answer(_ act: String) throws -> Answer { trial.answer(try Attempt(act, in: world.context)) }
        #expect(try answer("open a/a/f r") == .allow)
        #expect(try answer("open toA/a/f r") == .allow)
        #expect(try answer("open toA/b/f r") == .deny)
        #expect(try answer("open toF r") == .deny)
        #expect(try answer("open a/a/f w") == .deny)
        #expect(try answer("open b/ab/new w") == .allow)
        #expect(try answer("open b/a/f w") == .deny)
        #expect(try answer("open a/later r") == .deny)
    }
}
