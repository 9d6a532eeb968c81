import Event
import Foundation
import Linux
import Testing

@testable import Audit

/// Whatever is done to a trail after it was written is noticed.
@Suite("Verification of a trail")
struct VerificationTests {
    private func lines(_ bytes: [UInt8]) -> [[UInt8]] { bytes.split(separator: 10).map { $0 + [10] } }

    @Test("a trail as it was written is sound")
    func sound() throws {
        let trails = Trails()
        let (run, bytes) = try trails.sealed()
        let verification = Verification.of(run, in: trails.store)
        #expect(verification.isSound)
        #expect(verification.lines == 5)
        #expect(verification.fault.isEmpty)
        #expect(verification == Verification.check(bytes, run: run))
    }

    @Test("any byte that is changed is noticed")
    func flipped() throws {
        let (run, bytes) = try Trails().sealed(lines: 3)
        for place in bytes.indices {
            for bit in [0, 3, 7] {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(!Verification.check(changed, run: run).isSound, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test("any end that is missing is noticed")
    func truncated() throws {
        let (run, bytes) = try Trails().sealed(lines: 3)
        for count in 0..<bytes.count {
            #expect(!Verification.check(Array(bytes.prefix(count)), run: run).isSound, "\(count) bytes")
        }
    }

    @Test("a missing seal is told from a broken chain")
    func cutOff() throws {
        let (run, bytes) = try Trails().sealed()
        let open = Verification.check(lines(bytes).dropLast().flatMap { $0 }, run: run)
        #expect(open.state == .cutOff)
        #expect(open.fault == "cut off after 4 lines: the run has no seal")
        #expect(Verification.check([], run: run).state == .cutOff)
    }

    @Test("a line that is dropped, doubled, moved or added is noticed, and where")
    func lineByLine() throws {
        let (run, bytes) = try Trails().sealed()
        let whole = lines(bytes)
        for place in whole.indices {
            var dropped = whole
            dropped.remove(at: place)
            #expect(!Verification.check(dropped.flatMap { $0 }, run: run).isSound, "dropped \(place)")
            var doubled = whole
            doubled.insert(whole[place], at: place)
            #expect(!Verification.check(doubled.flatMap { $0 }, run: run).isSound, "doubled \(place)")
            guard place > 0 else { continue }
            var moved = whole
            moved.swapAt(place, place - 1)
            let verification = Verification.check(moved.flatMap { $0 }, run: run)
            guard case .broken(let line, let reason) = verification.state else {
                Issue.record("moved \(place): \(verification.state)")
                continue
            }
            #expect(line == place)
            #expect(reason.contains("chain breaks"))
        }
        let added = Verification.check(bytes + whole[0], run: run)
        #expect(added.state == .broken(line: 6, reason: "a line follows the seal"))
    }

    @Test("the trail of one run does not pass for another's")
    func otherRun() throws {
        let trails = Trails()
        let (_, bytes) = try trails.sealed()
        let other = RunID(startingAt: Clock.wall)
        #expect(
            Verification.check(bytes, run: other).state
                == .broken(line: 1, reason: "the line belongs to another run or another place"))
    }

    @Test("a line rewritten with a hash of its own breaks the next")
    func rewritten() throws {
        let (run, bytes) = try Trails().sealed()
        var whole = lines(bytes)
        let first = JSONReader.value(whole[0])?.members?.filter { $0.name != "hash" } ?? []
        let forged = ChainedLine(first + [.init("note", "x")], after: .zero)
        whole[0] = forged.bytes + [10]
        guard case .broken(let line, _) = Verification.check(whole.flatMap { $0 }, run: run).state else {
            Issue.record("a forged first line is sound")
            return
        }
        #expect(line == 2)
    }

    @Test("a trail that is not there cannot be read, and says so")
    func absent() {
        let verification = Verification.of(RunID(startingAt: Clock.wall), in: Trails().store)
        #expect(!verification.isSound)
        #expect(!verification.fault.isEmpty)
    }
}
