import Event
import Glibc
import Linux
import Policy
import Sandbox

/// Watches a run from its first instruction to the end of its last process: one loop, one thread, one wait.
package final class Supervision {
    private let child: Child
    private let confined: Confined
    private let gate: Gate?
    /// Whether calls can still arrive: the listener ends with the last filtered process.
    private var isListening: Bool
    private var isProtected = false
    private var step: Step
    private var sampler: Sampler
    private var meter: OutputMeter
    private let streams: Streams
    private let signals: SignalQueue
    private let recorder: any Recorder
    private let plan: Plan
    private let companion: (any Companion)?

    private var report: Report?
    private var startedAt: UInt64 = 0
    private var nextSample: UInt64 = 0
    /// Kept from turn to turn for its memory.
    private var polled = PollSet()
    private var usage = Usage()
    private var last = Sample()

    /// - Parameters:
    ///   - child: confined and waiting; nothing of the program has run.
    ///   - signals: those sent to guardrun, already blocked.
    ///   - companion: what goes on beside the run, if anything does.
    package init(
        _ child: Child, _ confined: Confined, plan: Plan, destinations: Destinations,
        streams: Streams, signals: SignalQueue, recorder: any Recorder, companion: (any Companion)? = nil
    ) {
        self.companion = companion
        let census = Census(plan, root: confined.root.number, initPID: child.initPID)
        sampler = Sampler(plan, root: confined.root.number, census: census)
        isListening = confined.listener != nil
        gate = confined.listener.map {
            Gate(
                $0, root: confined.root.number, census: census, plan: plan, destinations: destinations,
                datagrams: confined.datagrams, recorder: recorder)
        }
        self.confined = confined
        self.child = child
        self.plan = plan
        self.streams = streams
        self.signals = signals
        self.recorder = recorder
        var limits = plan.limits
        if companion?.holdsMemory == true { limits.memory = nil }
        step = Step(limits)
        meter = OutputMeter(limit: plan.limits.output)
    }

    /// Lets the program run and returns when nothing of it is left and all its output is passed on. Process 1 may
    /// still be on its way out: `Child.reap` waits for it.
    package func run() -> Outcome {
        startedAt = Clock.monotonic
        nextSample = startedAt + Self.firstSample
        child.execute(confined)
        if !isListening { protect() }
        while report == nil { turn() }
        gate?.drain().forEach(follow)
        // Process 1 says it has exited when nothing else is left; killed, it takes everything along as it goes.
        usage.wall = Clock.monotonic - startedAt
        lookBack()
        child.dismiss()
        if report == .gone { child.reap() }
        plan.clear()
        let wasEnded = step.ending != nil || step.interruption != nil
        streams.drain(&meter, until: wasEnded ? Clock.monotonic + Step.grace : nil, signals)
        usage.output = meter.total
        return outcome()
    }

    /// The first look comes early, because a bomb goes off early; later ones every 50 ms.
    private static let firstSample: UInt64 = 10_000_000
    private static let sampleInterval: UInt64 = 50_000_000
    private static let longestBurst: UInt64 = 1_000_000

    private func turn() {
        var set = PollSet()
        swap(&set, &polled)
        set.removeAll()
        defer { swap(&set, &polled) }
        let control = set.add(child.control.number)
        let signal = set.add(signals.descriptor.number)
        let calls = isListening ? gate?.register(&set) : nil
        streams.register(&set)
        companion?.register(&set)
        set.wait(nanoseconds: timeLeft())

        if set.isReady(calls) {
            if set.isOver(calls) { isListening = false } else { take() }
            // The first call is the launch's own execve; nothing that the run chose has been read yet, and it is busy
            // becoming its program.
            if !isProtected { protect() }
        }
        if isListening { gate?.settle(set).forEach(follow) }
        if set.isReady(signal) {
            while let number = signals.next() { pass(number) }
        }
        if streams.move(set, &meter) { apply(step.take(.output(meter.total), at: Clock.monotonic)) }
        if let companion { apply(companion.turn(set)) }
        if set.isReady(control) { hear(child.report()) }
        watch()
    }

    /// Takes a call, and those that come right after it: a program that opens one file often opens the next, and asking
    /// for calls alone is cheaper than asking for everything. Not for long, because the rest waits: a call may name a
    /// path of links upon links that takes a tenth of a second to follow.
    private func take() {
        guard let gate else { return }
        var left = 64
        let end = Clock.monotonic + Self.longestBurst
        repeat {
            follow(gate.take())
            left -= 1
        } while left > 0 && isProtected && Clock.monotonic < end && gate.hasNext
    }

    /// Gives up what supervising does not need.
    private func protect() {
        isProtected = true
        do throws(LaunchError) {
            try SelfProtection.install()
        } catch {
            apply(step.take(.unprotected(error), at: Clock.monotonic))
        }
    }

    private func pass(_ signal: Int32) {
        if signal == SIGWINCH, streams.resize() { return }
        apply(step.take(.signal(signal), at: Clock.monotonic))
    }

    private func timeLeft() -> UInt64 {
        let now = Clock.monotonic
        let connecting = isListening ? gate?.deadline : nil
        let next = min(
            step.deadline ?? .max, nextSample, connecting ?? .max, companion?.deadline ?? .max)
        return next > now ? next - now : 0
    }

    private func hear(_ report: Report) {
        if report == .started {
            apply(step.take(.started, at: Clock.monotonic))
        } else {
            self.report = report
        }
    }

    private func follow(_ consequence: Gate.Consequence) {
        let now = Clock.monotonic
        switch consequence {
        case .none: return
        case .kill: apply(step.take(.violationKills, at: now))
        case .execsExceeded: apply(step.take(.execsExceeded(gate?.execs ?? 0), at: now))
        case .forkRefused(let count): apply(step.take(.forkRefused(count), at: now))
        case .filesExhausted(let count): apply(step.take(.filesExhausted(count), at: now))
        case .unrecorded(let error): apply(step.take(.unrecorded(error), at: now))
        }
    }

    /// Looks at the clock and, when it is time, at what the run uses.
    private func watch() {
        let now = Clock.monotonic
        apply(step.take(.tick, at: now))
        guard now >= nextSample, report == nil else { return }
        look()
        nextSample = now + interval
    }

    /// Where the kernel holds the memory, twenty looks a second will do. Where the looks hold it, they come oftener,
    /// and the more so the nearer the limit is; oftener too while they look through a large tree.
    private var interval: UInt64 {
        if sampler.isCounting { return Self.firstSample }
        guard let limit = plan.limits.memory, plan.cgroup?.memory == nil else { return Self.sampleInterval }
        return last.memory > limit / 4 ? Self.sampleInterval / 10 : Self.sampleInterval / 3
    }

    private func look() {
        last = sampler.take(gate, isOver: report != nil)
        companion?.note(last)
        usage.cpu = max(usage.cpu, last.cpu)
        usage.peakMemory = max(usage.peakMemory, last.memoryPeak)
        usage.processes = max(usage.processes, last.processes)
        apply(step.take(.sample(last), at: Clock.monotonic))
    }

    private func apply(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .record(let event):
                do throws(RecordingError) {
                    try recorder.record(event, counting: false)
                } catch {
                    apply(step.take(.unrecorded(error), at: Clock.monotonic))
                }
            case .signal(let number): send(number, to: confined.main)
            case .kill: killAll()
            case .suspend: suspend()
            case .end(let ending): apply(step.take(.ended(ending), at: Clock.monotonic))
            }
        }
    }

    /// Process 1 takes everything in its namespace along; elsewhere it is told to do the same.
    private func killAll() {
        if plan.namespaces.contains(.pid) {
            send(SIGKILL, to: confined.main)
            send(SIGKILL, to: child.initHandle)
        } else {
            send(SIGUSR1, to: child.initHandle)
            send(SIGKILL, to: confined.main)
        }
    }

    private func suspend() {
        // A call that is stopped before it is taken fails with EINTR when a handler runs first after the stop, and few
        // programs expect that of a fork. So none is left lying.
        if isListening, gate?.hasNext == true { take() }
        let group = gate?.mainPID
        if let group { kill(-group, SIGSTOP) } else { send(SIGSTOP, to: confined.main) }
        raiseByDefault(SIGTSTP)
        blockAgain(SIGTSTP)
        if let group { kill(-group, SIGCONT) } else { send(SIGCONT, to: confined.main) }
    }

    /// What happened since the last sample counts too, as far as it left a trace.
    private func lookBack() {
        guard case .exited(let exit) = report else { return }
        look()
        usage.cpu = max(usage.cpu, exit.cpu)
        usage.peakMemory = max(usage.peakMemory, exit.peak)
        usage.processes = max(usage.processes, 1)
    }

    private func outcome() -> Outcome {
        var outcome = OutcomeReading.outcome(
            report ?? .gone, ending: step.ending, interruption: step.interruption)
        outcome.usage = usage
        outcome.violations = gate?.violations ?? 0
        outcome.execs = gate?.execs ?? 0
        outcome.written = gate?.written.added ?? 0
        return outcome
    }
}
