import Event
import Linux

/// A run in one line, from the first and the last line of its trail.
package struct RunSummary: Equatable, Sendable {
    package let runID: RunID
    package let started: String
    package let command: String
    package let policy: String
    /// The outcome, or `cut off` when the trail has no seal.
    package let outcome: String
    package let violations: Int

    package init?(_ run: RunID, in store: Store) {
        guard let bytes = try? store.trail(of: run).contents(atMost: 1 << 30) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first.flatMap({ JSONReader.value($0) }) else { return nil }
        let last = lines.last.flatMap { JSONReader.value($0) }
        let isSealed = last?["type"]?.stringValue == Event.Kind.runFinished.rawValue
        runID = run
        started = first["time"]?.stringValue ?? ""
        command = (first["command"]?.elements ?? []).compactMap(\.stringValue).joined(separator: " ")
        policy = first["policy"]?["name"]?.stringValue ?? ""
        outcome = isSealed ? last?["outcome"]?.stringValue ?? "?" : "cut off"
        violations =
            isSealed
            ? Int(last?["counts"]?["violations"]?.intValue ?? 0) : Self.counted(lines, run, in: store)
    }

    /// What a run without a seal had refused: the lines of its trail, and how often each came again.
    private static func counted(_ lines: [ArraySlice<UInt8>], _ run: RunID, in store: Store) -> Int {
        let written = lines.count {
            JSONReader.value($0)?["type"]?.stringValue == Event.Kind.policyViolation.rawValue
        }
        let bytes = (try? store.tally(of: run).contents(atMost: Tally.capacity * 16)) ?? []
        let again = Tally.read(bytes).reduce(UInt64(0)) { $0 &+ $1.count }
        return written + Int(truncatingIfNeeded: again)
    }
}
