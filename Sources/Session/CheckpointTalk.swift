import Event
import Glibc
import Linux
import Policy
import Supervise

/// Checkpoints: made on request or after calls of tools, kept by parked interpreters, and gone back to.
extension Conversation {
    /// The request of a checkpoint that nobody asked for; the numbers of the host's are not negative.
    static let unasked: Int64 = -1

    /// What is sent for a request about checkpoints; nil when it was answered, or nothing is to be sent.
    func begin(_ request: HostMessage.Request) -> JSON? {
        guard let shelf else {
            refuse(
                request,
                "the session keeps no checkpoints; start it with --checkpoints N, or a policy with audit.checkpoints"
            )
            return nil
        }
        guard case .restore(let number) = request.kind else {
            return [
                "type": "checkpoint", "id": .number(request.id), "checkpoint": .number(shelf.next),
                "directories": .array(shelf.directories.map { .text($0.bytes) }),
            ]
        }
        guard let checkpoint = shelf[number] else {
            let kept = shelf.kept.map { "\($0.number)" }.joined(separator: ", ")
            refuse(request, "there is no checkpoint \(number); kept are \(kept.isEmpty ? "none" : kept)")
            return nil
        }
        guard replaceInterpreter() else { return nil }
        current = request
        clock.begin(at: Clock.monotonic, cpu: used.cpu)
        checkpoint.process.send(SIGUSR1)
        return nil
    }

    private func refuse(_ request: HostMessage.Request, _ sentence: String) {
        host.send([
            "type": "error", "id": .number(request.id), "kind": "exception", "lost": false,
            "name": "ValueError", "message": .string(sentence),
        ])
    }

    /// A checkpoint says that it is parked.
    func take(_ parked: GuestMessage.Parked) throws(Malformed) {
        guard let shelf, case .checkpoint? = current?.kind, let request = current, request.id == parked.id,
            parked.checkpoint == shelf.next
        else { throw Malformed("a checkpoint that nobody asked for") }
        guard let dropped = shelf.keep(guest.sender) else {
            throw Malformed("a checkpoint that is no process of its own")
        }
        shelf.callsThen = totals[.toolCalls]
        let fields: [JSON.Member] = [
            .init("checkpoint", .number(parked.checkpoint)),
            .init("dropped", .array(dropped.map(JSON.number))),
            .init("files", .number(parked.files)), .init("bytes", .number(parked.bytes)),
            .init("left_out", .number(parked.leftOut)), .init("threads", .number(parked.threads)),
        ]
        let isAsked = request.id != Self.unasked
        guard
            record(
                SessionEvents.checkpointCreated(
                    fields, isAsked: isAsked, cells: totals[.cells], calls: totals[.toolCalls]))
        else { return }
        (current, interruption) = (nil, nil)
        clock.end(at: Clock.monotonic, cpu: used.cpu)
        answerCheckpoint(request, fields)
    }

    /// The answer to a request of a checkpoint, or what the host is told of one that it did not ask for.
    private func answerCheckpoint(_ request: HostMessage.Request, _ fields: [JSON.Member]) {
        if request.id == Self.unasked {
            host.send(.object([.init("type", "checkpoint")] + fields))
            sendHeldAnswer()
        } else {
            host.send(.object([.init("type", "done"), .init("id", .number(request.id))] + fields))
        }
        advance()
    }

    /// A checkpoint could not be made.
    func failCheckpoint(_ request: HostMessage.Request, _ fields: [JSON.Member]) {
        shelf?.callsThen = totals[.toolCalls]
        let reason = fields.first { $0.name == "message" }?.value ?? .null
        host.send(["type": "checkpoint", "checkpoint": .null, "message": reason])
        sendHeldAnswer()
    }

    /// Whether the cell that has ended is followed by a checkpoint; its answer then waits for that, so that who has the
    /// answer knows of the checkpoint.
    func holdsAnswer(_ answer: JSON) -> Bool {
        guard let shelf, let interval = shelf.interval, case .execute? = current?.kind,
            totals[.toolCalls] >= shelf.callsThen + interval
        else { return false }
        heldAnswer = answer
        current = nil
        let request = HostMessage.Request(id: Self.unasked, kind: .checkpoint)
        guard let message = begin(request) else { return false }
        current = request
        clock.begin(at: Clock.monotonic, cpu: used.cpu)
        guest.send(message)
        return true
    }

