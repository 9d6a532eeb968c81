import Audit
import Event

/// What the host says. It is on our side; what it gets wrong is told as a mistake.
package enum HostMessage: Equatable, Sendable {
    /// - Parameters:
    ///   - approvals: whether it answers when a call is to be approved.
    ///   - events: whether it wants each line of the trail.
    case hello(approvals: Bool, events: Bool)
    case request(Request)
    case toolResult(call: Int64, ToolAnswer)
    case approval(call: Int64, digest: String, isAllowed: Bool, by: String)
    case interrupt(reason: String)
    case usage(id: Int64, tokens: UInt64, costUSD: UInt64)
    case drift(id: Int64, Drift)
    case restart
    case close

    package struct Request: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case execute(code: String)
            case set([JSON.Member])
            case get([String])
            case tools([ToolDeclaration])
            case checkpoint
            case restore(Int64)
        }

        package let id: Int64
        package let kind: Kind

        var isOfCheckpoints: Bool {
            switch kind {
            case .checkpoint, .restore: true
            case .execute, .set, .get, .tools: false
            }
        }
    }

    /// Two texts, and how far the second may have moved.
    package struct Drift: Equatable, Sendable {
        package let name: String
        package let baseline: String
        package let text: String
        package let threshold: Double
    }

    package enum ToolAnswer: Equatable, Sendable {
        case value(JSON)
        case error(String)
    }
}

/// A tool of the host, and what its parameters are called, in order.
package struct ToolDeclaration: Equatable, Sendable {
    package let name: String
    package let parameters: [String]

    package init(name: String, parameters: [String]) {
        self.name = name
        self.parameters = parameters
    }
}

extension HostMessage {
    package init(_ bytes: [UInt8]) throws(Malformed) {
        guard let message = JSONReader.value(bytes, allowsZero: true), let type = message["type"]?.stringValue
        else { throw Malformed("what the host sent is no JSON object with a type") }
        func number(_ name: String) throws(Malformed) -> Int64 {
            guard let number = message[name]?.intValue, number >= 0 else {
                throw Malformed("\(type) needs the number \(name)")
            }
            return number
        }
        func text(_ name: String) throws(Malformed) -> String {
            guard let text = message[name]?.stringValue else {
                throw Malformed("\(type) needs the text \(name)")
            }
            return text
        }
        switch type {
        case "hello":
            guard message["protocol"]?.intValue == 1 else {
                throw Malformed(
                    "the host speaks protocol \(message["protocol"]?.intValue ?? 0), this version 1")
            }
            self = .hello(
                approvals: message["approvals"] == .bool(true), events: message["events"] == .bool(true))
        case "execute": self = .request(Request(id: try number("id"), kind: .execute(code: try text("code"))))
        case "set":
            guard let variables = message["variables"]?.members else {
                throw Malformed("set needs variables")
            }
            for member in variables { try Self.check(member.name) }
            self = .request(Request(id: try number("id"), kind: .set(variables)))
        case "get":
            let names = message["names"]?.elements?.compactMap { $0.stringValue } ?? []
            for name in names { try Self.check(name) }
            self = .request(Request(id: try number("id"), kind: .get(names)))
        case "tools": self = .request(Request(id: try number("id"), kind: .tools(try Self.tools(message))))
        case "checkpoint": self = .request(Request(id: try number("id"), kind: .checkpoint))
        case "restore":
            self = .request(
                Request(id: try number("id"), kind: .restore(try number("checkpoint"))))
        case "tool_result":
            let answer: ToolAnswer =
                if let error = message["error"]?.stringValue {
                    .error(error)
                } else {
                    .value(message["value"] ?? .null)
                }
            self = .toolResult(call: try number("call"), answer)
        case "approval":
            self = .approval(
                call: try number("call"), digest: try text("digest"),
                isAllowed: message["allow"] == .bool(true),
                by: message["by"]?.stringValue ?? "the host")
        case "interrupt": self = .interrupt(reason: try text("reason"))
        case "usage":
            self = .usage(
                id: try number("id"), tokens: UInt64(try number("tokens")),
                costUSD: UInt64(try number("cost_millionths")))
        case "drift":
            let threshold: Double? =
                switch message["threshold"] {
                case .int(let number)?: Double(number)
                case .fraction(let number)?: number
                default: nil
                }
            guard let threshold, (0...1).contains(threshold) else {
                throw Malformed("drift needs a threshold from 0 to 1")
            }
            self = .drift(
                id: try number("id"),
                Drift(
                    name: try text("name"), baseline: try text("baseline"), text: try text("text"),
                    threshold: threshold))
        case "restart": self = .restart
        case "close": self = .close
        default: throw Malformed("the host sent a message of the unknown type \(type)")
        }
    }

    private static func tools(_ message: JSON) throws(Malformed) -> [ToolDeclaration] {
        var tools: [ToolDeclaration] = []
        for entry in message["tools"]?.elements ?? [] {
            guard let name = entry["name"]?.stringValue else { throw Malformed("a tool has no name") }
            for part in name.split(separator: ".", omittingEmptySubsequences: false) {
                try check(String(part))
            }
            let parameters = entry["parameters"]?.elements?.compactMap { $0.stringValue } ?? []
            tools.append(ToolDeclaration(name: name, parameters: parameters))
        }
        guard tools.count <= 1_000 else {
            throw Malformed("there are \(tools.count) tools; 1,000 are allowed")
        }
        return tools
    }

    /// Names of variables and tools are Python's, of which those beyond ASCII are left to Python.
    private static func check(_ name: String) throws(Malformed) {
        let isWord = name.utf8.allSatisfy { byte in
            byte >= 0x80 || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard isWord, (1...128).contains(name.utf8.count) else {
            throw Malformed("'\(name.prefix(200))' is no name of a variable or a tool")
        }
    }
}
