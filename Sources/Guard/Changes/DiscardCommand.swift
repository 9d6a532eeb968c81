import Audit
import Changes
import Linux

/// `guardrun discard`: drops what runs changed in their copies.
struct DiscardCommand {
    private let choice: KeptChoice
    private let context: Context
    private let isAll: Bool
    /// Runs whose names are not before it are left alone.
    private let bound: RunBound?
    private let operands: [[UInt8]]

    init(_ words: [[UInt8]], _ context: Context) throws(UsageError) {
        let flags = try Flags(
            words,
            [KeptChoice.flag, .init("--all"), .init("--older-than", takes: "an age such as 7d or 12h")])
        choice = KeptChoice(flags, context)
        self.context = context
        isAll = flags.has("--all")
        let age = flags.last("--older-than")
        bound = age.flatMap { RunBound($0) }
        if let age, bound == nil {
            throw UsageError(description: RunBound.objection(to: age, as: "--older-than"))
        }
        operands = flags.operands
        guard (isAll || age != nil) != !operands.isEmpty else {
            throw UsageError(description: "discard takes runs, or --all, or --older-than AGE")
        }
    }

    func run() throws(UsageError) -> Never {
        var chosen: [Kept] = []
        for word in operands { chosen.append(try choice.run(String(decoding: word, as: UTF8.self))) }
        if operands.isEmpty {
            chosen = choice.store.kept().filter { kept in
                kept.state() == .pending && (bound.map { kept.runID.description < $0.prefix } ?? true)
            }
        }
        for kept in chosen { discard(kept) }
        if chosen.isEmpty { Terminal.standardOutput.line("no workspace waits that is meant") }
        Exit.now(Exit.success)
    }

    private func discard(_ kept: Kept) {
        let terminal = Terminal.standardOutput
        if case .settled(let how, _) = kept.state() {
            return terminal.line("\(kept.runID)  \(inert(how)) already")
        }
        let count: Int
        let hold: Directory?
        do throws(SystemError) {
            hold = try kept.taken()
            count = ((try? kept.contents())?.changes.count) ?? 0
        } catch {
            fail("the workspace of \(kept.runID) cannot be opened: \(inert("\(error)"))")
        }
        guard hold != nil else { fail("\(kept.runID) goes on; discard it when it is over") }
        let record = Settlement(
            kept, words: ["discard", kept.runID.description], in: choice.store, context)
        record.discard(count)
        record.end("discarded", isSuccess: true)
        terminal.line("\(kept.runID)  \(count) change\(count == 1 ? "" : "s") discarded")
    }
}
