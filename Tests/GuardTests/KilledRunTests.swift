import Audit
import Event
import Foundation
import Linux
import Testing

/// guardrun killed at any moment of a run: what was refused and answered is on the disk, and nothing is taken for
/// tampering. `GUARDRUN_KILLS=500` tries so many moments; without it a few.
@Suite("Runs whose guardrun was killed", .timeLimit(.minutes(60)))
struct KilledRunTests {
    private static let kills =
        ProcessInfo.processInfo.environment["GUARDRUN_KILLS"].flatMap { Int($0) } ?? 12

    /// Refused files, one audit directory for all runs, and where a run counts what it was answered.
    private struct Place {
        let scratch: Scratch
        let outside: Scratch
        let caller: Caller

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
            outside = try Scratch(for: caller)
            for number in 0..<64 { try outside.file("\(number)") }
        }

        var store: Store { Store(Path(scratch.path("audit"))) }

        /// Starts a run that is refused so many times.
        func start(_ times: Int) throws -> Running {
            try scratch.file("work/answers", "")
            let work = scratch.path("work")
            let words = [
                Shared.guardrun, "-q", "-p", "python", "--set", "files.write=[\(work)]", "--audit",
                scratch.path("audit"), "--", Shared.victim, "open-in-turn", outside.url.path,
                "\(times)",
                "\(work)/answers",
            ]
            return try Running(words, as: caller, in: scratch.url)
        }

        var answered: Int { scratch.contents("work/answers")?.utf8.count ?? 0 }

        /// How many refusals the trail of the last run holds: a line each, or counted beside it, or in the seal.
        func held() throws -> Int {
            guard let run = try store.all().last else { return 0 }
            let bytes = (try? store.trail(of: run).contents(atMost: 1 << 24)) ?? []
            let events = bytes.split(separator: 10).compactMap { JSONReader.value($0) }
            let lines = events.count { $0["type"] == "policy_violation" }
            let tally = Tally.read((try? store.tally(of: run).contents(atMost: 1 << 20)) ?? [])
            let sealed = events.last?["repeated"]?.elements ?? []
            let again =
                sealed.isEmpty
                ? tally.reduce(0) { $0 + Int($1.count) }
                : sealed.reduce(0) { $0 + Int($1["count"]?.intValue ?? 0) }
            return lines + again
        }
    }

    @Test("at random", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let place = try Place(caller)
        let start = Date()
        #expect(try place.start(400).finish().status == 0)
        let whole = Date().timeIntervalSince(start)
        #expect(place.answered == 400)
        #expect(try place.held() == 400)
        var (cutOff, sealed) = (0, 0)
        for number in 0..<Self.kills {
            // While it is refused things without end; or while it starts, goes on and is sealed.
            let isLong = number % 4 > 0
            let running = try place.start(isLong ? 1_000_000 : 100)
            if isLong {
                let wanted = Int.random(in: 0..<600)
                while running.isAlive, place.answered < wanted { usleep(200) }
            }
            usleep(UInt32(Double.random(in: 0..<(isLong ? 0.002 : whole)) * 1e6))
            running.send(SIGKILL)
            let end = running.finish()
            let answered = place.answered
            guard let run = try place.store.all().last else { continue }
            // Nothing may have been answered where the trail has not begun; then the last one is that of another run.
            if answered > 0 { #expect(try place.held() >= answered, "kill \(number), status \(end.status)") }
            switch Verification.of(run, in: place.store).state {
            case .cutOff: cutOff += 1
            case .sound: sealed += 1
            case let state: Issue.record("kill \(number): \(state)")
            }
        }
        print("guardrun killed \(Self.kills) times as \(caller): \(cutOff) cut off, \(sealed) sealed")
        #expect(cutOff > 0)
        let found = try DirectoryVerification(place.store, nil)
        #expect(found.ledger.faults == [])
        for run in found.runs {
            #expect(run.isSound || run.fault.hasPrefix("cut off after "), "\(run.fault)")
        }
        // And the next run goes as if nothing had been.
        #expect(try place.start(400).finish().status == 0)
        #expect(try place.held() == 400)
    }
}
