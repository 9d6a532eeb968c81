import Dispatch
import Event
import Foundation
import Linux
import Testing

@testable import Audit

@Suite("Writing the ledger", .timeLimit(.minutes(60)))
struct LedgerTests {
    private func read(_ path: Path) -> [UInt8] {
        Array(FileManager.default.contents(atPath: path.description) ?? Data())
    }

    private func entry(_ number: Int, _ kind: LedgerEntry.Kind = .start) -> LedgerEntry {
        LedgerEntry(
            kind, RunID(startingAt: 1_700_000_000_000_000_000 + UInt64(number) * 1_000),
            Digest(Array("\(number)".utf8)))
    }

    @Test("entries are read back, and each is as wide as the other")
    func entries() {
        for kind in LedgerEntry.Kind.allCases {
            let entry = entry(1, kind)
            #expect(entry.line.count == LedgerEntry.width)
            #expect(LedgerEntry(entry.line[...]) == entry)
        }
    }

    @Test("a thousand at once, first of all at making it: nothing is lost or torn, and all is signed")
    func crowd() throws {
        let trails = Trails()
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 1_000) { _ in
            do {
                let trail = try trails.open()
                try trail.record(Trails.event(1), counting: false)
                try trail.seal(Trails.end)
            } catch { failures.add("\(error)") }
        }
        #expect(failures.all == [])
        let found = try DirectoryVerification(trails.store, nil)
        #expect(found.isSound)
        #expect(found.runs.count == 1_000)
        #expect(found.ledger.leaves.count == 2_000)
        #expect(found.ledger.checkpoint?.size == 2_000)
        #expect(found.ledger.notes.isEmpty)
    }

    @Test("who looks while others write sees no fault")
    func watched() throws {
        let trails = Trails()
        _ = try trails.sealed()
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 240) { number in
            do {
                if number % 6 == 0 {
                    let found = try DirectoryVerification(trails.store, nil)
                    for run in found.runs where !run.isSound { failures.add(run.fault) }
                    for fault in found.ledger.faults { failures.add(fault) }
                } else {
                    _ = try trails.sealed()
                }
            } catch { failures.add("\(error)") }
        }
        #expect(failures.all == [])
    }

    @Test("half an entry, as a killed process leaves it, is dropped", arguments: [1, 50, 102])
    func torn(_ count: Int) throws {
        let trails = Trails()
        _ = try trails.sealed()
        let whole = read(trails.store.entries)
        let torn = whole + entry(9).line.prefix(count)
        try Data(torn).write(to: URL(fileURLWithPath: trails.store.entries.description))
        let reading = LedgerReading(trails.store)
        #expect(reading.faults == [])
        #expect(reading.leaves.count == 2)
        #expect(reading.notes == ["its last entry was never finished: the process that wrote it was killed"])
        _ = try trails.sealed()
        #expect(read(trails.store.entries).prefix(whole.count).elementsEqual(whole))
        let found = try DirectoryVerification(trails.store, nil)
        #expect(found.isSound && found.ledger.leaves.count == 4 && found.ledger.notes.isEmpty)
    }

    @Test("a run that goes on is no fault, and one that was cut off is")
    func running() throws {
        let trails = Trails()
        do {
            let trail = try trails.open()
            try trail.record(Trails.event(1), counting: false)
            let found = try DirectoryVerification(trails.store, nil)
            #expect(found.isSound)
            #expect(found.runs.map(\.trail.state) == [.running])
        }
        let found = try DirectoryVerification(trails.store, nil)
        #expect(found.runs.map(\.fault) == ["cut off after 1 line: the run has no seal"])
    }

    @Test("a key is changed: what was signed before and after stays sound, and the old one signs no more")
    func rotation() throws {
        let trails = Trails()
        _ = try trails.sealed()
        let before = read(trails.store.checkpoint)
        try Ledger(in: trails.store).changeKey(to: true, at: Clock.wall)
        let between = try #require(Checkpoint(read(trails.store.checkpoint)))
        let keys = KeyRing.published(in: trails.store)
        #expect(keys.count == 2)
        #expect(keys.allSatisfy { between.isSigned(by: $0) })
        _ = try trails.sealed()
        let after = try #require(Checkpoint(read(trails.store.checkpoint)))
        #expect(!after.isSigned(by: keys[0]) && after.isSigned(by: keys[1]))
        let kept = [KeptCheckpoint(name: "kept", bytes: before)]
        let found = try DirectoryVerification(trails.store, nil, keeping: kept)
        #expect(found.isSound && found.ledger.signer == keys[1])
        // An auditor who was given a key believes no other.
        let trusting = try DirectoryVerification(trails.store, nil, trusting: [keys[0]])
        #expect(!trusting.isSound)
    }

    @Test("without a key nothing is signed, and that is said")
    func keyless() throws {
        let trails = Trails()
        _ = try trails.sealed()
        let old = KeyRing.published(in: trails.store)
        try Ledger(in: trails.store).changeKey(to: false, at: Clock.wall)
        _ = try trails.sealed()
        let checkpoint = try #require(Checkpoint(read(trails.store.checkpoint)))
        #expect(!checkpoint.isSigned && checkpoint.encoded == read(trails.store.checkpoint))
        let found = try DirectoryVerification(trails.store, nil)
        #expect(found.isSound && found.ledger.signer == nil)
        #expect(found.ledger.notes.first?.contains("is not signed") == true)
        try Ledger(in: trails.store).changeKey(to: true, at: Clock.wall)
        let again = try DirectoryVerification(trails.store, nil)
        #expect(again.isSound && again.ledger.signer != nil && again.ledger.signer != old.first)
    }

    @Test("keys are for their owner alone, and a run's proof stands on its own")
    func proof() throws {
        let trails = Trails()
        let (run, bytes) = try trails.sealed()
        for _ in 0..<5 { _ = try trails.sealed() }
        for (path, mode) in [
            (trails.store.keys, 0o700), (trails.store.ledger, 0o700),
            (trails.store.keys.appending("signing"), 0o600),
            (trails.store.entries, 0o600), (trails.store.checkpoint, 0o600),
        ] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path.description)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode, "\(path)")
        }
        let ledger = LedgerReading(trails.store)
        let key = try #require(ledger.signer)
        let proof = try #require(RunProof(run, in: ledger))
        #expect(RunProof(proof.encoded) == proof)
        let trail = Verification.check(bytes, run: run)
        #expect(proof.objection(to: trail, key: key) == nil)
        #expect(proof.objection(to: trail, key: SigningKey(named: key.name).verifier) != nil)
        let (other, others) = try trails.sealed()
        #expect(proof.objection(to: Verification.check(others, run: other), key: key) != nil)
        var random = Seeded(5)
        for _ in 0..<2_000 {
            let changed = FuzzTests.mutate(proof.encoded, &random)
            guard let read = RunProof(changed), read != proof else { continue }
            #expect(read.objection(to: trail, key: key) != nil, "\(String(decoding: changed, as: UTF8.self))")
        }
    }
}

/// What went wrong on any thread.
final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var sentences: [String] = []

    func add(_ sentence: String) { lock.withLock { sentences.append(sentence) } }
    var all: [String] { lock.withLock { sentences } }
}
