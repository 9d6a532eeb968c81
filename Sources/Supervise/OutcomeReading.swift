import Glibc
import Linux
import Sandbox

/// Reads how a run ended from what process 1 said and what the supervisor did about it.
enum OutcomeReading {
    static func outcome(_ report: Report, ending: Ending?, interruption: Int32?) -> Outcome {
        var outcome = base(report, ending: ending, interruption: interruption)
        if case .exited(let exit) = report { outcome.leftovers = exit.leftovers }
        return outcome
    }

    private static func base(_ report: Report, ending: Ending?, interruption: Int32?) -> Outcome {
        switch ending {
        case .limit(let name, let measured, let allowed):
            var outcome = Outcome(.limit, reason: "the limit \(name) of \(allowed) was reached (\(measured))")
            outcome.limit = name
            return outcome
        case .policy:
            var outcome = Outcome(.killed, reason: "the policy ends a run at its first violation")
            outcome.signal = SIGKILL
            return outcome
        case .unrecorded(let error):
            return Outcome(.failed, reason: "an event could not be recorded, so the run was ended: \(error)")
        case .unprotected(let error):
            return Outcome(
                .failed, reason: "guardrun could not restrict itself, so the run was ended: \(error)")
        case .asked(let reason):
            var outcome = Outcome(.completed, reason: reason)
            outcome.exitCode = 0
            return outcome
        case .malformed(let what):
            var outcome = Outcome(.killed, reason: "the guarded side does not keep to the protocol: \(what)")
            outcome.signal = SIGKILL
            return outcome
        case nil: return unforced(report, interruption)
        }
    }

    /// The program went on after the signal, and was killed.
    private static func unheeded(_ interruption: Int32) -> Outcome {
        let name = SignalName.of(interruption)
        var outcome = Outcome(
            .interrupted, reason: "\(name) was sent to guardrun, and did not end the program")
        outcome.signal = interruption
        return outcome
    }

    private static func unforced(_ report: Report, _ interruption: Int32?) -> Outcome {
        switch report {
        case .failed(let error):
            var outcome = Outcome(.failed, reason: "\(error)")
            outcome.exitCode = error.exitStatus
            return outcome
        case .started, .gone:
            if let interruption { return unheeded(interruption) }
            return Outcome(.failed, reason: "the first process of the run was killed from outside")
        case .exited(let exit):
            let signal = exit.status & 0x7F
            guard signal != 0 else {
                var outcome = Outcome(.completed, reason: "the program exited")
                outcome.exitCode = exit.status >> 8 & 0xFF
                if let interruption, outcome.exitCode != 0 {
                    outcome.kind = .interrupted
                    outcome.reason = "\(SignalName.of(interruption)) was sent to guardrun"
                }
                return outcome
            }
            if let interruption, signal == SIGKILL { return unheeded(interruption) }
            var outcome = Outcome(.killed, reason: "the program was ended by \(SignalName.of(signal))")
            outcome.signal = signal
            if interruption == signal {
                outcome.kind = .interrupted
                outcome.reason = "\(SignalName.of(signal)) was sent to guardrun"
            }
            return outcome
        }
    }
}
