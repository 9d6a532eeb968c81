import Linux

/// What a session has used, in memory that the interpreters' supervisors share one after the other: totals hold for the
/// session, however often its interpreter was started anew.
package final class Totals {
    package enum Total: Int, CaseIterable, Sendable {
        /// Which interpreter this is, from 1.
        case generation
        case cells, toolCalls, toolCallsBlocked, tokens
        /// In millionths.
        case costUSD
        /// Bytes that were written to the standard streams.
        case output
        /// Programs started beside the interpreters themselves.
        case execs
        /// Bytes added to files of the host.
        case written
    }

    package enum Mark: Int, CaseIterable, Sendable {
        /// Another interpreter is to follow the one that has ended.
        case goesOn
        /// What the host said when it greeted: that it did, that it answers approvals, that it wants the trail's lines.
        case hasGreeted, takesApprovals, wantsEvents
    }

    /// On the monotonic clock, in nanoseconds.
    package let startedAt = Clock.monotonic
    private let memory: Mapping
    private let rules: [UInt64]
    private static let marks = Total.allCases.count
    private static let firstRule = marks + Mark.allCases.count

    /// An empty one.
    ///
    /// - Parameter rates: for each rule of tools, how many times of calls are remembered.
    package init(rates: [UInt64]) throws(SystemError) {
        rules = rates
        memory = try Mapping(length: (Self.firstRule + rates.count + Int(rates.reduce(0, +))) * 8)
    }

    package subscript(_ total: Total) -> UInt64 {
        get { self[at: total.rawValue] }
        set { self[at: total.rawValue] = newValue }
    }

    package subscript(_ mark: Mark) -> Bool {
        get { self[at: Self.marks + mark.rawValue] == 1 }
        set { self[at: Self.marks + mark.rawValue] = newValue ? 1 : 0 }
    }

    /// Calls that were counted under a rule of tools.
    package func calls(ofRule rule: Int) -> UInt64 {
        rule < rules.count ? self[at: Self.firstRule + rule] : .max
    }

    /// When the call was made that lies as many calls of that rule back as are remembered; nil when there was none.
    package func oldestCall(ofRule rule: Int) -> UInt64? {
        guard rule < rules.count, rules[rule] > 0, calls(ofRule: rule) >= rules[rule] else { return nil }
        return self[at: place(of: calls(ofRule: rule), rule)]
    }

    /// - Parameter now: on the monotonic clock, in nanoseconds.
    package func count(rule: Int, at now: UInt64) {
        guard rule < rules.count else { return }
        if rules[rule] > 0 { self[at: place(of: calls(ofRule: rule), rule)] = now }
        self[at: Self.firstRule + rule] += 1
    }

    /// The times of a rule's calls take turns.
    private func place(of call: UInt64, _ rule: Int) -> Int {
        Self.firstRule + rules.count + Int(rules[..<rule].reduce(0, +)) + Int(call % rules[rule])
    }

    private subscript(at index: Int) -> UInt64 {
        get { unsafe memory.base.load(fromByteOffset: index * 8, as: UInt64.self) }
        set { unsafe memory.base.storeBytes(of: newValue, toByteOffset: index * 8, as: UInt64.self) }
    }
}
