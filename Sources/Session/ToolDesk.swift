import Event
import Linux
import Policy
import Scan
import Supervise

/// Decides on each call of a tool, before the host hears of it.
struct ToolDesk {
    enum Decision: Equatable {
        case allowed
        /// A person, or a program in a person's place, is to be asked.
        case asks(rule: String)
        /// The policy line that decided, and why, for the code that called and for people.
        case blocked(rule: String, reason: String)
    }

    private struct CheckedRule {
        let rule: Located<ToolRule>
        let refuse: [(Pattern, TextSearch)]
        let patterns: [(String, TextSearch)]
    }

    private let rules: ToolRules
    private let checked: [CheckedRule]
    private let cap: UInt64?
    private let scanner: Scanner
    private let totals: Totals
    private var tools: [ToolDeclaration] = []

    /// - Parameter cap: calls that there may be in the session.
    init(_ rules: ToolRules, cap: UInt64?, totals: Totals, scanner: Scanner) throws(ScanError) {
        self.scanner = scanner
        self.rules = rules
        self.cap = cap
        self.totals = totals
        var checked: [CheckedRule] = []
        for rule in rules.rules {
            var refuse: [(Pattern, TextSearch)] = []
            for pattern in rule.value.refuse { refuse.append((pattern, try TextSearch(pattern))) }
            var patterns: [(String, TextSearch)] = []
            for argument in rule.value.arguments {
                if let pattern = argument.pattern {
                    patterns.append((argument.name, try TextSearch(pattern)))
                }
            }
            checked.append(CheckedRule(rule: rule, refuse: refuse, patterns: patterns))
        }
        self.checked = checked
    }

    /// Takes what the host has in place of what it had.
    mutating func declare(_ tools: [ToolDeclaration]) { self.tools = tools }

    /// The arguments by name. Those given by place get the names that the host declared; what it did not is named by its
    /// place, which no rule allows.
    func arguments(of call: GuestMessage.ToolCall) -> [JSON.Member] {
        let names = tools.first { $0.name == call.name }?.parameters ?? []
        let placed = call.arguments.enumerated().map { index, value in
            JSON.Member(index < names.count ? names[index] : "#\(index + 1)", value)
        }
        return placed + call.named
    }

    /// Decides, and counts nothing.
    ///
    /// - Parameter now: on the monotonic clock, in nanoseconds.
    func decide(_ call: GuestMessage.ToolCall, _ arguments: [JSON.Member], at now: UInt64) -> Decision {
        guard tools.contains(where: { $0.name == call.name }) else {
            return .blocked(rule: "tools", reason: "there is no tool of that name")
        }
        guard rules.allow.contains(where: { $0.value.matches(call.name) }) else {
            return .blocked(rule: "tools.allow", reason: "the policy does not list it under tools.allow")
        }
        var names = Set<String>()
        for argument in arguments where !names.insert(argument.name).inserted {
            return .blocked(rule: "tools", reason: "its argument \(argument.name) is given twice")
        }
        for rule in checked where rule.rule.value.tool.matches(call.name) {
            if let why = objection(of: rule, to: arguments) {
                return .blocked(rule: "\(rule.rule.origin)", reason: why)
            }
        }
        if let cap, totals[.toolCalls] >= cap {
            return .blocked(
                rule: "limits.tool_calls", reason: "the session has had all of its \(cap) calls of tools")
        }
        for (index, rule) in checked.enumerated() where rule.rule.value.tool.matches(call.name) {
            if let calls = rule.rule.value.calls, totals.calls(ofRule: index) >= calls {
                return .blocked(
                    rule: "\(rule.rule.origin)",
                    reason: "the session has had all of its \(calls) calls of \(rule.rule.value.tool)")
            }
        }
        for (index, rule) in checked.enumerated() where rule.rule.value.tool.matches(call.name) {
            guard let rate = rule.rule.value.rate, isTooFast(rate, index, now) else { continue }
            return .blocked(
                rule: "\(rule.rule.origin)",
                reason:
                    "there may be \(rate.calls) calls of \(rule.rule.value.tool) within \(Amount.time(rate.within)); wait and try again"
            )
        }
        if let asked = rules.approve.first(where: { $0.value.matches(call.name) }) {
            return .asks(rule: "\(asked.origin)")
        }
        return .allowed
    }

    private func isTooFast(_ rate: CallRate, _ rule: Int, _ now: UInt64) -> Bool {
        if rate.calls == 0 { return true }
        guard let oldest = totals.oldestCall(ofRule: rule) else { return false }
        return now - min(now, oldest) < rate.within
    }

    /// Why text is not the code that it may be; nil when it is.
    private func objection(to value: JSON, as code: ArgumentRule.Code) -> String? {
        guard let text = value.stringValue else { return "is no text, and has to be code" }
        let language: Language =
            switch code {
            case .python: .python
            case .shell: .shell
            case .javascript: .javascript
            }
        let verdict = scanner.scan(
            Source(name: Path("argument"), language: language, bytes: Array(text.utf8), place: .step))
        guard verdict.action >= .ask else { return nil }
        return "is refused: \(Conversation.threats(of: verdict)) in \(code.rawValue) code"
    }

