import Event
import Glibc
import Policy
import Testing

@testable import Supervise

/// What a run's end depends on, tried without a process: inputs at made-up times, and the effects they have.
@Suite("How a run goes on")
struct StepTests {
    private static let second: UInt64 = 1_000_000_000

    private func step(_ change: (inout Limits) -> Void) -> Step {
        var limits = Limits()
        change(&limits)
        return Step(limits)
    }

    private func limit(_ effects: [Effect]) -> String? {
        for case .record(let event) in effects where event.kind == .limitExceeded { return event.rule }
        return nil
    }

    @Test("wall time counts from the start of the program")
    func wall() {
        var step = step { $0.wall = 5 * Self.second }
        #expect(step.deadline == nil)
        #expect(step.take(.tick, at: 100 * Self.second).isEmpty)
        #expect(step.take(.started, at: 100 * Self.second).isEmpty)
        #expect(step.deadline == 105 * Self.second)
        #expect(step.take(.tick, at: 104 * Self.second).isEmpty)
        let effects = step.take(.tick, at: 105 * Self.second)
        #expect(limit(effects) == "limits.wall")
        #expect(effects.last == .signal(SIGTERM))
    }

    @Test("who does not go when asked is killed after the grace, once")
    func grace() {
        var step = step { $0.wall = Self.second }
        _ = step.take(.started, at: 0)
        _ = step.take(.tick, at: Self.second)
        #expect(step.deadline == Self.second + Step.grace)
        #expect(step.take(.tick, at: Self.second + Step.grace - 1).isEmpty)
        #expect(step.take(.tick, at: Self.second + Step.grace) == [.kill])
        #expect(step.take(.tick, at: 10 * Self.second).isEmpty)
    }

    @Test("the first limit is the reason, whatever comes after")
    func first() {
        var step = step {
            $0.memory = 10
            $0.cpu = 10
        }
        var sample = Sample()
        sample.memory = 11
        #expect(limit(step.take(.sample(sample), at: 0)) == "limits.memory")
        sample.cpu = 11
        #expect(step.take(.sample(sample), at: 1).isEmpty)
        guard case .limit("memory", _, _) = step.ending else {
            Issue.record("\(String(describing: step.ending))")
            return
        }
    }

    @Test("what the kernel refuses is said once and ends nothing")
    func refusals() {
        var step = step {
            $0.processes = 3
            $0.openFiles = 3
        }
        #expect(limit(step.take(.forkRefused(3), at: 0)) == "limits.processes")
        #expect(step.take(.forkRefused(3), at: 1).isEmpty)
        #expect(limit(step.take(.filesExhausted(3), at: 2)) == "limits.open_files")
        #expect(step.take(.filesExhausted(3), at: 3).isEmpty)
        #expect(step.ending == nil)
    }

    @Test("what is exactly at a limit is within it")
    func exact() {
        var step = step {
            $0.memory = 10
            $0.cpu = 10
            $0.disk = 10
            $0.output = 10
        }
        var sample = Sample()
        (sample.memory, sample.cpu, sample.disk) = (10, 10, 10)
        #expect(step.take(.sample(sample), at: 0).isEmpty)
        #expect(step.take(.output(10), at: 0).isEmpty)
        #expect(limit(step.take(.output(11), at: 0)) == "limits.output")
    }

    @Test("a trail that cannot be written ends the run")
    func unrecorded() {
        var step = step { _ in }
        #expect(step.take(.unrecorded(RecordingError("the disk is full")), at: 0) == [.kill])
        #expect(step.take(.violationKills, at: 0).isEmpty)
        #expect(step.ending == .unrecorded(RecordingError("the disk is full")))
    }

    @Test("a signal to guardrun is recorded and passed on", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func signals(_ signal: Int32) {
        var step = step { _ in }
        let effects = step.take(.signal(signal), at: 0)
        #expect(effects.count == 2)
        #expect(effects.last == .signal(signal))
        #expect(step.interruption == signal)
        #expect(step.take(.signal(SIGUSR1), at: 1) == [.signal(SIGUSR1)])
        #expect(step.take(.signal(SIGTSTP), at: 1) == [.suspend])
    }
}
