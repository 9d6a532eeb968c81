import Audit
import Event
import Glibc
import Linux
import Policy
import Scan
import Supervise

/// What the host asks for, and what it is told.
extension Conversation {
    func hear(_ message: HostMessage) {
        guard totals[.hasGreeted] else {
            guard case .hello(let approvals, let events) = message else {
                return end(.asked("the host did not say hello first"))
            }
            totals[.hasGreeted] = true
            totals[.takesApprovals] = approvals
            totals[.wantsEvents] = events
            host.send(.object([.init("type", "hello"), .init("protocol", 1)] + greeting))
            tellHeld()
            return announce()
        }
        switch message {
        case .hello: end(.asked("the host said hello a second time"))
        case .request(let request):
            guard queue.count < 64 else { return end(.asked("the host asks faster than it is answered")) }
            queue.append(request)
            advance()
        case .toolResult(let call, let answer): settle(call, answer)
        case .approval(let call, let digest, let isAllowed, let by):
            guard let open, open.asked != nil, open.call.call == call else { return }
            // An answer is to this call with these arguments, or it is no answer.
            decide(isAllowed: isAllowed && digest == open.digest.description, by: by)
        case .interrupt(let reason): interrupt(reason)
        case .usage(let id, let tokens, let cost):
            spend(tokens, cost)
            if !isOver { host.send(["type": "done", "id": .number(id)]) }
        case .drift(let id, let texts): compare(texts, id)
        case .restart:
            if renew(nil) { return }
            isRestartAsked = true
            effects.append(.end(.asked("the host asked for a new interpreter")))
        case .close: end(.asked("the host closed the session"))
        }
    }

    /// Goes on to the next request, when nothing is under way.
    func advance() {
        while isReady, current == nil, !isOver, let request = queue.first {
            queue.removeFirst()
            let message: JSON
            var scanned: Event?
            switch request.kind {
            case .execute(let code):
                scanned = allowing(code, request.id)
                guard scanned != nil else { continue }
                totals[.cells] += 1
                // A checkpoint does not know which calls were made since.
                message = [
                    "type": "execute", "id": .number(request.id), "code": .string(code),
                    "calls": .number(lastCall),
                ]
            case .set(let variables):
                message = ["type": "set", "id": .number(request.id), "variables": .object(variables)]
            case .get(let names):
                message = [
                    "type": "get", "id": .number(request.id), "names": .array(names.map(JSON.string)),
                ]
            case .tools(let tools):
                desk.declare(tools)
                message = [
                    "type": "tools", "id": .number(request.id),
                    "names": .array(tools.map { .string($0.name) }),
                ]
            case .checkpoint, .restore:
                guard let begun = begin(request) else { continue }
                message = begun
            }
            guard message.encoded.count <= Frame.largest else {
                host.send([
                    "type": "error", "id": .number(request.id), "kind": "exception", "lost": false,
                    "name": "ValueError",
                    "message": .string("the message is larger than \(Frame.largest) bytes"),
                ])
                continue
            }
            current = request
            interruption = nil
            clock.begin(at: Clock.monotonic, cpu: used.cpu)
            guest.send(message)
            // It is written while the interpreter begins, and before anything that comes of the cell is.
            if let scanned { record(scanned) }
        }
    }

    /// Scans a cell; one that may not run never reaches the interpreter, and that is recorded and said. The event of one
    /// that may is left to be recorded.
    private func allowing(_ code: String, _ id: Int64) -> Event? {
        let bytes = Array(code.utf8)
        let verdict = verdict(on: bytes)
        // Nobody is asked about a cell: what a person should look at is refused.
        let isAllowed = verdict.action < .ask || terms.onlyWarns
        let event = SessionEvents.scanned(
            verdict, cell: id, bytes, isAllowed: isAllowed, kept: terms.keptCode)
        if isAllowed { return event }
        guard record(event) else { return nil }
        let threats = Self.threats(of: verdict)
        let refusal = Event(
            .policyCheck, .high, rule: "scan.threats", "cell \(id) is refused: the scan found \(threats)",
            fields: [.init("decision", "deny"), .init("cell", .number(id))])
        guard record(refusal) else { return nil }
        host.send([
            "type": "error", "id": .number(id), "kind": "denied", "lost": false,
            "message": .string(Self.refusal(of: verdict)),
            "findings": SessionEvents.findings(verdict),
        ])
        return nil
    }

