import Event
import Foundation
import Linux
import Testing

@testable import Audit

@Suite("Writing a trail")
struct TrailTests {
    @Test("the digest is SHA-256 (FIPS 180-4, appendix B.1)")
    func digest() {
        #expect(
            Digest(Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest(Array("a".utf8), Array("bc".utf8)) == Digest(Array("abc".utf8)))
        let digest = Digest(Array("abc".utf8))
        #expect(Digest(hex: digest.hex) == digest)
        #expect(Digest(hex: digest.hex.dropLast()) == nil)
        #expect(Digest(hex: "BA".utf8) == nil)
    }

    @Test("what comes again is counted and written once")
    func counted() throws {
        let trails = Trails()
        let run = RunID(startingAt: Clock.wall)
        let trail = try trails.open(run)
        for pid in 0..<1_000 {
            let event = Event(
                .policyViolation, .high, "reading /secret is not granted",
                fields: [.init("path", "/secret"), .init("pid", .number(pid))])
            try trail.record(event, counting: true)
        }
        try trail.record(Trails.event(1), counting: true)
        let tally = FileManager.default.contents(atPath: trails.store.tally(of: run).description)
        #expect(Tally.read(Array(tally ?? Data())) == [Repeat(sequence: 0, count: 999)])
        try trail.seal(Trails.end)
        #expect(!FileManager.default.fileExists(atPath: trails.store.tally(of: run).description))
        let lines = trails.bytes(of: run).split(separator: 10)
        #expect(lines.count == 3)
        let seal = JSONReader.value(lines[2])
        #expect(seal?["repeated"]?.elements == [.object([.init("seq", 0), .init("count", 999)])])
        #expect(seal?["events"] == 3)
    }

    @Test("more kinds of events than can be counted are written one by one")
    func beyondCapacity() throws {
        let trails = Trails()
        let run = RunID(startingAt: Clock.wall)
        let trail = try trails.open(run)
        let kinds = Tally.capacity + 10
        for _ in 0..<2 { for number in 0..<kinds { try trail.record(Trails.event(number), counting: true) } }
        try trail.seal(Trails.end)
        #expect(Verification.of(run, in: trails.store).isSound)
        #expect(trails.bytes(of: run).split(separator: 10).count == kinds + 10 + 1)
        let last = trails.bytes(of: run).split(separator: 10).last.flatMap { JSONReader.value($0) }
        #expect(last?["repeated"]?.elements?.count == Tally.capacity)
    }

    @Test("a trail that may not grow further still takes its seal")
    func fullTrail() throws {
        let trails = Trails()
        let run = RunID(startingAt: Clock.wall)
        let trail = try trails.open(run, maxBytes: 2_000)
        #expect(throws: RecordingError.self) {
            for number in 0..<100 { try trail.record(Trails.event(number), counting: false) }
        }
        try trail.seal(Trails.end)
        #expect(Verification.of(run, in: trails.store).isSound)
    }

    @Test("there is room for the seal, however long the trail and whatever it says")
    func room() throws {
        let trails = Trails()
        let most = JSON.number(UInt64.max)
        for lines in 0..<60 {
            let run = RunID(startingAt: Clock.wall)
            let trail = try trails.open(run)
            let path = trails.store.trail(of: run).description
            for number in 0..<lines {
                let threat = Threat.allCases[number % Threat.allCases.count]
                try trail.record(
                    Event(.policyViolation, .high, threat: threat, "\(number)"), counting: number % 2 == 0)
                try trail.record(Event(.policyViolation, .high, threat: threat, "\(number)"), counting: true)
            }
            let kept = try Path(path).status().allocated
            // As the end of a run, every number as large as can be.
            try trail.seal(
                Event(
                    .runFinished, .warning,
                    "the audit trail cannot be written, so the run was ended: \(path): No space left on device",
                    fields: [
                        .init("outcome", "interrupted"), .init("exit_status", most),
                        .init("limit", "output_bytes"),
                        .init(
                            "counts",
                            [
                                "violations": most, "tool_calls": most, "tool_calls_blocked": most,
                                "execs": most,
                            ]),
                        .init(
                            "usage",
                            [
                                "wall_ms": most, "cpu_ms": most, "peak_memory_bytes": most,
                                "processes": most, "output_bytes": most,
                            ]),
                        .init(
                            "workspace",
                            [
                                "added": most, "modified": most, "deleted": most, "renamed": most,
                                "mode": most, "cut": false, "digest": .string(Digest.zero.description),
                            ]),
                    ]))
            #expect(try Path(path).status().size <= kept, "\(lines) lines")
        }
    }

    @Test("who listens gets the lines as they are written")
    func listener() throws {
        let trails = Trails()
        let run = RunID(startingAt: Clock.wall)
        var heard: [UInt8] = []
        let trail = try trails.open(run, syncsDenials: true, listener: { heard += $0 })
        for number in 0..<3 { try trail.record(Trails.event(number), counting: false) }
        #expect(heard == trails.bytes(of: run).prefix(heard.count).map { $0 })
        try trail.seal(Trails.end)
        #expect(heard == trails.bytes(of: run))
    }

    @Test("a run has one trail")
    func once() throws {
        let trails = Trails()
        let (run, bytes) = try trails.sealed()
        #expect(throws: SystemError.self) { try trails.open(run) }
        #expect(trails.bytes(of: run) == bytes)
        // What was begun for the second one went again.
        #expect(try trails.store.runs.names() == ["\(run).jsonl"])
    }

    @Test("the audit directory is for its owner alone")
    func modes() throws {
        let trails = Trails()
        let (run, _) = try trails.sealed()
        for (path, mode) in [(trails.store.runs, 0o700), (trails.store.trail(of: run), 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path.description)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode)
        }
    }

    @Test("runs are found by the beginning or end of their name, and in the order they began")
    func names() throws {
        let trails = Trails()
        var runs: [RunID] = []
        for second in 0..<4 {
            let run = RunID(startingAt: 1_700_000_000_000_000_000 + UInt64(second) * 1_000_000_000)
            runs.append(try trails.sealed(run).0)
        }
        try Data().write(to: trails.url.appendingPathComponent("runs/notes.txt"))
        try Data().write(to: trails.url.appendingPathComponent("runs/Not-A-Run.jsonl"))
        #expect(try trails.store.all() == runs)
        #expect(try trails.store.matching("last") == [runs[3]])
        #expect(try trails.store.matching(String(runs[1].description.suffix(8))) == [runs[1]])
        #expect(try trails.store.matching("20231114") == runs)
        #expect(try trails.store.matching("never").isEmpty)
        #expect(RunID("../../../../etc/passwd-0000000") == nil)
    }

    @Test("an audit directory that is not there holds no runs")
    func empty() throws { #expect(try Trails().store.all().isEmpty) }
}
