import Audit
import Event
import Linux
import Policy
import Supervise

/// Calls of the host's tools: each is decided, recorded and counted before the host hears of it.
extension Conversation {
    func take(_ call: GuestMessage.ToolCall) throws(Malformed) {
        guard case .execute? = current?.kind, current?.id == call.id else {
            throw Malformed("a tool's call outside a cell")
        }
        guard open == nil else { throw Malformed("a tool's call while another is at work") }
        guard call.call > lastCall else { throw Malformed("a tool's call that was made before") }
        lastCall = call.call
        let arguments = desk.arguments(of: call)
        let digest = Digest(Array(call.name.utf8) + [0], JSON.object(arguments).encoded)
        var open = OpenCall(call: call, arguments: arguments, digest: digest)
        switch desk.decide(call, arguments, at: Clock.monotonic) {
        case .allowed:
            desk.count(call, at: Clock.monotonic)
            forward(open)
        case .blocked(let rule, let reason): block(open, rule, reason)
        case .asks(let rule):
            guard totals[.takesApprovals] else {
                return block(open, rule, "it has to be approved, and nobody is there to be asked")
            }
            // A call counts when it is made: one that is refused kept a person as busy.
            desk.count(call, at: Clock.monotonic)
            guard record(SessionEvents.approvalRequested(call, digest: digest, rule: rule)) else { return }
            let now = Clock.monotonic
            let patience = terms.tools.answerWithin
            open.asked = (rule, now + min(patience, .max - now))
            self.open = open
            clock.pause(at: now)
            host.send([
                "type": "approval", "call": .number(call.call), "id": .number(call.id),
                "name": .string(call.name), "arguments": .object(arguments),
                "digest": .string(digest.description), "seconds": .number(patience / 1_000_000_000),
            ])
        }
    }

    /// Ends the wait for an approval.
    func decide(isAllowed: Bool, by: String) {
        guard let waiting = open, let asked = waiting.asked else { return }
        open = nil
        clock.resume(at: Clock.monotonic)
        let event = SessionEvents.approvalDecided(
            waiting.call, digest: waiting.digest, rule: asked.rule, isAllowed: isAllowed, by: by)
        guard record(event) else { return }
        if isAllowed {
            forward(waiting)
        } else {
            block(waiting, asked.rule, "it was not approved (\(by))")
        }
    }

    private func forward(_ waiting: OpenCall) {
        var waiting = waiting
        waiting.asked = nil
        guard record(SessionEvents.toolStarted(waiting.call, digest: waiting.digest)) else { return }
        open = waiting
        clock.pause(at: Clock.monotonic)
        host.send([
            "type": "tool_call", "call": .number(waiting.call.call), "id": .number(waiting.call.id),
            "name": .string(waiting.call.name), "args": .array(waiting.call.arguments),
            "kwargs": .object(waiting.call.named),
        ])
    }

    private func block(_ waiting: OpenCall, _ rule: String, _ reason: String) {
        totals[.toolCallsBlocked] += 1
        let event = SessionEvents.toolBlocked(
            waiting.call, digest: waiting.digest, rule: rule, reason: reason)
        guard record(event) else { return }
        guest.send([
            "type": "tool_result", "call": .number(waiting.call.call),
            "denied": .string("guardrun blocked the call of \(waiting.call.name): \(reason) (\(rule))"),
        ])
    }

    /// The cell does not wait for it any more. What the host says of it later is still recorded.
    func abandon(_ waiting: OpenCall) {
        open = nil
        if waiting.asked == nil, abandoned.count < 100 { abandoned.append(waiting) }
    }

    /// Passes the host's answer on.
    func settle(_ number: Int64, _ answer: HostMessage.ToolAnswer) {
        if let place = abandoned.firstIndex(where: { $0.call.call == number }) {
            record(finished(abandoned.remove(at: place), answer))
            return
        }
        guard let waiting = open, waiting.asked == nil, waiting.call.call == number else { return }
        open = nil
        clock.resume(at: Clock.monotonic)
        let member: JSON.Member =
            switch answer {
            case .value(let value): .init("value", value)
            case .error(let text): .init("error", .string(text))
            }
        guest.send(.object([.init("type", "tool_result"), .init("call", .number(number)), member]))
        // It is written while the cell goes on, and before anything that comes of that is.
        record(finished(waiting, answer))
    }

    private func finished(_ waiting: OpenCall, _ answer: HostMessage.ToolAnswer) -> Event {
        switch answer {
        case .value(let value):
            SessionEvents.toolFinished(
                waiting.call, digest: waiting.digest, result: Digest(value.encoded), failed: false)
        case .error(let text):
            SessionEvents.toolFinished(
                waiting.call, digest: waiting.digest, result: Digest(Array(text.utf8)), failed: true)
        }
    }
}
