import Audit
import Changes
import Event
import Linux

/// `guardrun changes`: what a run wrote into its copy of the working directory, and which copies wait.
struct ChangesCommand {
    private let choice: KeptChoice
    private let isJSON: Bool
    private let isList: Bool
    private let operands: [[UInt8]]

    init(_ words: [[UInt8]], _ context: Context) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                KeptChoice.flag, .init("--format", takes: "'text' or 'json'"), .init("--json"),
                .init("--list", short: "-l"),
            ])
        choice = KeptChoice(flags, context)
        isJSON = try flags.wantsJSON() || flags.has("--json")
        isList = flags.has("--list")
        operands = flags.operands
    }

    func run() throws(UsageError) -> Never {
        guard let word = operands.first else { list() }
        let kept = try choice.run(String(decoding: word, as: UTF8.self))
        if case .settled(let how, let trail) = kept.state() {
            let sentence =
                "the changes of \(kept.runID) are \(how): see `guardrun audit show\(choice.option) \(trail)`"
            if isJSON {
                write(kept, state: how)
            } else {
                Terminal.standardOutput.line(inert(sentence))
            }
            Exit.now(Exit.success)
        }
        let copy = choice.open(kept, for: "look at")
        let selection = try copy.selection(Array(operands.dropFirst()))
        let changes = selection.changes.sorted { $0.path < $1.path }
        if isJSON {
            write(kept, state: "pending", isCut: copy.contents.isCut) { put in
                var budget = Look.Budget()
                for change in changes {
                    let look = Look(at: change, base: copy.base, upper: copy.upper, within: &budget)
                    let result = copy.commit.foresee(change, isNamed: selection.isNamed(change))
                    put(ChangeObject.json(change, look, result))
                }
            }
        } else {
            show(copy, changes, selection)
        }
        Exit.now(Exit.success)
    }

    private func show(_ copy: OpenedCopy, _ changes: [Change], _ selection: Selection) {
        let terminal = Terminal.standardOutput
        let text = ChangeText(terminal)
        let directory = inert(copy.kept.directory.description)
        let command = RunSummary(copy.kept.runID, in: choice.store)?.command ?? ""
        terminal.line(
            "\(terminal.styled(directory, .bold)) as \(terminal.styled(inert(command, limit: 120), .bold)) left it, "
                + "\(Age.words(seconds: age(copy.kept))) ago")
        var waiting: [Change] = []
        var budget = Look.Budget()
        for change in changes {
            let result = copy.commit.foresee(change, isNamed: selection.isNamed(change))
            if result == .already { continue }
            let look = Look(at: change, base: copy.base, upper: copy.upper, within: &budget)
            text.line(change, look, result)
            waiting.append(change)
        }
        if copy.contents.isCut { terminal.line("  and more than can be listed") }
        let name = "\(choice.option) \(KeptChoice.short(copy.kept.runID))"
        let there = changes.count - waiting.count
        let standing =
            there == 0
            ? "none of this is in the directory"
            : "\(there) more \(there == 1 ? "is" : "are") in the directory"
        terminal.line(
            terminal.styled(
                "\(standing); `guardrun commit\(name)` carries it over, `guardrun discard\(name)` drops it",
                .dim))
        guard !isList else { return }
        var isShort = false
        // What was seen of each is not kept: that may be more than there is room for.
        budget = Look.Budget()
        for change in waiting {
            let look = Look(at: change, base: copy.base, upper: copy.upper, within: &budget)
            let isShortened = text.body(change, look, isNamed: selection.isNamed(change))
            isShort = isShort || isShortened
        }
        if isShort {
            terminal.line()
            terminal.line(terminal.styled("`guardrun changes\(name) PATH` shows all lines of one file", .dim))
        }
    }

    /// One object, written change by change.
    private func write(
        _ kept: Kept, state: String, isCut: Bool = false, changes: ((JSON) -> Void) -> Void = { _ in }
    ) {
        let object: JSON = [
            "run_id": .string(kept.runID.description), "directory": .text(kept.directory.bytes),
            "state": .string(state), "cut": .bool(isCut), "changes": .array([]),
        ]
        let terminal = Terminal.standardOutput
        // Its last bytes are `]}`.
        var text = object.encoded.dropLast(2) as [UInt8]
        var isFirst = true
        changes { change in
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            change.write(to: &text)
            guard text.count > 1 << 16 else { return }
            terminal.write(bytes: text)
            text.removeAll(keepingCapacity: true)
        }
        terminal.write(bytes: text + Array("]}\n".utf8))
    }

    /// The copies that wait, oldest first.
    private func list() -> Never {
        let terminal = Terminal.standardOutput
        let waiting = choice.store.kept().filter { if case .settled = $0.state() { false } else { true } }
        for kept in waiting {
            let isOpen = kept.state() == .open
            let contents = isOpen ? nil : try? kept.contents()
            if isJSON {
                let object = JSON.object([
                    .init("run_id", .string(kept.runID.description)),
                    .init("directory", .text(kept.directory.bytes)),
                    .init("state", isOpen ? "open" : "pending"), .init("age_s", .number(age(kept))),
                    .init("changes", contents.map { .number($0.changes.count) } ?? .null),
                ])
                terminal.write(bytes: object.encoded + [UInt8(ascii: "\n")])
            } else {
                let state = isOpen ? "the run goes on" : contents.map(ChangeCount.text) ?? "cannot be read"
                terminal.line(
                    "\(kept.runID)  \(Age.text(seconds: age(kept)))  \(inert(kept.directory.description))  "
                        + terminal.styled(state, isOpen ? .cyan : .plain))
            }
        }
        if !isJSON, waiting.isEmpty { terminal.line("no workspace waits to be committed or discarded") }
        Exit.now(Exit.success)
    }

    private func age(_ kept: Kept) -> UInt64 { kept.age(at: Clock.wall) }
}

extension Kept {
    /// Seconds since the run began.
    func age(at now: UInt64) -> UInt64 {
        let begun = UInt64(max(0, begun))
        return now > begun ? (now - begun) / 1_000_000_000 : 0
    }
}

/// Ages as people say them, in a column.
enum Age {
    static func words(seconds: UInt64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    static func text(seconds: UInt64) -> String {
        let text = words(seconds: seconds)
        return text + String(repeating: " ", count: max(0, 8 - text.count))
    }
}
