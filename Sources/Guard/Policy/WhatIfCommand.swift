import Compare
import Event
import Policy
import Sandbox

/// `guardrun policy test`: what would become of an act, without doing it; and the same for a policy's own examples.
enum WhatIfCommand {
    static func run(_ words: [String], _ flags: Flags, isJSON: Bool) throws(UsageError) -> Never {
        guard let name = words.first else {
            throw UsageError(
                description:
                    "policy test takes a policy and an act; write policy test NAME -- \(Attempt.forms)")
        }
        let context = Context.current()
        let attempt: Attempt
        do throws(Misread) {
            attempt = try Attempt(Array(words.dropFirst()), in: context.policy)
        } catch {
            throw UsageError(description: inert(error.why))
        }
        let loaded = Loading.policy(name, settings: flags.all("--set"), context, inSession: true)
        let outcome: Trial.Outcome
        do throws(Unenforceable) {
            outcome = try Trial(loaded.policy).outcome(attempt)
        } catch {
            Loading.refuse(error)
        }
        show(attempt, outcome, isJSON: isJSON)
        Exit.now(outcome.answer.isRefusal ? Exit.refused : Exit.success)
    }

    private static func show(_ attempt: Attempt, _ outcome: Trial.Outcome, isJSON: Bool) {
        let terminal = Terminal.standardOutput
        guard !isJSON else {
            let object = JSON.object([
                .init("act", attempt.json), .init("answer", .string(outcome.answer.rawValue)),
                .init("rule", .string(outcome.rule)), .init("message", .string(outcome.sentence)),
            ])
            return terminal.write(bytes: object.encoded + [UInt8(ascii: "\n")])
        }
        let answer = terminal.styled(outcome.answer.rawValue, outcome.answer.isRefusal ? .red : .green)
        let rule = outcome.rule.isEmpty ? "" : "  (\(outcome.rule))"
        terminal.line("\(answer)  \(inert(attempt.description)): \(inert(outcome.sentence + rule))")
    }

    /// The examples of a policy that it decides otherwise, or that are no acts.
    static func faults(_ loaded: Policy.Loaded, _ context: Context) throws(Unenforceable) -> [Fault] {
        guard !loaded.examples.isEmpty else { return [] }
        let trial = try Trial(loaded.policy)
        return loaded.examples.compactMap { example in
            do throws(Misread) {
                let outcome = trial.outcome(try Attempt(example.act.value, in: context.policy))
                let answer = outcome.answer == .kill ? .deny : outcome.answer
                if answer == Answer(example.action) { return nil }
                return Fault(
                    at: example.act.origin,
                    "the example '\(example.act.value)' should be \(example.action.rawValue) and is "
                        + "\(answer.rawValue): \(outcome.sentence)")
            } catch {
                return Fault(
                    at: example.act.origin, "the example '\(example.act.value)' cannot be read: \(error.why)")
            }
        }
    }
}

extension Answer {
    fileprivate var isRefusal: Bool { self >= .ask }
}
