import Event
import Foundation
import Linux
import Testing

@testable import Audit

/// What somebody may do to an audit directory after the fact, each found and named. The one who does it here has the
/// user's account and knows the format: every hash of a trail is computed anew where that is of use.
@Suite("Tampering with an audit directory")
struct TamperTests {
    /// Three runs, of which the middle one is tampered with.
    private struct Scene {
        let trails = Trails()
        var runs: [RunID] = []
        var kept: [UInt8] = []

        init() throws {
            for _ in 0..<3 { runs.append(try trails.sealed().0) }
            kept = note
        }

        var run: RunID { runs[1] }
        var store: Store { trails.store }
        var note: [UInt8] { Scene.read(store.checkpoint) }
        var lines: [[UInt8]] { trails.bytes(of: run).split(separator: 10).map(Array.init) }
        static func read(_ path: Path) -> [UInt8] {
            Array(FileManager.default.contents(atPath: path.description) ?? Data())
        }

        func write(_ bytes: [UInt8], _ path: Path) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: path.description))
        }

        func write(_ lines: [[UInt8]]) throws { try write(TamperTests.joined(lines), store.trail(of: run)) }

        /// Computes every hash anew, so that the chain holds; `renumbered`, also the places.
        func relinked(_ lines: [[UInt8]], renumbered: Bool = true, run: RunID? = nil) -> [[UInt8]] {
            var previous = Digest.zero
            return lines.enumerated().map { number, line in
                var members = JSONReader.value(line)?.members ?? []
                members.removeAll { $0.name == "hash" }
                members = members.map {
                    if renumbered, $0.name == "seq" { return .init("seq", .number(number)) }
                    if let run, $0.name == "run_id" { return .init("run_id", .string(run.description)) }
                    return $0
                }
                let chained = ChainedLine(members, after: previous)
                previous = chained.hash
                return chained.bytes
            }
        }

        func verify(keeping kept: Bool = false) throws -> DirectoryVerification {
            try DirectoryVerification(
                store, nil, keeping: kept ? [KeptCheckpoint(name: "kept", bytes: self.kept)] : [])
        }

        /// What is said of the run that was tampered with, and of nothing else.
        func fault() throws -> String {
            let found = try verify()
            #expect(found.ledger.faults.isEmpty)
            let faults = found.runs.filter { !$0.isSound }
            #expect(faults.map(\.trail.runID) == [run])
            return faults.first?.fault ?? ""
        }
    }

    private static func joined(_ lines: [some Collection<UInt8>]) -> [UInt8] {
        lines.flatMap { Array($0) + [10] }
    }

    private func replace(_ old: String, _ new: String, in line: [UInt8]) -> [UInt8] {
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(old))
        return Array(text.replacingOccurrences(of: old, with: new).utf8)
    }

    @Test("nothing was done")
    func sound() throws {
        let scene = try Scene()
        let found = try scene.verify(keeping: true)
        #expect(found.isSound)
        #expect(found.runs.count == 3)
        #expect(found.ledger.leaves.count == 6)
        #expect(found.ledger.signer != nil)
        #expect(found.ledger.notes.isEmpty)
    }

    @Test("a line is edited, deleted, inserted or moved, and the chain is left as it was")
    func naive() throws {
        for change in ["edit", "delete", "insert", "reorder"] {
            let scene = try Scene()
            var lines = scene.lines
            switch change {
            case "edit": lines[2] = replace("/secret/2", "/public/2", in: lines[2])
            case "delete": lines.remove(at: 2)
            case "insert": lines.insert(lines[1], at: 2)
            default: lines.swapAt(2, 3)
            }
            try scene.write(lines)
            #expect(try scene.fault().hasPrefix("line 3: the chain breaks here"), "\(change)")
        }
    }

    @Test("the same, and every hash is computed anew")
    func relinked() throws {
        for change in ["edit", "delete", "insert", "first line", "outcome"] {
            let scene = try Scene()
            var lines = scene.lines
            var expected = "the trail was rewritten and its chain computed anew"
            switch change {
            case "edit": lines[2] = replace("/secret/2", "/public/2", in: lines[2])
            case "delete": lines.remove(at: 2)
            case "insert": lines.insert(lines[1], at: 2)
            case "first line":
                lines[0] = replace("/secret/0", "/public/0", in: lines[0])
                expected = "line 1: the trail was replaced"
            default: lines[4] = replace("completed", "refused", in: lines[4])
            }
            try scene.write(scene.relinked(lines))
            #expect(try scene.fault().hasPrefix(expected), "\(change)")
        }
    }

    @Test("lines are moved and every hash is computed anew")
    func reordered() throws {
        let scene = try Scene()
        var lines = scene.lines
        lines.swapAt(2, 3)
        try scene.write(scene.relinked(lines))
        #expect(try scene.fault().hasPrefix("line 4: the line is older than the one before"))
        try scene.write(scene.relinked(lines, renumbered: false))
        #expect(try scene.fault().hasPrefix("line 3: the line belongs to another run or another place"))
    }

    @Test("the end is cut off, at a line and within one, also with a seal forged in its place")
    func truncated() throws {
        let scene = try Scene()
        let lines = scene.lines
        try scene.write(Array(lines.dropLast()))
        #expect(try scene.fault() == "the trail was cut after 4 lines: the ledger holds its end")
        try scene.write(Array(lines.dropLast(2)) + [Array(lines[3].dropLast(20))])
        #expect(try scene.fault().hasPrefix("line 4: "))
        try scene.write(scene.relinked(Array(lines.prefix(2)) + [lines[4]]))
        #expect(try scene.fault().hasPrefix("the trail was rewritten"))
        try scene.write([UInt8](), scene.store.trail(of: scene.run))
        #expect(try scene.fault().hasPrefix("cut off after 0 lines"))
    }

    @Test("two runs change places, under their own names and under each other's")
    func swapped() throws {
        let scene = try Scene()
        let (first, second) = (scene.trails.bytes(of: scene.runs[0]), scene.trails.bytes(of: scene.runs[1]))
        try scene.write(second, scene.store.trail(of: scene.runs[0]))
        try scene.write(first, scene.store.trail(of: scene.runs[1]))
        for run in try scene.verify().runs.prefix(2) {
            #expect(run.fault.hasPrefix("line 1: the line belongs to another run"))
        }
        try scene.write(second, scene.store.trail(of: scene.runs[0]))
        let lines = first.split(separator: 10).map(Array.init)
        try scene.write(scene.relinked(lines, run: scene.run))
        #expect(try scene.verify().runs[1].fault.hasPrefix("line 1: the trail was replaced"))
    }

    @Test("a run is deleted")
    func deleted() throws {
        let scene = try Scene()
        scene.store.trail(of: scene.run).remove()
        #expect(try scene.fault() == "the trail was removed: the ledger holds its end")
        let cut = Trails()
        let run = RunID(startingAt: Clock.wall)
        do {
            let trail = try cut.open(run)
            try trail.record(Trails.event(1), counting: false)
        }
        cut.store.trail(of: run).remove()
        let found = try DirectoryVerification(cut.store, nil)
        #expect(found.runs.map(\.fault) == ["the trail was removed: the ledger holds its start"])
    }

    @Test("a run is put there that never was")
    func planted() throws {
        let scene = try Scene()
        let run = RunID(startingAt: Clock.wall)
        let lines = scene.relinked(scene.lines, run: run)
        try scene.write(TamperTests.joined(lines), scene.store.trail(of: run))
        let found = try scene.verify()
        #expect(found.runs.last?.fault.hasPrefix("the ledger does not hold its start") == true)
    }

    @Test("a run is deleted with its entries, and the ledger is linked anew")
    func forgedLedger() throws {
        let scene = try Scene()
        scene.store.trail(of: scene.run).remove()
        let name = Array(scene.run.description.utf8)
        let entries = Scene.read(scene.store.entries).split(separator: 10).filter {
            Data($0).range(of: Data(name)) == nil
        }
        try scene.write(Self.joined(entries), scene.store.entries)
        #expect(
            try scene.verify().ledger.faults == [
                "the ledger was rolled back: it has 4 entries, and its checkpoint covers 6"
            ])
        // Without the key the checkpoint cannot be forged either.
        var frontier = Frontier()
        for entry in entries { frontier.append(Merkle.leaf(entry)) }
        let origin = KeyRing.published(in: scene.store)[0].name
        let forged = Checkpoint(origin: origin, frontier, signedBy: [SigningKey(named: origin)])
        try scene.write(forged.encoded, scene.store.checkpoint)
        #expect(
            try scene.verify().ledger.faults.first?.hasPrefix("its checkpoint is not signed with") == true)
        // With the key it can, and then whoever kept an older one finds it.
        guard case .key(let key) = try KeyRing.holding(in: scene.store) else { return }
        try scene.write(
            Checkpoint(origin: origin, frontier, signedBy: [key]).encoded, scene.store.checkpoint)
        #expect(try scene.verify().isSound)
        #expect(
            try scene.verify(keeping: true).ledger.faults == [
                "the ledger was rolled back: it has 4 entries, and kept covers 6"
            ])
    }

    @Test("the ledger, its checkpoint and its keys are rolled back together, and then grow again")
    func rolledBack() throws {
        var scene = try Scene()
        let old = scene.trails.url.appendingPathComponent("old")
        try FileManager.default.copyItem(
            at: URL(fileURLWithPath: scene.store.ledger.description), to: old)
        let late = try scene.trails.sealed().0
        scene.kept = scene.note
        try FileManager.default.removeItem(atPath: scene.store.ledger.description)
        try FileManager.default.moveItem(
            at: old, to: URL(fileURLWithPath: scene.store.ledger.description))
        let found = try scene.verify(keeping: true)
        #expect(found.runs.last?.trail.runID == late)
        #expect(found.runs.last?.fault.hasPrefix("the ledger does not hold its start") == true)
        #expect(found.ledger.faults == ["the ledger was rolled back: it has 6 entries, and kept covers 8"])
        _ = try scene.trails.sealed()
        let grown = try scene.verify(keeping: true)
        #expect(
            grown.ledger.faults == [
                "the ledger was changed: its first 8 entries are not those that kept covers"
            ])
    }

    @Test("an entry of the ledger is edited, moved or cut, and nothing is signed over it afterwards")
    func editedLedger() throws {
        for change in ["edit", "reorder", "garbage", "truncate", "remove"] {
            let scene = try Scene()
            var entries = Scene.read(scene.store.entries).split(separator: 10).map(Array.init)
            switch change {
            case "edit": entries[3][60] = entries[3][60] == 0x30 ? 0x31 : 0x30
            case "reorder": entries.swapAt(1, 3)
            case "garbage": entries[3] = [UInt8](repeating: 0x20, count: 102)
            case "truncate": entries.removeLast()
            default: entries = []
            }
            if change == "remove" {
                scene.store.entries.remove()
            } else {
                try scene.write(Self.joined(entries), scene.store.entries)
            }
            #expect(!(try scene.verify().ledger.faults.isEmpty), "\(change)")
            // The next run does not paint over it.
            _ = try? scene.trails.sealed()
            let after = try scene.verify(keeping: true)
            #expect(!after.ledger.faults.isEmpty, "\(change)")
        }
    }

    @Test("the frontier is lost or forged")
    func frontier() throws {
        let scene = try Scene()
        scene.store.frontier.remove()
        _ = try scene.trails.sealed()
        #expect(try scene.verify(keeping: true).isSound)
        // One over another past leads to a checkpoint that does not fit.
        var forged = Frontier()
        for number in 0..<8 { forged.append(Merkle.leaf([UInt8(number)][...])) }
        try scene.write(forged.encoded, scene.store.frontier)
        _ = try scene.trails.sealed()
        #expect(try scene.verify().ledger.faults.first?.hasPrefix("the ledger was changed") == true)
        // Lost, and the entries were changed meanwhile: nothing is signed.
        let other = try Scene()
        other.store.frontier.remove()
        var entries = Scene.read(other.store.entries)
        entries[60] = entries[60] == 0x30 ? 0x31 : 0x30
        try other.write(entries, other.store.entries)
        let before = other.note
        #expect(throws: RecordingError.self) { try other.trails.sealed() }
        #expect(other.note == before)
    }

    @Test("the host's clock is set while a run lasts and between runs")
    func clock() throws {
        let scene = try Scene()
        var lines = scene.lines
        // An hour back between two lines, as settimeofday(2) would; the other clock goes on.
        let time = JSONReader.value(lines[2])?["time"]?.stringValue ?? ""
        let moment = try #require(Moment(rfc3339: time.utf8))
        let earlier = Moment(nanoseconds: UInt64(moment.microseconds - 3_600_000_000) * 1_000)
        lines[2] = replace(time, earlier.rfc3339, in: lines[2])
        let rewritten = Self.joined(scene.relinked(lines))
        let verification = Verification.check(rewritten, run: scene.run)
        #expect(verification.isSound)
        #expect(verification.notes.count == 2)
        #expect(verification.notes[0].hasPrefix("line 3: the host's clock was set back by 3600 s"))
        #expect(verification.notes[1].hasPrefix("line 4: the host's clock was set forward by 3600 s"))
        // No false alarm, but a note, for a clock that really was.
        let other = Trails()
        let now = Clock.wall
        for offset in [0, 7_200_000_000_000] as [UInt64] {
            _ = try other.sealed(RunID(startingAt: now - offset))
        }
        let found = try DirectoryVerification(other.store, nil)
        #expect(found.isSound)
        #expect(found.ledger.notes.first?.hasPrefix("the host's clock was set back by 7200 s") == true)
    }

    @Test("who can read the key can sign, so that is said")
    func exposedKey() throws {
        let scene = try Scene()
        let path = scene.store.keys.appending("signing").description
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(try scene.verify().ledger.faults.first?.contains("can be read by others") == true)
    }
}