    private func interrupt(_ reason: String) {
        guard record(SessionEvents.interrupted(reason: reason, cell: current?.id)), current != nil,
            interruption == nil
        else { return }
        let sentence = "the cell was interrupted: \(reason)"
        interruption = Interruption(
            kind: "interrupted", limit: nil, sentence: sentence, ending: .asked(sentence))
        clock.interrupt(at: Clock.monotonic)
        interruptInterpreter()
    }

    /// Says how far a text has moved from another, and records when that is too far.
    private func compare(_ texts: HostMessage.Drift, _ id: Int64) {
        let distance = Drift.distance(texts.baseline.utf8, texts.text.utf8)
        let isFar = distance > texts.threshold
        if isFar, !record(SessionEvents.drifted(texts, by: distance)) { return }
        host.send([
            "type": "done", "id": .number(id), "distance": .fraction(distance), "drifted": .bool(isFar),
        ])
    }

    /// Adds what the host has spent on its model.
    private func spend(_ tokens: UInt64, _ cost: UInt64) {
        totals[.tokens] &+= tokens
        totals[.costUSD] &+= cost
        let caps = terms.limits.sessionCaps
        for (cap, spent) in [(SessionCap.tokens, totals[.tokens]), (.costUSD, totals[.costUSD])] {
            guard let limit = caps[cap], spent > limit, !isOver else { continue }
            let (measured, allowed) = (cap.text(spent), cap.text(limit))
            record(limitEvent(cap.rawValue, measured, allowed, "the session is ended"))
            end(.limit(cap.rawValue, measured: measured, allowed: allowed))
        }
    }

    /// Tells the host what became of the interpreter and of what it was asked; whether another one is to follow.
    package func conclude(_ outcome: Outcome) -> Bool {
        drain()
        finishReading()
        let goesOn = follows(outcome)
        let failure: Interruption
        if let interruption, outcome.kind != .killed {
            failure = interruption
        } else {
            let kind =
                switch outcome.kind {
                case .limit: "limit"
                case .interrupted: "interrupted"
                case .completed, .killed, .failed, .refused: "exited"
                }
            let reason =
                outcome.exitCode.map { "the interpreter exited with status \($0)" }
                ?? Self.ofInterpreter(outcome.reason)
            failure = Interruption(
                kind: kind, limit: outcome.limit, sentence: reason, ending: .asked(outcome.reason))
        }
        sendHeldAnswer()
        for request in [current].compactMap({ $0 }) + queue where request.id != Self.unasked {
            host.send(
                .object(
                    [.init("type", "error"), .init("id", .number(request.id))]
                        + Self.failure(failure, lost: true)))
        }
        totals[.execs] += UInt64(max(0, outcome.execs - 1))
        totals[.written] += outcome.written
        totals[.goesOn] = goesOn
        return goesOn
    }

    /// The last word to the host.
    package func sayEnded(_ outcome: Outcome, exitStatus: Int32) {
        host.send([
            "type": "ended", "kind": .string(outcome.kind.rawValue), "reason": .string(outcome.reason),
            "limit": outcome.limit.map(JSON.string) ?? .null, "exit_status": .number(exitStatus),
        ])
    }

    /// Waits until the host has read everything, but not for long.
    package func finish() { host.finish(within: 2_000_000_000) }

    /// Whether the session goes on with another interpreter.
    private func follows(_ outcome: Outcome) -> Bool {
        if isOver || !isReady { return false }
        if isRestartAsked || interruption != nil { return true }
        switch outcome.kind {
        case .limit: return ["wall", "cpu", "memory"].contains(outcome.limit ?? "")
        case .completed: return true
        case .killed: return terms.onViolation != .kill || outcome.violations == 0
        case .refused, .interrupted, .failed: return false
        }
    }

    /// Reads the message at hand to its end, so that the next reader begins at one.
    private func finishReading() {
        while host.isAmidMessage, !host.isOver, host.waits(nanoseconds: 5_000_000_000) {
            guard let text = try? host.read() else { continue }
            if case .request(let request)? = try? HostMessage(text) { queue.append(request) }
        }
    }

    /// What is said of the program of a run, said of the interpreter.
    private static func ofInterpreter(_ reason: String) -> String {
        let program = "the program"
        return reason.hasPrefix(program) ? "the interpreter\(reason.dropFirst(program.count))" : reason
    }
}
