import Audit
import Changes
import Event
import Glibc
import Linux

/// `guardrun commit`: carries what a run changed in its copy over to the directory itself.
struct CommitCommand {
    private let choice: KeptChoice
    private let context: Context
    private let isDry: Bool
    private let isJSON: Bool
    private let operands: [[UInt8]]

    init(_ words: [[UInt8]], _ context: Context) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                KeptChoice.flag, .init("--dry-run", short: "-n"),
                .init("--format", takes: "'text' or 'json'"),
                .init("--json"),
            ])
        choice = KeptChoice(flags, context)
        self.context = context
        isDry = flags.has("--dry-run")
        isJSON = try flags.wantsJSON() || flags.has("--json")
        operands = flags.operands
    }

    func run() throws(UsageError) -> Never {
        guard let word = operands.first else {
            throw UsageError(
                description: "commit takes a run, or `last`; `guardrun changes` lists those that wait")
        }
        let kept = try choice.run(String(decoding: word, as: UTF8.self))
        if case .settled(let how, let trail) = kept.state() {
            Terminal.standardError.line(
                "guardrun: the changes of \(kept.runID) are \(inert(how)) already (\(inert(trail)))")
            Exit.now(how == "committed" ? Exit.success : Exit.incomplete)
        }
        let copy = choice.open(kept, for: "commit")
        if copy.contents.isCut {
            fail("the run changed more than can be listed, so nothing of it is carried over", Exit.incomplete)
        }
        let selection = try copy.selection(Array(operands.dropFirst()))
        let results = isDry ? foresee(copy, selection) : carry(copy, selection)
        report(copy, results)
        let isWhole = results.allSatisfy { $0.1.isThere }
        Exit.now(isWhole ? Exit.success : Exit.incomplete)
    }

    private func foresee(_ copy: OpenedCopy, _ selection: Selection) -> [(Change, Commit.Result)] {
        selection.changes.map { ($0, copy.commit.foresee($0, isNamed: selection.isNamed($0))) }
    }

    private func carry(_ copy: OpenedCopy, _ selection: Selection) -> [(Change, Commit.Result)] {
        let record = Settlement(copy.kept, words: ["commit"] + words, in: choice.store, context)
        let commit = copy.commit
        var results: [(Change, Commit.Result)] = []
        for change in selection.changes {
            let result = commit.apply(change, isNamed: selection.isNamed(change))
            record.note(change, result)
            results.append((change, result))
        }
        for (change, result) in results.reversed() {
            if case .applied = result { commit.finish(change) }
        }
        // What was not asked for now may be there already.
        let meant = Set(selection.changes.map { $0.path.bytes })
        let rest = copy.contents.changes.filter { !meant.contains($0.path.bytes) }
        let isWhole =
            results.allSatisfy { $0.1.isThere } && rest.allSatisfy { commit.foresee($0) == .already }
        record.end(isWhole ? "committed" : nil, isSuccess: results.allSatisfy { $0.1.isThere })
        return results
    }

    private var words: [String] { operands.map { String(decoding: $0, as: UTF8.self) } }

    private func report(_ copy: OpenedCopy, _ results: [(Change, Commit.Result)]) {
        let terminal = Terminal.standardOutput
        if isJSON {
            let object: JSON = [
                "run_id": .string(copy.kept.runID.description), "directory": .text(copy.kept.directory.bytes),
                "dry_run": .bool(isDry),
                "changes": .array(
                    results.map { change, result in
                        if case .applied = result, !isDry { return ChangeObject.outcome(change, .already) }
                        return ChangeObject.outcome(change, result)
                    }),
            ]
            return terminal.write(bytes: object.encoded + [UInt8(ascii: "\n")])
        }
        let text = ChangeText(terminal)
        for (change, result) in results.sorted(by: { $0.0.path < $1.0.path }) {
            text.outcome(change, result, isForeseen: isDry)
        }
        let there = results.count { $0.1.isThere }
        let directory = inert(copy.kept.directory.description)
        let left = results.count - there
        let verb = isDry ? "would be" : there == 1 ? "is" : "are"
        terminal.line(
            "\(there) of \(results.count) change\(results.count == 1 ? "" : "s") \(verb) in \(directory)"
                + (left == 0 ? "" : "; \(left) \(left == 1 ? "waits" : "wait") in the workspace"))
    }
}

extension Commit.Result {
    /// The directory holds it now.
    var isThere: Bool {
        switch self {
        case .applied, .already: true
        case .conflict, .refused: false
        }
    }
}
