/// A cap that holds for a session as a whole, by the name that policies and reports give it.
package enum SessionCap: String, CaseIterable, Sendable {
    case toolCalls = "tool_calls"
    case tokens
    case costUSD = "cost_usd"
    case sessionWall = "session_wall"
    case idle

    /// `value` as a policy writes it.
    package func text(_ value: UInt64?) -> String {
        guard let value else { return "unlimited" }
        return switch self {
        case .sessionWall, .idle: Quantity.duration(value)
        case .toolCalls, .tokens: String(value)
        case .costUSD: Self.money(value)
        }
    }

    /// `1.50` for 1,500,000 millionths; at least two decimals, and no more than are needed.
    package static func money(_ millionths: UInt64) -> String {
        let (whole, rest) = millionths.quotientAndRemainder(dividingBy: 1_000_000)
        var digits = String(String(rest + 1_000_000).dropFirst())
        while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    /// `1.5` in millionths; nil for what is no plain decimal number with at most six decimals.
    package static func millionths(_ text: String) -> UInt64? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, !text.isEmpty, text != "." else { return nil }
        let decimals = parts.count == 2 ? parts[1] : first.prefix(0)
        guard first.count <= 9, decimals.count <= 6, first.allSatisfy(isDigit), decimals.allSatisfy(isDigit)
        else { return nil }
        let digits = String(decoding: first, as: UTF8.self) + String(decoding: decimals, as: UTF8.self)
        let padding = String(repeating: "0", count: 6 - decimals.count)
        return UInt64(digits + padding)
    }
}

/// The caps of a session; `nil` is unlimited. Times are in nanoseconds, money in millionths of a dollar.
package struct SessionCaps: Equatable, Sendable {
    package var toolCalls: UInt64?
    package var tokens: UInt64?
    package var costUSD: UInt64?
    package var sessionWall: UInt64?
    package var idle: UInt64?

    package init() {}

    package subscript(_ cap: SessionCap) -> UInt64? {
        get {
            switch cap {
            case .toolCalls: toolCalls
            case .tokens: tokens
            case .costUSD: costUSD
            case .sessionWall: sessionWall
            case .idle: idle
            }
        }
        set {
            switch cap {
            case .toolCalls: toolCalls = newValue
            case .tokens: tokens = newValue
            case .costUSD: costUSD = newValue
            case .sessionWall: sessionWall = newValue
            case .idle: idle = newValue
            }
        }
    }
}

extension Policy {
    /// What this policy asks for and cannot be given. A key whose effect would be missing is refused: what a policy
    /// says is what happens.
    ///
    /// - Parameter inSession: whether a session will hold it; a single run has no tools and no totals.
    func unenforced(inSession: Bool) -> [Fault] {
        func refuse(_ key: String, _ origin: Origin, later: Bool) -> Fault? {
            if later { return Fault(at: origin, "\(key) is not enforced by this version; take it out") }
            return inSession ? nil : Fault(at: origin, "\(key) needs a session; use `guardrun session`")
        }
        let caps = limits.session.compactMap { cap in
            let key = String(cap.value.prefix { $0 != ":" })
            return refuse("limits.\(key)", cap.origin, later: SessionCap(rawValue: key) == nil)
        }
        let tools = tools.declared.compactMap { key in
            refuse("tools.\(key.value)", key.origin, later: key.value == "servers")
        }
        let checkpoints = audit.checkpoints.flatMap {
            refuse("audit.checkpoints", $0.origin, later: false)
        }
        return caps + tools + (checkpoints.map { [$0] } ?? [])
    }
}
