import Supervise
import Testing

@testable import Session

@Suite("The times of a session")
struct CellClockTests {
    private static let second: UInt64 = 1_000_000_000

    private func clock(
        wall: UInt64? = nil, cpu: UInt64? = nil, idle: UInt64? = nil, session: UInt64? = nil
    ) -> CellClock {
        CellClock(
            wall: wall.map { $0 * Self.second }, cpu: cpu.map { $0 * Self.second },
            idle: idle.map { $0 * Self.second }, sessionWall: session.map { $0 * Self.second },
            sessionStart: 0, now: 0)
    }

    private func due(_ clock: inout CellClock, at seconds: UInt64, cpu: UInt64 = 0) -> CellClock.Due {
        clock.due(at: seconds * Self.second, cpu: cpu * Self.second)
    }

    @Test("a cell has its wall time, from its own beginning, without the time of tools")
    func wall() {
        var clock = clock(wall: 10)
        clock.begin(at: 100 * Self.second, cpu: 0)
        #expect(clock.deadline == 110 * Self.second)
        clock.pause(at: 104 * Self.second)
        #expect(clock.deadline == nil)
        #expect(due(&clock, at: 1_000) == .nothing)
        clock.resume(at: 1_000 * Self.second)
        #expect(clock.deadline == 1_006 * Self.second)
        #expect(due(&clock, at: 1_005) == .nothing)
        #expect(
            due(&clock, at: 1_006)
                == .interrupt(limit: "wall", measured: 10 * Self.second, allowed: 10 * Self.second))
        #expect(due(&clock, at: 1_006) == .nothing)
        #expect(clock.deadline == 1_006 * Self.second + Step.grace)
        #expect(due(&clock, at: 1_007) == .kill)
        #expect(due(&clock, at: 1_008) == .nothing)
    }

    @Test("a cell that heeds the interrupt is not killed")
    func heeded() {
        var clock = clock(wall: 1)
        clock.begin(at: 0, cpu: 0)
        _ = due(&clock, at: 1)
        clock.end(at: Self.second, cpu: 0)
        #expect(due(&clock, at: 5) == .nothing)
    }

    @Test("processor time counts from the beginning of a cell, and after it")
    func cpu() {
        var clock = clock(cpu: 2)
        clock.begin(at: 0, cpu: 50 * Self.second)
        #expect(due(&clock, at: 1, cpu: 52) == .nothing)
        #expect(
            due(&clock, at: 1, cpu: 53)
                == .interrupt(limit: "cpu", measured: 3 * Self.second, allowed: 2 * Self.second))
        clock.end(at: Self.second, cpu: 53 * Self.second)
        #expect(due(&clock, at: 60, cpu: 55) == .nothing)
        #expect(
            due(&clock, at: 60, cpu: 56)
                == .background(limit: "cpu", measured: 3 * Self.second, allowed: 2 * Self.second))
    }

    @Test("idleness and age end the session")
    func session() {
        var clock = clock(idle: 5, session: 60)
        clock.begin(at: 0, cpu: 0)
        #expect(due(&clock, at: 30) == .nothing)
        clock.end(at: 30 * Self.second, cpu: 0)
        #expect(clock.deadline == 35 * Self.second)
        #expect(
            due(&clock, at: 35) == .over(limit: "idle", measured: 5 * Self.second, allowed: 5 * Self.second))
        clock.begin(at: 36 * Self.second, cpu: 0)
        #expect(
            due(&clock, at: 60)
                == .over(limit: "session_wall", measured: 60 * Self.second, allowed: 60 * Self.second))
    }

    @Test("a moment before the tool's answer is no time at all")
    func readTwice() {
        var clock = CellClock(
            wall: 1_000, cpu: nil, idle: nil, sessionWall: nil, sessionStart: 0, now: 0)
        clock.begin(at: 100, cpu: 0)
        clock.pause(at: 50)
        clock.resume(at: 300)
        #expect(clock.due(at: 200, cpu: 0) == .nothing)
        clock.pause(at: 400)
        clock.resume(at: 400)
        #expect(clock.due(at: 1_299, cpu: 0) == .nothing)
        #expect(clock.due(at: 1_300, cpu: 0) == .interrupt(limit: "wall", measured: 1_000, allowed: 1_000))
    }
}
