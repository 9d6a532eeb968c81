import Linux

/// How a run ended and what it used.
package struct Outcome: Equatable, Sendable {
    /// The names are a contract with readers of `--json`.
    package enum Kind: String, Sendable { case completed, refused, limit, killed, interrupted, failed }

    package var kind: Kind
    /// The exit status of the program; nil when it did not exit by itself.
    package var exitCode: Int32?
    /// The signal that ended it.
    package var signal: Int32?
    /// Why, as a sentence.
    package var reason: String
    /// The limit that ended it, by its policy name.
    package var limit: String?
    package var usage = Usage()
    package var violations = 0
    package var execs = 0
    /// Calls of the host's tools that a session let through, and those that it did not.
    package var toolCalls: UInt64 = 0
    package var toolCallsBlocked: UInt64 = 0
    /// Bytes added to files of the host.
    package var written: UInt64 = 0
    /// Processes that outlived the main one and were killed.
    package var leftovers = 0

    /// A run that was not begun.
    package static func refused(_ reason: String) -> Outcome { Outcome(.refused, reason: reason) }

    package init(_ kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

/// What a run used, in nanoseconds, bytes and numbers.
package struct Usage: Equatable, Sendable {
    package var wall: UInt64 = 0
    package var cpu: UInt64 = 0
    package var peakMemory: UInt64 = 0
    /// Processes and threads at most at once, as far as samples saw.
    package var processes: UInt64 = 0
    package var output: UInt64 = 0

    package init() {}
}
