import Supervise

/// The times of a session: how long a cell may take and compute, how long nothing may happen, and how long it may all
/// last. It decides and does nothing, so that every case can be tried without a process. Times are in nanoseconds on
/// the monotonic clock.
package struct CellClock: Equatable, Sendable {
    /// What is due.
    package enum Due: Equatable, Sendable {
        case nothing
        /// The cell has reached a limit and is to be interrupted.
        case interrupt(limit: String, measured: UInt64, allowed: UInt64)
        /// The interrupt did not end the cell.
        case kill
        /// What the last cell left behind has reached a limit, with no cell to interrupt.
        case background(limit: String, measured: UInt64, allowed: UInt64)
        /// The session has reached a limit.
        case over(limit: String, measured: UInt64, allowed: UInt64)
    }

    private enum State: Equatable, Sendable {
        case free(since: UInt64, cpu: UInt64)
        case running(since: UInt64, spent: UInt64, cpu: UInt64)
        /// A tool is at work outside: the cell's time stands still.
        case paused(spent: UInt64, cpu: UInt64)
    }

    private let wall: UInt64?
    private let cpu: UInt64?
    private let idle: UInt64?
    private let sessionWall: UInt64?
    private let sessionStart: UInt64
    private var state: State
    private var grace: UInt64?

    /// A session that began at one moment and whose interpreter starts at another; starting takes its time as a cell
    /// does.
    package init(
        wall: UInt64?, cpu: UInt64?, idle: UInt64?, sessionWall: UInt64?, sessionStart: UInt64, now: UInt64
    ) {
        self.wall = wall
        self.cpu = cpu
        self.idle = idle
        self.sessionWall = sessionWall
        self.sessionStart = sessionStart
        state = .running(since: now, spent: 0, cpu: 0)
    }

    package mutating func begin(at now: UInt64, cpu: UInt64) {
        state = .running(since: now, spent: 0, cpu: cpu)
        grace = nil
    }

    package mutating func pause(at now: UInt64) {
        guard case .running(let since, let spent, let cpu) = state else { return }
        state = .paused(spent: spent + (now - min(now, since)), cpu: cpu)
    }

    package mutating func resume(at now: UInt64) {
        guard case .paused(let spent, let cpu) = state else { return }
        state = .running(since: now, spent: spent, cpu: cpu)
    }

    package mutating func end(at now: UInt64, cpu: UInt64) {
        state = .free(since: now, cpu: cpu)
        grace = nil
    }

    /// The cell was interrupted, and has until the grace is over.
    package mutating func interrupt(at now: UInt64) { grace = grace ?? now + Step.grace }

    /// When `due` may change its answer.
    package var deadline: UInt64? {
        var times: [UInt64] = []
        if let grace { times.append(grace) }
        if let sessionWall { times.append(sessionStart + sessionWall) }
        switch state {
        case .free(let since, _): if let idle { times.append(since + idle) }
        case .running(let since, let spent, _):
            if let wall, grace == nil { times.append(since + wall - min(wall, spent)) }
        case .paused: break
        }
        return times.min()
    }

    /// - Parameter cpu: processor time that the run has used so far.
    package mutating func due(at now: UInt64, cpu used: UInt64) -> Due {
        if let grace, now >= grace {
            // Once is enough.
            self.grace = .max
            return .kill
        }
        if let sessionWall, now >= sessionStart + sessionWall {
            return .over(limit: "session_wall", measured: now - sessionStart, allowed: sessionWall)
        }
        switch state {
        case .free(let since, let base):
            let burnt = used - min(used, base)
            if let cpu, burnt > cpu { return .background(limit: "cpu", measured: burnt, allowed: cpu) }
            guard let idle, now >= since + idle else { return .nothing }
            return .over(limit: "idle", measured: now - since, allowed: idle)
        case .running(let since, let spent, let base):
            guard grace == nil else { return .nothing }
            // A clock that was read twice in one turn may have gone on between.
            let taken = spent + (now - min(now, since))
            if let wall, taken >= wall { return exceed("wall", taken, wall, now) }
            let burnt = used - min(used, base)
            if let cpu, burnt > cpu { return exceed("cpu", burnt, cpu, now) }
            return .nothing
        case .paused: return .nothing
        }
    }

    private mutating func exceed(_ limit: String, _ measured: UInt64, _ allowed: UInt64, _ now: UInt64) -> Due
    {
        interrupt(at: now)
        return .interrupt(limit: limit, measured: measured, allowed: allowed)
    }
}
