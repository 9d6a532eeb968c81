import Linux

/// Every trail of an audit directory held against itself and against the ledger over all of them.
package struct DirectoryVerification: Sendable {
    /// One run: what its trail says, and what the ledger says of it.
    package struct Run: Sendable {
        package let trail: Verification
        let isPruned: Bool
        /// One sentence for people; empty when all is well.
        package let fault: String
        package let notes: [String]

        package var isSound: Bool { fault.isEmpty }
    }

    package private(set) var ledger: LedgerReading
    package private(set) var runs: [Run] = []
    /// Trails that `audit prune` removed.
    package private(set) var pruned = 0

    package var isSound: Bool { ledger.faults.isEmpty && runs.allSatisfy { $0.isSound } }

    /// - Parameter chosen: the runs to look at; nil for all there are, and all there should be.
    package init(
        _ store: Store, _ chosen: [RunID]?, keeping kept: [KeptCheckpoint] = [],
        trusting keys: [VerifierKey] = []
    ) throws(SystemError) {
        func read() -> LedgerReading { LedgerReading(store, keeping: kept, trusting: keys) }
        let present: [RunID]
        if let chosen { present = chosen } else { present = try store.all() }
        ledger = read()
        var names = present
        if chosen == nil {
            let there = Set(present)
            names += ledger.runs.keys.filter { !there.contains($0) }
            names.sort()
        }
        var isReread = false
        for name in names {
            var run = look(at: name, store)
            if !run.isSound || !run.notes.isEmpty, !isReread {
                // What looks wrong may have happened since the ledger was read.
                ledger = read()
                isReread = true
                run = look(at: name, store)
            }
            if run.isPruned { pruned += 1 } else { runs.append(run) }
        }
    }

    private func look(at run: RunID, _ store: Store) -> Run {
        let known = ledger.runs[run]
        let isThere = (try? store.trail(of: run).status(followingLinks: false)) != nil
        let trail = Verification.of(run, in: store)
        if !isThere, let known {
            return Run(
                trail: trail, isPruned: known.prune != nil,
                fault: known.prune != nil
                    ? ""
                    : "the trail was removed: the ledger holds its \(known.close == nil ? "start" : "end")",
                notes: [])
        }
        var notes = trail.notes
        let fault = trail.fault.isEmpty || trail.state == .cutOff ? disagreement(trail, known, &notes) : nil
        return Run(trail: trail, isPruned: false, fault: fault ?? trail.fault, notes: notes)
    }

    /// What the ledger says against a trail that is whole as far as it goes.
    private func disagreement(
        _ trail: Verification, _ known: LedgerReading.Known?, _ notes: inout [String]
    ) -> String? {
        // Who writes it still has to tell the ledger, or is about to.
        if trail.isHeld || trail.lines == 0 || !ledger.isReadable { return nil }
        guard let known else {
            // Killed between its own first line and the ledger's: nothing of the run had begun.
            if trail.lines == 1, trail.state == .cutOff, ledger.isThere { return nil }
            return ledger.isThere
                ? "the ledger does not hold its start: the trail was put there, or the ledger was rolled back"
                : "there is no ledger that holds it: the ledger was removed, or the trail is older than it"
        }
        if known.prune != nil { return "the ledger says that it was pruned, and it is there" }
        if trail.first != known.start {
            return "line 1: the trail was replaced: the ledger holds another first line"
        }
        if let close = known.close, close != trail.head {
            return trail.state == .sound
                ? "the trail was rewritten and its chain computed anew: the ledger holds another end"
                : "the trail was cut after \(trail.lines) line\(trail.lines == 1 ? "" : "s"): the ledger holds its end"
        }
        if trail.state == .sound, known.close == nil {
            notes.append("guardrun was killed after it sealed the trail and before the ledger had its end")
        }
        return nil
    }
}