    func sendHeldAnswer() {
        if let heldAnswer { host.send(heldAnswer) }
        heldAnswer = nil
    }

    /// A copy of a checkpoint says that it goes on.
    func take(_ restored: GuestMessage.Restored) throws(Malformed) {
        guard let shelf, let request = current, case .restore(restored.checkpoint) = request.kind,
            shelf.live == nil
        else { throw Malformed("a return to a checkpoint that nobody asked for") }
        guard shelf.takeLive(guest.sender) else {
            throw Malformed("an interpreter that is no process of its own")
        }
        isReady = true
        let problems = JSON.Member("problems", .array(restored.problems.map(JSON.string)))
        guard record(SessionEvents.checkpointRestored(restored.checkpoint, problems)) else { return }
        (current, interruption) = (nil, nil)
        clock.end(at: Clock.monotonic, cpu: used.cpu)
        host.send([
            "type": "done", "id": .number(request.id), "checkpoint": .number(restored.checkpoint),
            "problems": problems.value,
        ])
        advance()
    }

    /// Ends the interpreter at hand and everything it started, and forgets what was under way with it; false when it
    /// could not, and the run is ended instead. What it left unfinished on the stream is passed over.
    private func replaceInterpreter() -> Bool {
        guard let shelf, shelf.endOthers() else {
            effects.append(.end(.asked("what the interpreter started could not be ended without the rest")))
            return false
        }
        drain()
        if let open { abandon(open) }
        isReady = false
        lastCall = 0
        interruption = nil
        interpreterGone = nil
        memoryKills = used.memoryKills
        used.memory = 0
        guest.seekMark()
        guest.send(bytes: Frame.mark)
        return true
    }

    /// Has a new interpreter take the place of the one at hand, and tells whoever waits for it why; false when the session
    /// keeps no checkpoints, where the run ends with its interpreter.
    func renew(_ failure: Interruption?) -> Bool {
        guard shelf != nil, isReady || current != nil else { return false }
        guard replaceInterpreter() else { return true }
        sendHeldAnswer()
        let waiting = [current].compactMap { $0 } + (failure == nil ? [] : queue)
        current = nil
        if failure != nil { queue = [] }
        for request in waiting where request.id != Self.unasked {
            let failure =
                failure
                ?? Interruption(
                    kind: "exited", limit: nil, sentence: "the host asked for a new interpreter",
                    ending: .asked(""))
            host.send(
                .object(
                    [.init("type", "error"), .init("id", .number(request.id))]
                        + Self.failure(failure, lost: true)))
        }
        totals[.generation] += 1
        clock.begin(at: Clock.monotonic, cpu: used.cpu)
        effects.append(.signal(SIGUSR1))
        return true
    }

    /// Looks at what becomes of an interpreter where that does not end the run.
    func watchInterpreter(_ now: UInt64) {
        guard let shelf else { return }
        if let limit = terms.limits.memory, used.memory > limit || used.memoryKills > memoryKills {
            return exceedMemory(limit)
        }
        if case .restore(let number)? = current?.kind, shelf.live == nil, shelf[number] == nil {
            interpreterGone = interpreterGone ?? now
        }
        // What it said last is read first, and a look at the memory may tell why it ended.
        if interpreterGone == nil, shelf.live?.hasEnded == true, !guest.waits(nanoseconds: 0) {
            interpreterGone = now + 100_000_000
        }
        guard let gone = interpreterGone, now >= gone else { return }
        _ = renew(
            interruption
                ?? Interruption(
                    kind: "exited", limit: nil, sentence: "the interpreter ended",
                    ending: .asked("the interpreter ended")))
    }

    private func exceedMemory(_ limit: UInt64) {
        let measured = used.memoryKills > memoryKills ? max(used.memoryPeak, limit) : used.memory
        let (text, allowed) = (Amount.bytes(measured), Amount.bytes(limit))
        let ending = Ending.limit("memory", measured: text, allowed: allowed)
        // When the checkpoints alone are too much, or the first interpreter is, nothing is gained by another one.
        guard isReady, shelf?.live != nil else {
            record(limitEvent("memory", text, allowed, "the run is ended"))
            effects.append(.end(ending))
            return
        }
        record(limitEvent("memory", text, allowed, "the interpreter is ended"))
        _ = renew(
            Interruption(
                kind: "limit", limit: "memory",
                sentence: "the limit memory of \(allowed) was reached (\(text))", ending: ending))
    }
}