    /// Counts a call that is let through or asked about, before it is made.
    func count(_ call: GuestMessage.ToolCall, at now: UInt64) {
        totals[.toolCalls] += 1
        for (index, rule) in checked.enumerated() where rule.rule.value.tool.matches(call.name) {
            totals.count(rule: index, at: now)
        }
    }

    private func objection(of rule: CheckedRule, to arguments: [JSON.Member]) -> String? {
        for wanted in rule.rule.value.arguments {
            guard let value = arguments.first(where: { $0.name == wanted.name })?.value else {
                if wanted.isRequired { return "the argument \(wanted.name) is missing" }
                // It may be among those whose name nobody knows.
                if arguments.contains(where: { $0.name.hasPrefix("#") }) {
                    return "the argument \(wanted.name) has to be given by its name"
                }
                continue
            }
            if let why = wanted.objection(to: value) { return "the argument \(wanted.name) \(why)" }
            if let language = wanted.language, let why = objection(to: value, as: language) {
                return "the argument \(wanted.name) \(why)"
            }
            if let (_, search) = rule.patterns.first(where: { $0.0 == wanted.name }) {
                guard let text = value.stringValue, search.isFound(in: Array(text.utf8)) else {
                    return "the argument \(wanted.name) does not match its pattern"
                }
            }
        }
        for (pattern, search) in rule.refuse {
            for argument in arguments where argument.value.holds(search) {
                return "the argument \(argument.name) holds what the pattern \(pattern.id) refuses"
            }
        }
        return nil
    }
}

extension ArgumentRule {
    /// Why a value is not what the rule wants; nil when it is.
    fileprivate func objection(to value: JSON) -> String? {
        if let type, !value.isOf(type) { return "is not of type \(type.rawValue)" }
        if let values, !values.contains(where: { $0.equals(value) }) {
            return "is none of the values that are allowed"
        }
        if minimum != nil || maximum != nil {
            guard let number = value.number else { return "is no number" }
            if let minimum, number < minimum { return "is less than \(minimum)" }
            if let maximum, number > maximum { return "is more than \(maximum)" }
        }
        if let maxLength {
            guard let length = value.stringValue?.unicodeScalars.count ?? value.elements?.count else {
                return "is neither text nor an array"
            }
            if UInt64(length) > maxLength { return "is longer than \(maxLength)" }
        }
        return nil
    }
}

extension JSON {
    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .fraction(let number): number
        default: nil
        }
    }

    fileprivate func isOf(_ type: ArgumentRule.Kind) -> Bool {
        switch (type, self) {
        case (.string, .string), (.integer, .int), (.number, .int), (.number, .fraction), (.boolean, .bool),
            (.array, .array), (.null, .null):
            true
        // Values of other types come as objects with a mark.
        case (.object, .object): self[Self.mark] == nil
        default: false
        }
    }

    fileprivate func equals(_ other: JSON) -> Bool {
        if let a = number, let b = other.number { return a == b }
        return self == other
    }

    fileprivate static let mark = "__guardrun__"

    private static let inBase64 = ["str", "bytes", "ndarray", "image"]

    /// The same of bytes that are passed in base64. What is written in no way that `Base64` reads holds everything: who
    /// reads it more kindly could find anything there.
    private func holdsEncoded(_ search: TextSearch) -> Bool {
        guard let mark = self[Self.mark]?.stringValue, Self.inBase64.contains(mark) else { return false }
        guard let bytes = self["value"]?.stringValue.flatMap({ Base64.bytes($0) }) else { return true }
        // Letters in an array of texts take four bytes each.
        return search.isFound(in: bytes) || mark == "ndarray" && search.isFound(in: bytes.filter { $0 != 0 })
    }

    /// Whether a pattern is found in any text of the value: names, and bytes that are passed in base64, included.
    fileprivate func holds(_ search: TextSearch) -> Bool {
        switch self {
        case .string(let text): search.isFound(in: Array(text.utf8))
        case .array(let values): values.contains { $0.holds(search) }
        case .object(let members):
            members.contains { search.isFound(in: Array($0.name.utf8)) || $0.value.holds(search) }
                || holdsEncoded(search)
        case .int, .fraction:
            search.isFound(in: encoded)
        case .null, .bool: false
        }
    }
}

/// Bytes written as text (RFC 4648).
enum Base64 {
    /// The bytes; nil for what is not written in the one way that there is for them.
    static func bytes(_ text: String) -> [UInt8]? {
        let padding = text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard text.utf8.count % 4 == 0, padding < 3 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var (bits, count) = (UInt32(0), 0)
        for character in text.utf8.dropLast(padding) {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 && count < 6 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - 97 + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - 48 + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
