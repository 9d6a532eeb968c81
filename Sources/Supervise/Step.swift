import Event
import Glibc
import Linux
import Policy
import Sandbox

/// Why a run ends before its program does.
package enum Ending: Equatable, Sendable {
    /// A limit by its policy name, with what was measured and what was allowed, in its unit.
    case limit(String, measured: String, allowed: String)
    case policy
    case unrecorded(RecordingError)
    case unprotected(LaunchError)
    /// Whoever holds the session wants nothing more of it; the reason.
    case asked(String)
    /// What the guarded side said is not of the protocol; what it said.
    case malformed(String)
}

/// What happened, as the supervisor sees it.
package enum Input: Equatable, Sendable {
    /// Nothing but time.
    case tick
    case sample(Sample)
    /// Bytes the run wrote to its standard streams so far.
    case output(UInt64)
    /// One program too many was started.
    case execsExceeded(Int)
    /// A process more than there may be was refused.
    case forkRefused(UInt64)
    /// A process with all the files open that it may have asked for one more.
    case filesExhausted(UInt64)
    case violationKills
    case unrecorded(RecordingError)
    /// The supervisor could not give up what it does not need.
    case unprotected(LaunchError)
    /// A signal that was sent to guardrun.
    case signal(Int32)
    /// The program was executed.
    case started
    /// What goes on beside the run ends it.
    case ended(Ending)
}

/// What is to be done about it.
package enum Effect: Equatable, Sendable {
    case record(Event)
    /// Send a signal to the main process.
    case signal(Int32)
    /// Kill everything.
    case kill
    /// Stop the run, and guardrun with it, until it is continued.
    case suspend
    /// Kill everything, for this reason.
    case end(Ending)
}

/// Decides, from what happens and when, how the run goes on. It does nothing itself, so that every case can be
/// tried without a process.
package struct Step: Sendable {
    private let limits: Limits
    /// Between a polite signal and the last one, in nanoseconds.
    package static let grace: UInt64 = 1_000_000_000
    private var wallDeadline: UInt64?
    private var graceDeadline: UInt64?
    /// After a signal that asks for the end; longer than the grace of a limit, because the program may clean up.
    package static let patience: UInt64 = 10_000_000_000
    private var patienceDeadline: UInt64?
    private var reported: Set<String> = []
    package private(set) var ending: Ending?
    /// A signal to guardrun that asked the run to end.
    package private(set) var interruption: Int32?

    package init(_ limits: Limits) { self.limits = limits }

    /// The moment that the next tick matters at.
    package var deadline: UInt64? {
        [graceDeadline ?? wallDeadline, patienceDeadline].compactMap { $0 }.min()
    }

    package mutating func take(_ input: Input, at now: UInt64) -> [Effect] {
        switch input {
        case .started:
            wallDeadline = limits.wall.map { now + $0 }
            return []
        case .tick: return tick(now)
        case .sample(let sample): return judge(sample, now)
        case .output(let total):
            guard let limit = limits.output, total > limit else { return [] }
            return exceed("output", Amount.bytes(total), Amount.bytes(limit), now, politely: true)
        case .execsExceeded(let count):
            return exceed("execs", "\(count)", "\(limits.execs ?? 0)", now, politely: false)
        case .forkRefused(let count):
            return refuse("processes", "\(count)", "\(limits.processes ?? 0)", "EAGAIN")
        case .filesExhausted(let count):
            return refuse("open_files", "\(count)", "\(limits.openFiles ?? 0)", "EMFILE")
        case .violationKills:
            guard ending == nil else { return [] }
            ending = .policy
            return [.kill]
        case .unrecorded(let error):
            guard ending == nil else { return [] }
            ending = .unrecorded(error)
            return [.kill]
        case .unprotected(let error):
            guard ending == nil else { return [] }
            ending = .unprotected(error)
            return [.kill]
        case .signal(let number): return signal(number, now)
        case .ended(let ending):
            guard self.ending == nil else { return [] }
            self.ending = ending
            return [.kill]
        }
    }

    private mutating func tick(_ now: UInt64) -> [Effect] {
        if let deadline = patienceDeadline, now >= deadline {
            patienceDeadline = nil
            return [.kill]
        }
        if let deadline = graceDeadline {
            guard now >= deadline else { return [] }
            graceDeadline = nil
            return [.kill]
        }
        guard let deadline = wallDeadline, let limit = limits.wall, now >= deadline else { return [] }
        wallDeadline = nil
        let measured = now - deadline + limit
        return exceed("wall", Amount.time(measured), Amount.time(limit), now, politely: true)
    }

    private mutating func judge(_ sample: Sample, _ now: UInt64) -> [Effect] {
        var effects: [Effect] = []
        if let limit = limits.cpu, sample.cpu > limit {
            effects += exceed("cpu", Amount.time(sample.cpu), Amount.time(limit), now, politely: true)
        }
        if let limit = limits.memory, sample.memory > limit || sample.memoryKills > 0 {
            let measured = sample.memoryKills > 0 ? max(sample.memoryPeak, limit) : sample.memory
            effects += exceed("memory", Amount.bytes(measured), Amount.bytes(limit), now, politely: false)
        }
        if let limit = limits.disk, sample.disk > limit {
            effects += exceed("disk", Amount.bytes(sample.disk), Amount.bytes(limit), now, politely: false)
        }
        if let limit = limits.processes, sample.processes > limit {
            effects += exceed("processes", "\(sample.processes)", "\(limit)", now, politely: false)
        } else if let limit = limits.processes, sample.processes >= limit || sample.forkRefusals > 0 {
            let measured =
                sample.forkRefusals > 0
                ? "\(limit) and \(sample.forkRefusals) refused" : "\(sample.processes)"
            effects += refuse("processes", measured, "\(limit)", "EAGAIN")
        }
        if let limit = limits.openFiles, sample.openFiles >= limit {
            effects += refuse("open_files", "\(sample.openFiles)", "\(limit)", "EMFILE")
        }
        if let limit = limits.fileSize, let path = sample.fullFile {
            effects += refuse("file_size", "\(Amount.bytes(limit)) in \(path)", Amount.bytes(limit), "EFBIG")
        }
        return effects
    }

    /// A limit that ends the run, once.
    private mutating func exceed(
        _ name: String, _ measured: String, _ allowed: String, _ now: UInt64, politely: Bool
    ) -> [Effect] {
        guard ending == nil else { return [] }
        ending = .limit(name, measured: measured, allowed: allowed)
        let event = LimitEvent.event(
            name, measured: measured, allowed: allowed, consequence: "the run is ended", severity: .high)
        guard politely else { return [.record(event), .kill] }
        graceDeadline = now + Self.grace
        return [.record(event), .signal(SIGTERM)]
    }

    /// A limit that the kernel keeps by refusing, said once.
    private mutating func refuse(_ name: String, _ measured: String, _ allowed: String, _ errno: String)
        -> [Effect]
    {
        guard reported.insert(name).inserted else { return [] }
        return [
            .record(
                LimitEvent.event(
                    name, measured: measured, allowed: allowed, consequence: "more is refused with \(errno)",
                    severity: .warning))
        ]
    }

    private mutating func signal(_ number: Int32, _ now: UInt64) -> [Effect] {
        if number == SIGTSTP { return [.suspend] }
        guard Interruption.isAsked(by: number) else { return [.signal(number)] }
        // Who asks twice does not want to wait. Ctrl-C is for the program alone, which may mean something else by it.
        let isFinal = number == SIGTERM || number == SIGHUP
        let isAskedAgain = isFinal && patienceDeadline != nil
        if isFinal { patienceDeadline = patienceDeadline ?? now + Self.patience }
        interruption = number
        let name = SignalName.of(number)
        return [
            .record(
                Event(
                    .interrupted, .warning, "\(name) was sent to guardrun and passed on to the program",
                    fields: [.init("signal", .string(name)), .init("by", "operator")])),
            isAskedAgain ? .kill : .signal(number),
        ]
    }
}

