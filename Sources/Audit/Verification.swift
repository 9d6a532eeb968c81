import Event
import Linux

/// What is found when a trail is read from its first byte to its last.
package struct Verification: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// Every line is where and as it was written, and the seal is there.
        case sound
        /// Sound as far as it goes, but it ends without a seal: the run, or guardrun, was cut off.
        case cutOff
        /// Something was changed, and where: a line number from 1.
        case broken(line: Int, reason: String)
        case unreadable(String)
    }

    package let runID: RunID
    package let state: State
    package let lines: Int
    /// The hash of the last sound line: what a witness would keep.
    package let head: Digest

    package var isSound: Bool { state == .sound }

    /// One sentence for people; empty when all is well.
    package var fault: String {
        switch state {
        case .sound: ""
        case .cutOff: "cut off after \(lines) line\(lines == 1 ? "" : "s"): the run has no seal"
        case .broken(let line, let reason): "line \(line): \(reason)"
        case .unreadable(let reason): reason
        }
    }

    /// Reads and checks the trail of a run.
    package static func of(_ run: RunID, in store: Store) -> Verification {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try store.trail(of: run).contents(atMost: 1 << 30)
        } catch {
            return Verification(runID: run, state: .unreadable("\(error.errno)"), lines: 0, head: .zero)
        }
        return check(bytes, run: run)
    }

    /// Checks the bytes of a trail.
    package static func check(_ bytes: [UInt8], run: RunID) -> Verification {
        var head = Digest.zero
        var count = 0
        var sealed = false
        func result(_ state: State) -> Verification {
            Verification(runID: run, state: state, lines: count, head: head)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                // A line is written in one piece, so half a line is the mark of a full disk or of an editor.
                return result(.broken(line: count + 1, reason: "the line has no end"))
            }
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if sealed { return result(.broken(line: count + 1, reason: "a line follows the seal")) }
            guard let hashes = ChainedLine.hashes(of: line, after: head) else {
                return result(.broken(line: count + 1, reason: "the line is not one of a trail"))
            }
            guard hashes.claimed == hashes.computed else {
                return result(
                    .broken(
                        line: count + 1,
                        reason: "the chain breaks here: a line was changed, moved, added or removed"))
            }
            if let reason = misplaced(line, run: run, sequence: count) {
                return result(.broken(line: count + 1, reason: reason))
            }
            sealed = Self.isSeal(line)
            head = hashes.claimed
            count += 1
        }
        if count == 0 { return result(.cutOff) }
        return result(sealed ? .sound : .cutOff)
    }

    /// Why a line that is chained rightly still does not belong here.
    private static func misplaced(_ line: ArraySlice<UInt8>, run: RunID, sequence: Int) -> String? {
        // The members stand at the front in a fixed order, so they are compared as bytes.
        let expected = "{\"v\":1,\"run_id\":\"\(run)\",\"seq\":\(sequence),"
        return line.starts(with: expected.utf8) ? nil : "the line belongs to another run or another place"
    }

    private static func isSeal(_ line: ArraySlice<UInt8>) -> Bool {
        // Only a run_finished can end a trail; the type stands before anything a program could have written.
        let marker = Array(",\"type\":\"run_finished\",".utf8)
        let head = line.prefix(256)
        return head.indices.contains { head[$0...].starts(with: marker) }
    }
}
