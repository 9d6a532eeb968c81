import Event
import Glibc
import Linux

/// A run in one line, from the first and the last line of its trail alone: lists stay quick however long trails are.
package struct RunSummary: Equatable, Sendable {
    package let runID: RunID
    package let started: String
    package let command: String
    package let policy: String
    /// The outcome; `running` while it is written, `cut off` when it ends without a seal.
    package let outcome: String
    /// Why it ended so.
    package let reason: String
    package let violations: Int
    /// The threats that came up.
    package let threats: [String]

    /// nil when there is no trail, or its first line cannot be read.
    package init?(_ run: RunID, in store: Store) {
        guard let file = try? Descriptor.open(store.trail(of: run), O_RDONLY | O_NONBLOCK | O_NOCTTY),
            let size = try? file.size(), let head = Self.head(file),
            let first = JSONReader.event(head)
        else { return nil }
        runID = run
        started = first["time"]?.stringValue ?? ""
        command = (first["command"]?.elements ?? []).compactMap { $0.stringValue }.joined(separator: " ")
        policy = first["policy"]?["name"]?.stringValue ?? ""
        if let last = Self.tail(file, size).flatMap({ JSONReader.event($0) }),
            last["type"]?.stringValue == Event.Kind.runFinished.rawValue
        {
            outcome = last["outcome"]?.stringValue ?? "?"
            reason = last["message"]?.stringValue ?? ""
            violations = Int(last["counts"]?["violations"]?.intValue ?? 0)
            threats = last["threats"]?.members?.map { $0.name } ?? []
            return
        }
        // Without a seal there is nothing for it but to read all of it.
        outcome = file.tryLock(.shared) ? "cut off" : "running"
        reason = ""
        let bytes = (try? store.trail(of: run).contents(atMost: 1 << 30)) ?? []
        var (written, seen) = (0, [String]())
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let event = JSONReader.event(line)
            if event?["type"]?.stringValue == Event.Kind.policyViolation.rawValue { written += 1 }
            if let threat = event?["threat"]?.stringValue, !seen.contains(threat) { seen.append(threat) }
        }
        let tally = (try? store.tally(of: run).contents(atMost: Tally.capacity * 16)) ?? []
        let again = Tally.read(tally).reduce(UInt64(0)) { $0 &+ $1.count }
        violations = written &+ Int(truncatingIfNeeded: again)
        threats = seen
    }

    /// The first line; nil when there is none of a sensible length.
    private static func head(_ file: borrowing Descriptor) -> ArraySlice<UInt8>? {
        for limit in [16 << 10, 4 << 20] {
            guard let bytes = try? file.read(atMost: limit, at: 0) else { return nil }
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return bytes[..<end] }
            if bytes.count < limit { return nil }
        }
        return nil
    }

    /// The last line; nil when it has no end, or is longer than a seal can be.
    private static func tail(_ file: borrowing Descriptor, _ size: UInt64) -> ArraySlice<UInt8>? {
        for limit in [4 << 10, 512 << 10] as [UInt64] {
            let start = size - min(size, limit)
            guard let bytes = try? file.read(atMost: Int(size - start), at: start),
                bytes.last == UInt8(ascii: "\n")
            else { return nil }
            let body = bytes.dropLast()
            if let before = body.lastIndex(of: UInt8(ascii: "\n")) { return body[(before + 1)...] }
            if start == 0 { return body }
        }
        return nil
    }
}
