import Audit
import Changes
import Linux

extension AuditCommand {
    /// Removes old trails. The ledger keeps what they ended with and says that they were removed, so that every proof
    /// stays valid and nobody can remove one silently.
    func prune() throws(UsageError) -> Never {
        guard names.isEmpty, let age = flags.last("--older-than") else {
            throw UsageError(description: "audit prune needs --older-than with an age, such as 90d")
        }
        guard let limit = RunBound(age)?.prefix else {
            throw UsageError(description: RunBound.objection(to: age, as: "--older-than"))
        }
        let old = runs([]).filter { $0.description < limit }
        let found: DirectoryVerification
        do {
            found = try DirectoryVerification(store, old)
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
        guard found.ledger.faults.isEmpty else {
            fail("the ledger is not sound, so nothing is removed; see `guardrun audit verify`", Exit.unsound)
        }
        let cursors = flags.has("--undelivered") ? [] : DeliveryCursor.all(in: store)
        var (removed, kept, waiting) = (0, 0, 0)
        for run in found.runs {
            if cursors.contains(where: { isWaiting(run.trail.runID, $0.places) }) {
                waiting += 1
                continue
            }
            // A trail that something is wrong with is evidence; one that was cut off is no more than that.
            guard !run.trail.isHeld, run.isSound || run.trail.state == .cutOff && run.fault == run.trail.fault
            else {
                kept += 1
                continue
            }
            if !flags.has("--dry-run") { remove(run.trail) }
            removed += 1
        }
        Terminal.standardOutput.line(
            "\(removed) trail\(removed == 1 ? "" : "s") \(flags.has("--dry-run") ? "would be" : removed == 1 ? "was" : "were") removed"
                + (waiting == 0
                    ? ""
                    : "; \(waiting) kept, because `audit ship` has not delivered all of \(waiting == 1 ? "it" : "them") "
                        + "(--undelivered removes them)")
                + (kept == 0 ? "" : "; \(kept) kept, because they go on or are not sound"))
        Exit.now(Exit.success)
    }

    /// Whether a delivery began with runs before this one, or with this one, and is not through with it.
    private func isWaiting(_ run: RunID, _ places: [String: UInt64]) -> Bool {
        guard let first = places.keys.min(), run.description >= first,
            var rest = try? TrailLines(of: run, in: store, from: places[run.description] ?? 0)
        else { return false }
        return (try? rest.next())?.isEmpty == false
    }

    private func remove(_ trail: Verification) {
        let ledger = openLedger(orElse: "nothing more is removed")
        do throws(LedgerError) {
            try ledger.close(LedgerEntry(.prune, trail.runID, trail.head))
        } catch {
            fail("nothing more is removed: \(error)")
        }
        store.trail(of: trail.runID).remove()
        store.tally(of: trail.runID).remove()
        // What waits to be committed stays; of what was settled there are only a few words left.
        if let copy = Kept(trail.runID, in: store), case .settled = copy.state() { copy.remove() }
    }
}
