import Event
import Linux
import Policy
import Scan

/// An act as policies judge it, before anybody does it: what a witness is, and what `guardrun policy test` asks about.
package enum Attempt: Equatable, Sendable {
    /// Opening a file for reading, or for writing where `writes`.
    case open(Path, writes: Bool)
    case execute(Path)
    case connect(Endpoint)
    case listen(Endpoint)
    /// A system call with its first arguments; those that are left out are 0.
    case call(String, [UInt64])
    /// Using so much of a limit.
    case use(Policy::Limit, UInt64)
    /// The same of what only a session has; money in millionths.
    case cap(SessionCap, UInt64)
    /// Calling a tool of that name, with arguments that break no rule.
    case tool(String)
    /// Code in which a rule of that threat and level is found so surely.
    case finding(Threat, Level, confidence: Double)
    /// Code with a text that patterns look for.
    case code(String, Language)
    /// A run on a host that lacks a mechanism.
    case without(Mechanism)
    /// A trail that grows to so many bytes.
    case trail(UInt64)
    /// A refusal right before the power fails: `allow` where its event may be lost.
    case powerCut
    /// A trail that keeps less than so much of the code: `allow` where it may.
    case forgottenCode(AuditRules.Code)
    /// A refused open by a thread whose other thread changes the path: `allow` where its event may be missing.
    case unseenOpen
    /// Changing a file of the working directory: `allow` where that is done before anybody has looked at it.
    case unseenWrite
}

/// What becomes of an attempt, the freest first.
package enum Answer: String, CaseIterable, Comparable, Sendable {
    case allow
    /// The supervisor looks at it first, and other parts of the policy decide.
    case judge
    case warn, ask, deny
    /// Refused, and the process is killed.
    case kill

    package static func < (a: Answer, b: Answer) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package init(_ action: Action) {
        switch action {
        case .allow: self = .allow
        case .warn: self = .warn
        case .ask: self = .ask
        case .deny: self = .deny
        }
    }
}

extension Attempt: CustomStringConvertible {
    /// As `guardrun policy test` reads it, where it does.
    package var description: String {
        switch self {
        case .open(let path, let writes): "open \(path) \(writes ? "w" : "r")"
        case .execute(let path): "exec \(path)"
        case .connect(let endpoint): "connect \(endpoint)"
        case .listen(let endpoint): "listen \(endpoint)"
        case .call(let name, let arguments):
            (["syscall", name] + arguments.map { "0x" + String($0, radix: 16) }).joined(separator: " ")
        case .use(let limit, let amount): "limit \(limit.rawValue) \(limit.text(amount))"
        case .cap(let cap, let amount): "limit \(cap.rawValue) \(cap.text(amount))"
        case .tool(let name): "tool \(name)"
        case .finding(let threat, let level, let confidence):
            "finding \(threat.rawValue) \(level.rawValue) \(confidence)"
        case .code(let text, let language): "code \(language.rawValue) \(text)"
        case .without(let mechanism): "run on a host without \(mechanism.rawValue)"
        case .trail(let bytes): "audit.max_bytes \(bytes)"
        case .powerCut: "a refusal right before the power fails"
        case .forgottenCode(let kept): "a trail that keeps less than the \(kept.rawValue) of the code"
        case .unseenOpen: "a refused open whose path another thread changes"
        case .unseenWrite: "a change in the working directory that nobody has looked at"
        }
    }

    /// With its parts under names of their own.
    package var json: JSON {
        var members = [JSON.Member("act", .string(description)), .init("op", .string(operation))]
        switch self {
        case .open(let path, let writes):
            members.append(.init("path", .text(path.bytes)))
            let flags: OpenFlags = writes ? [.writeOnly, .create] : []
            members.append(.init("flags", .string(flags.description)))
        case .execute(let path): members.append(.init("path", .text(path.bytes)))
        case .connect(let endpoint), .listen(let endpoint):
            members.append(.init("address", .string(endpoint.description)))
        case .call(let name, let arguments):
            members.append(.init("syscall", .string(name)))
            members.append(.init("args", .array(arguments.map { .string("0x" + String($0, radix: 16)) })))
        case .use(let limit, let amount):
            members.append(.init("limit", .string(limit.rawValue)))
            members.append(.init("value", .string(limit.text(amount))))
        case .cap(let cap, let amount):
            members.append(.init("limit", .string(cap.rawValue)))
            members.append(.init("value", .string(cap.text(amount))))
        case .tool(let name): members.append(.init("tool", .string(name)))
        case .finding(let threat, let level, let confidence):
            members.append(.init("threat", .string(threat.rawValue)))
            members.append(.init("level", .string(level.rawValue)))
            members.append(.init("confidence", .fraction(confidence)))
        case .code(let text, let language):
            members.append(.init("language", .string(language.rawValue)))
            members.append(.init("text", .string(text)))
        case .without(let mechanism): members.append(.init("mechanism", .string(mechanism.rawValue)))
        case .trail(let bytes): members.append(.init("bytes", .number(bytes)))
        case .powerCut, .forgottenCode, .unseenOpen, .unseenWrite: break
        }
        return .object(members)
    }

    private var operation: String {
        switch self {
        case .open, .unseenWrite: "open"
        case .execute: "exec"
        case .connect: "connect"
        case .listen: "listen"
        case .call: "syscall"
        case .use, .cap: "limit"
        case .tool: "tool"
        case .finding: "finding"
        case .code: "code"
        case .without: "run"
        case .trail, .powerCut, .forgottenCode, .unseenOpen: "record"
        }
    }
}
