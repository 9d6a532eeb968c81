import Audit
import Changes
import Event
import Linux

/// What is done about a workspace, written into a trail of its own: that of the run is sealed.
final class Settlement {
    private let kept: Kept
    private let trail: Trail

    /// Begins the trail. Without one nothing is done.
    init(_ kept: Kept, words: [String], in store: Store, _ context: Context) {
        self.kept = kept
        do throws(SystemError) {
            trail = try Trail(
                RunID(startingAt: Clock.wall), in: store, syncsDenials: false, maxBytes: nil, listener: nil)
        } catch {
            fail("the audit trail cannot be written, so nothing was done: \(inert("\(error)"))")
        }
        record(
            Event(
                .runStarted, .info,
                "\(words.joined(separator: " ")): what \(kept.runID) changed in \(kept.directory)",
                fields: [
                    .init("command", .array((["guardrun"] + words).map(JSON.string))),
                    .init("directory", .text(kept.directory.bytes)),
                    .init("workspace_of", .string(kept.runID.description)),
                    .init("uid", .number(context.user.uid)),
                ]))
    }

    /// Writes down what became of one change.
    func note(_ change: Change, _ result: Commit.Result) {
        let (severity, sentence): (Event.Severity, String) =
            switch result {
            case .applied: (.info, "carried over")
            case .already: (.info, "there already")
            case .conflict(let why): (.warning, "not carried over: \(why)")
            case .refused(let why): (.warning, "not carried over: \(why)")
            }
        var fields: [JSON.Member] = [.init("outcome", ChangeObject.outcome(change, result))]
        if case .applied(let digest?) = result { fields.append(.init("sha256", .string(digest.description))) }
        record(
            Event(
                .workspaceCommitted, severity, "\(change.kind.rawValue) \(change.path): \(sentence)",
                fields: fields))
    }

    func discard(_ count: Int) {
        record(
            Event(
                .workspaceDiscarded, .warning,
                "\(count) change\(count == 1 ? "" : "s") of \(kept.runID) discarded",
                fields: [.init("changes", .number(count))]))
    }

    private func record(_ event: Event) {
        do throws(RecordingError) {
            try trail.record(event, counting: false)
        } catch {
            fail("the audit trail cannot be written, so guardrun stopped: \(inert("\(error)"))")
        }
    }

    /// Seals the trail; when nothing is left to do, the workspace goes.
    func end(_ how: String?, isSuccess: Bool) {
        do throws(RecordingError) {
            try trail.seal(
                Event(
                    .runFinished, isSuccess ? .info : .warning, how ?? "something waits in the workspace",
                    fields: [
                        .init("outcome", "completed"), .init("exit_status", isSuccess ? 0 : 1),
                        .init("workspace_of", .string(kept.runID.description)),
                    ]))
        } catch {
            fail("the audit trail cannot be written, so guardrun stopped: \(inert("\(error)"))")
        }
        guard let how else { return }
        do throws(SystemError) {
            try kept.settle(how, by: trail.runID)
        } catch {
            fail("the workspace of \(kept.runID) could not be settled: \(inert("\(error)"))")
        }
    }
}
