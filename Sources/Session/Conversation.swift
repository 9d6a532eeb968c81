import Audit
import Event
import Glibc
import Linux
import Policy
import Scan
import Supervise

/// The talk of a session: between the host, which is on our side, and the interpreter, which is not. It goes on in the
/// loop that supervises the interpreter.
package final class Conversation: Companion {
    let host: Line
    let guest: Line
    let terms: Terms
    let totals: Totals
    let recorder: any Recorder
    let greeting: [JSON.Member]
    private let streams: [CellStream]
    /// Nil when the session keeps no checkpoints.
    let shelf: Shelf?
    var desk: ToolDesk
    var clock: CellClock
    var effects: [Effect] = []

    var isReady = false
    private var python = ""
    var queue: [HostMessage.Request] = []
    var current: HostMessage.Request?
    var open: OpenCall?
    /// Calls whose cell did not wait for the answer.
    var abandoned: [OpenCall] = []
    var lastCall: Int64 = 0
    var interruption: Interruption?
    var used = Sample()
    /// Nothing may follow, whatever becomes of the interpreter.
    var isOver = false
    var isRestartAsked = false
    private var guestGone: UInt64?
    /// When an interpreter that has ended is taken for gone, where that does not end the run.
    var interpreterGone: UInt64?
    /// How often the kernel had killed for memory when the interpreter began.
    var memoryKills: UInt64 = 0
    /// A cell's answer that waits for a checkpoint.
    var heldAnswer: JSON?
    /// What the scan said of the last cells.
    /// How often code without findings that was made while cells ran has been recorded.
    var plainCompilations = 0
    var verdicts: [(code: [UInt8], verdict: Verdict)] = []
    private var held: [[UInt8]] = []

    /// - Parameters:
    ///   - host: where the host's messages come from, and where ours go.
    ///   - guest: our end of the interpreter's socket, which does not wait.
    ///   - output, error: the reading ends of the interpreter's standard streams.
    ///   - greeting: what the host is told of the session.
    ///   - shelf: where checkpoints are kept, if any are.
    package init(
        _ terms: Terms, host: (input: CInt, output: Outlet), guest: consuming Descriptor,
        output: consuming Descriptor, error: consuming Descriptor, totals: Totals, recorder: any Recorder,
        greeting: [JSON.Member], shelf: Shelf?
    ) throws(ScanError) {
        self.shelf = shelf
        if shelf != nil { guest.nameSenders() }
        self.terms = terms
        self.totals = totals
        self.recorder = recorder
        self.greeting = greeting
        self.host = Line(input: host.input, output: host.output)
        guestInput = dup(guest.number)
        self.guest = Line(input: guestInput, output: Outlet(guest), namesSenders: shelf != nil)
        streams = [CellStream(output, name: "stdout"), CellStream(error, name: "stderr")]
        desk = try ToolDesk(
            terms.tools, cap: terms.limits.sessionCaps.toolCalls, totals: totals,
            scanner: terms.scanner)
        let caps = terms.limits.sessionCaps
        clock = CellClock(
            wall: terms.limits.wall, cpu: terms.limits.cpu, idle: caps.idle, sessionWall: caps.sessionWall,
            sessionStart: totals.startedAt, now: Clock.monotonic)
        self.guest.send(bytes: Interpreter.source)
    }

    private let guestInput: CInt
    deinit { close(guestInput) }

    // MARK: In the loop

    package var deadline: UInt64? {
        [clock.deadline, open?.asked?.deadline, guestGone, interpreterGone].compactMap { $0 }.min()
    }

    package func register(_ set: inout PollSet) {
        host.register(&set)
        // What the guarded side says is taken at the pace at which the host reads.
        guest.register(&set, isReading: host.isIdle)
        for stream in streams { stream.register(&set, isReading: host.isIdle) }
        if let live = shelf?.live, host.isIdle, interpreterGone == nil { _ = set.add(live.pollNumber) }
    }

    package var holdsMemory: Bool { shelf != nil }

    package func note(_ sample: Sample) { used = sample }

    package func turn(_ set: PollSet) -> [Effect] {
        effects = []
        do throws(Malformed) {
            if let text = try host.move(set) { hear(try HostMessage(text)) }
        } catch {
            end(.asked("\(error)"))
        }
        if host.isOver || host.isBroken, !isOver { end(.asked("the host is gone")) }
        if host.isIdle { for stream in streams where stream.isReady(set) { pass(stream) } }
        do throws(Malformed) {
            if let text = try guest.move(set) { try hear(try GuestMessage(text)) }
        } catch {
            refuse(error)
        }
        watch()
        return effects
    }

    private func watch() {
        let now = Clock.monotonic
        if guest.isOver, guestGone == nil { guestGone = now + Step.grace }
        if let gone = guestGone, now >= gone {
            guestGone = .max
            refuse(Malformed("it closed its end and went on"))
        }
        if let asked = open?.asked, now >= asked.deadline { decide(isAllowed: false, by: "the deadline") }
        switch clock.due(at: now, cpu: used.cpu) {
        case .nothing: watchInterpreter(now)
        case .interrupt(let limit, let measured, let allowed):
            let (measured, allowed) = (Amount.time(measured), Amount.time(allowed))
            record(limitEvent(limit, measured, allowed, "the cell is interrupted"))
            interruption = Interruption(
                kind: "limit", limit: limit,
                sentence: "the limit \(limit) of \(allowed) was reached (\(measured))",
                ending: .limit(limit, measured: measured, allowed: allowed))
            interruptInterpreter()
        case .kill:
            let failure = interruption ?? Self.unheeding
            if !renew(failure) { effects.append(.end(failure.ending)) }
        case .background(let limit, let measured, let allowed):
            let (measured, allowed) = (Amount.time(measured), Amount.time(allowed))
            record(limitEvent(limit, measured, allowed, "the interpreter is ended"))
            effects.append(.end(.limit(limit, measured: measured, allowed: allowed)))
        case .over(let limit, let measured, let allowed):
            let (measured, allowed) = (Amount.time(measured), Amount.time(allowed))
            record(limitEvent(limit, measured, allowed, "the session is ended"))
            end(.limit(limit, measured: measured, allowed: allowed))
        }
    }

    private static let unheeding = Interruption(
        kind: "exited", limit: nil, sentence: "the interpreter did not heed the interrupt",
        ending: .asked("the interpreter did not heed the interrupt"))

    func interruptInterpreter() {
        if let shelf { shelf.live?.send(SIGINT) } else { effects.append(.signal(SIGINT)) }
    }

    func limitEvent(_ name: String, _ measured: String, _ allowed: String, _ consequence: String) -> Event {
        LimitEvent.event(
            name, measured: measured, allowed: allowed, consequence: consequence, severity: .high)
    }

    /// Ends the session.
    func end(_ ending: Ending) {
        isOver = true
        effects.append(.end(ending))
    }

    private func refuse(_ fault: Malformed) {
        guard !isOver else { return }
        record(SessionEvents.malformed(fault.description))
        end(.malformed(fault.description))
    }

    /// Records an event; what cannot be recorded ends the session, and nothing that depends on it is done.
    @discardableResult func record(_ event: Event) -> Bool {
        do throws(RecordingError) {
            try recorder.record(event, counting: false)
            return true
        } catch {
            end(.unrecorded(error))
            return false
        }
    }

    // MARK: The guarded side

    private func hear(_ message: GuestMessage) throws(Malformed) {
        switch message {
        case .ready(let version):
            guard !isReady, current == nil else { throw Malformed("ready for a second time") }
            if let shelf, !shelf.takeLive(guest.sender) {
                throw Malformed("an interpreter that is no process of its own")
            }
            isReady = true
            python = version
            clock.end(at: Clock.monotonic, cpu: used.cpu)
            announce()
            advance()
        case .toolCall(let call): try take(call)
        case .compiled(let code): try look(at: code)
        case .parked(let parked): try take(parked)
        case .restored(let restored): try take(restored)
        case .result(let id, let isDone, let fields): try finish(id, isDone, fields)
        }
    }

    /// Tells the host that there is an interpreter, once both are there.
    func announce() {
        guard isReady, totals[.hasGreeted] else { return }
        host.send([
            "type": "started", "generation": .number(totals[.generation]), "python": .string(python),
        ])
    }

    private func finish(_ id: Int64, _ isDone: Bool, _ fields: [JSON.Member]) throws(Malformed) {
        guard let request = current, request.id == id else {
            throw Malformed("a result that nobody waits for")
        }
        if let open {
            // Only an interrupt lets a cell end before its tool has answered.
            guard interruption != nil else { throw Malformed("a result while a tool is at work") }
            abandon(open)
        }
        if let variables = fields.first(where: { $0.name == "variables" })?.value.members {
            guard case .get(let names) = request.kind, variables.allSatisfy({ names.contains($0.name) })
            else {
                throw Malformed("variables that nobody asked for")
            }
        }
        passAll()
        if request.isOfCheckpoints {
            if isDone { throw Malformed("a checkpoint without a process") }
            if request.id == Self.unasked {
                current = nil
                clock.end(at: Clock.monotonic, cpu: used.cpu)
                failCheckpoint(request, fields)
                return advance()
            }
        }
        let head = [JSON.Member("type", isDone ? "done" : "error"), .init("id", .number(id))]
        let answer: JSON
        if isDone {
            answer = .object(head + fields)
        } else if let interruption {
            answer = .object(
                head + Self.failure(interruption, lost: false) + fields.filter { $0.name == "traceback" })
        } else {
            answer = .object(head + [.init("kind", "exception"), .init("lost", false)] + fields)
        }
        interruption = nil
        clock.end(at: Clock.monotonic, cpu: used.cpu)
        if holdsAnswer(answer) { return }
        current = nil
        host.send(answer)
        advance()
    }

    static func failure(_ interruption: Interruption, lost: Bool) -> [JSON.Member] {
        let rest = lost ? "the interpreter is gone and its variables are lost" : "its variables are kept"
        return [
            .init("kind", .string(interruption.kind)),
            .init("limit", interruption.limit.map(JSON.string) ?? .null), .init("lost", .bool(lost)),
            .init("message", .string("\(interruption.sentence); \(rest)")),
        ]
    }

    // MARK: Output

    /// Passes on what there is in all streams.
    private func passAll() {
        var set = PollSet()
        for stream in streams { stream.register(&set, isReading: true) }
        set.wait(nanoseconds: 0)
        for stream in streams where stream.isReady(set) { pass(stream) }
    }

    /// Passes on what has been written to one stream, as far as it may be.
    private func pass(_ stream: CellStream) {
        guard let piece = stream.read() else { return }
        let before = totals[.output]
        totals[.output] += UInt64(piece.count)
        let limit = terms.limits.output
        let left = limit.map { Int(clamping: $0 - min($0, before)) } ?? .max
        var text = stream.text(piece.prefix(left), isLast: piece.count > left)
        if piece.count > left, let limit, !isOver {
            text += "\n[guardrun: the output limit is reached; the rest is cut]\n"
            let (measured, allowed) = (Amount.bytes(totals[.output]), Amount.bytes(limit))
            record(limitEvent("output", measured, allowed, "the session is ended"))
            end(.limit("output", measured: measured, allowed: allowed))
        }
        guard !text.isEmpty else { return }
        host.send([
            "type": "output", "id": current.map { .number($0.id) } ?? .null, "stream": .string(stream.name),
            "text": .string(text),
        ])
    }

    /// Passes on what the interpreter left in its streams when it ended.
    func drain() {
        for stream in streams {
            // Two pipes full at most: nobody writes any more.
            for _ in 0..<32 where !stream.isOver { pass(stream) }
        }
    }

    // MARK: Events

    /// Takes a line of the trail, which the host gets when it wants it.
    package func tell(_ line: [UInt8]) {
        guard totals[.hasGreeted] else {
            if held.count < 100 { held.append(line) }
            return
        }
        guard totals[.wantsEvents] else { return }
        host.send(text: Array("{\"type\":\"event\",\"event\":".utf8) + line.dropLast() + Array("}".utf8))
    }

    func tellHeld() {
        let lines = held
        held = []
        for line in lines { tell(line) }
    }
}