/// The event of a limit.
package enum LimitEvent {
    package static func event(
        _ name: String, measured: String, allowed: String, consequence: String, severity: Event.Severity
    ) -> Event {
        Event(
            .limitExceeded, severity, rule: "limits.\(name)", threat: .resourceExhaustion,
            "the limit \(name) of \(allowed) is reached (\(measured)): \(consequence)",
            fields: [
                .init("limit", .string(name)), .init("measured", .string(measured)),
                .init("allowed", .string(allowed)),
            ])
    }
}

/// Amounts as people write them.
package enum Amount {
    /// `1.5 GiB`, `512 MiB`, `20 B`.
    package static func bytes(_ count: UInt64) -> String {
        for (unit, size) in [("GiB", UInt64(1 << 30)), ("MiB", 1 << 20), ("KiB", 1 << 10)] where count >= size
        {
            return decimal(count, size) + " " + unit
        }
        return "\(count) B"
    }

    /// `1.25 s`, `800 ms`.
    package static func time(_ nanoseconds: UInt64) -> String {
        nanoseconds >= 1_000_000_000
            ? decimal(nanoseconds, 1_000_000_000) + " s" : "\(nanoseconds / 1_000_000) ms"
    }

    /// At most two decimals, and none that are zero.
    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        let hundredths = rest * 100 / unit
        if hundredths == 0 { return "\(whole)" }
        return hundredths % 10 == 0
            ? "\(whole).\(hundredths / 10)" : "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
    }
}

/// Signals by name (signal(7)).
package enum SignalName {
    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT",
        SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
        SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGCHLD: "SIGCHLD",
        SIGCONT: "SIGCONT", SIGSTOP: "SIGSTOP", SIGTSTP: "SIGTSTP", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
        SIGSYS: "SIGSYS", SIGTRAP: "SIGTRAP", SIGWINCH: "SIGWINCH",
    ]

    package static func of(_ number: Int32) -> String { names[number] ?? "signal \(number)" }
}
