import Audit
import Event

/// What the guarded side says: a claim of code that may be hostile. Names come from a list, sizes are capped, and what
/// is not exactly a message of the protocol is none.
package enum GuestMessage: Equatable, Sendable {
    /// The interpreter waits for its first request.
    case ready(python: String)
    case toolCall(ToolCall)
    /// The answer to a request, in the fields that it may have.
    case result(id: Int64, isDone: Bool, fields: [JSON.Member])
    /// Code that is made while a cell runs, before it runs.
    case compiled(Compiled)
    /// A copy of the interpreter waits as a checkpoint.
    case parked(Parked)
    /// A copy of a checkpoint has taken the interpreter's place.
    case restored(Restored)

    package struct Compiled: Equatable, Sendable {
        /// Where the code comes from.
        package enum Origin: String, CaseIterable, Sendable {
            /// What exec, eval or compile was given.
            case dynamic
            /// What an installed module makes from templates of its own.
            case library
            /// A module from where the cell may write.
            case `import`
            /// What a pickle names.
            case pickle
        }

        package let id: Int64
        package let origin: Origin
        package let name: String
        package let source: String
    }

    /// What a checkpoint says that it holds: files and bytes of the workspace, files that it could not read, and threads
    /// of the interpreter that are not in it.
    package struct Parked: Equatable, Sendable {
        package let id: Int64
        package let checkpoint: Int64
        package let files: Int64
        package let bytes: Int64
        package let leftOut: Int64
        package let threads: Int64
    }

    /// - `problems`: sentences about files that could not be brought back.
    package struct Restored: Equatable, Sendable {
        package let checkpoint: Int64
        package let problems: [String]
    }

    package struct ToolCall: Equatable, Sendable {
        package let id: Int64
        package let call: Int64
        package let name: String
        package let arguments: [JSON]
        package let named: [JSON.Member]
    }

    /// Longer text is cut: representations, messages and tracebacks are for people and models.
    package static let longestText = 1 << 16
    /// Values in one message, however small they are: each takes far more memory here than in the message.
    package static let mostValues = 1_000_000
}

extension GuestMessage {
    package init(_ bytes: [UInt8]) throws(Malformed) {
        guard Self.holdsFewValues(bytes) else {
            throw Malformed("a message of more than \(Self.mostValues) values")
        }
        guard let message = JSONReader.value(bytes, allowsZero: true), case .object = message else {
            throw Malformed("a message that is no JSON object")
        }
        switch message["type"]?.stringValue {
        case "ready":
            guard let python = message["python"]?.stringValue, python.utf8.count <= 64 else {
                throw Malformed("ready without a version")
            }
            self = .ready(python: python)
        case "tool_call":
            guard let id = message["id"]?.intValue, let call = message["call"]?.intValue,
                let name = message["name"]?.stringValue, name.utf8.count <= 256,
                let arguments = message["args"]?.elements, let named = message["kwargs"]?.members
            else { throw Malformed("a tool call without its fields") }
            self = .toolCall(
                ToolCall(id: id, call: call, name: name, arguments: arguments, named: named))
        case "result":
            guard let id = message["id"]?.intValue, case .bool(let isDone)? = message["ok"] else {
                throw Malformed("a result without its fields")
            }
            self = .result(id: id, isDone: isDone, fields: try Self.fields(of: message, isDone: isDone))
        case "compiled":
            guard let id = message["id"]?.intValue,
                let origin = message["origin"]?.stringValue.flatMap({ Compiled.Origin(rawValue: $0) }),
                let name = message["name"]?.stringValue, let source = message["source"]?.stringValue
            else { throw Malformed("compiled code without its fields") }
            self = .compiled(
                Compiled(id: id, origin: origin, name: Self.shortened(name), source: source))
        case "parked":
            guard let id = message["id"]?.intValue else { throw Malformed("parked without id") }
            func number(_ name: String) throws(Malformed) -> Int64 {
                guard let number = message[name]?.intValue, number >= 0 else {
                    throw Malformed("parked without \(name)")
                }
                return number
            }
            self = .parked(
                Parked(
                    id: id, checkpoint: try number("checkpoint"), files: try number("files"),
                    bytes: try number("bytes"), leftOut: try number("left_out"),
                    threads: try number("threads")))
        case "restored":
            guard let checkpoint = message["checkpoint"]?.intValue,
                let problems = message["problems"]?.elements, problems.count <= 20
            else { throw Malformed("restored without its fields") }
            self = .restored(
                Restored(
                    checkpoint: checkpoint,
                    problems: problems.compactMap { $0.stringValue }.map { String($0.prefix(500)) }))
        default: throw Malformed("a message of an unknown type")
        }
    }

    private static func fields(of message: JSON, isDone: Bool) throws(Malformed) -> [JSON.Member] {
        var fields: [JSON.Member] = []
        for name in isDone ? ["repr"] : ["name", "message", "traceback"] {
            guard let value = message[name] else { continue }
            guard let text = value.stringValue else { throw Malformed("\(name) is no text") }
            fields.append(.init(name, .string(shortened(text))))
        }
        guard isDone else { return fields }
        if let value = message["value"] { fields.append(.init("value", value)) }
        if let variables = message["variables"] {
            guard variables.members != nil else { throw Malformed("variables is no object") }
            fields.append(.init("variables", variables))
        }
        if let final = message["final"] {
            guard let arguments = final["args"], arguments.elements != nil, let named = final["kwargs"],
                named.members != nil
            else { throw Malformed("final without its fields") }
            fields.append(.init("final", .object([.init("args", arguments), .init("kwargs", named)])))
        }
        return fields
    }

    /// Whether the text has no more values than are allowed: what separates them is counted, outside of strings.
    private static func holdsFewValues(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > mostValues else { return true }
        var count = 0
        var (isString, isEscaped) = (false, false)
        for byte in bytes {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
            default: continue
            }
        }
        return count <= mostValues
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return String(decoding: text.utf8.prefix(longestText), as: UTF8.self) + "..."
    }
}
