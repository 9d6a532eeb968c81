import Audit
import Event
import Foundation
import Linux
import Session

/// A host of `guardrun session`, as a program in any language would be one.
final class SessionHost {
    struct Ended: Error {}

    private let process = Process()
    private let input = Foundation.Pipe()
    private let output = Foundation.Pipe()
    let errors = Foundation.Pipe()
    let audit: URL
    private var next: Int64 = 0
    /// Everything that was received.
    private(set) var received: [JSON] = []
    /// What a tool's call is answered with.
    var answer: (JSON) -> JSON? = { _ in ["value": 0] }

    init(
        _ caller: Caller, policy: String = "python", settings: [String] = [], options: [String] = [],
        approvals: Bool = false, in scratch: Scratch
    ) throws {
        audit = scratch.url.appendingPathComponent("audit-\(UUID().uuidString)")
        var words = [Shared.guardrun, "session", "-q", "-p", policy, "--audit", audit.path]
        for setting in settings { words += ["--set", setting] }
        words = caller.words(words + options)
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = scratch.url
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": scratch.url.path, "LANG": "C.UTF-8"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        send(["type": "hello", "protocol": 1, "approvals": .bool(approvals), "events": true])
    }

    deinit { if process.isRunning { kill(pid, SIGKILL) } }

    var pid: Int32 { process.processIdentifier }

    func send(_ message: JSON) { send(bytes: Frame.bytes(message)) }

    func send(bytes: [UInt8]) {
        // A session that has ended reads no more, and that is no fault of the test.
        signal(SIGPIPE, SIG_IGN)
        try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
    }

    func hangUp() { try? input.fileHandleForWriting.close() }

    /// The next message; nil at the end.
    func receive() -> JSON? {
        func read(_ count: Int) -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                guard let piece = try? output.fileHandleForReading.read(upToCount: count - bytes.count),
                    !piece.isEmpty
                else { return nil }
                bytes += piece
            }
            return bytes
        }
        guard let head = read(4), let body = read(head.reduce(0) { $0 << 8 | Int($1) }),
            let message = JSONReader.value(body, allowsZero: true)
        else { return nil }
        received.append(message)
        return message
    }

    /// Receives until there is a message of that type, and answers calls of tools on the way.
    @discardableResult func wait(for type: String, id: Int64? = nil) throws -> JSON {
        while let message = receive() {
            if message["type"]?.stringValue == "tool_call", type != "tool_call", let answer = answer(message)
            {
                let head: [JSON.Member] = [
                    .init("type", "tool_result"), .init("call", message["call"] ?? .null),
                ]
                send(.object(head + (answer.members ?? [])))
            }
            let isAnswer = type == "answer" && ["done", "error"].contains(message["type"]?.stringValue)
            if isAnswer || message["type"]?.stringValue == type {
                if id == nil || message["id"]?.intValue == id { return message }
            }
        }
        throw Ended()
    }

    /// Sends a request and does not wait; its number.
    func begin(_ fields: [JSON.Member]) -> Int64 {
        next += 1
        send(.object(fields + [.init("id", .number(next))]))
        return next
    }

    /// What became of a request: a message of type done or error.
    func ask(_ fields: JSON.Member...) throws -> JSON { try wait(for: "answer", id: begin(fields)) }

    func execute(_ code: String) throws -> JSON {
        try ask(.init("type", "execute"), .init("code", .string(code)))
    }

    func declare(_ tools: [String: [String]]) throws {
        let entries = tools.sorted { $0.key < $1.key }.map { name, parameters in
            JSON.object([
                .init("name", .string(name)), .init("parameters", .array(parameters.map(JSON.string))),
            ])
        }
        _ = try ask(.init("type", "tools"), .init("tools", .array(entries)))
    }

    /// Everything that was written to the standard streams.
    var text: String {
        received.filter { $0["type"]?.stringValue == "output" }.compactMap { $0["text"]?.stringValue }
            .joined()
    }

    /// Closes the session and waits; the exit status.
    @discardableResult func finish() -> Int32 {
        send(["type": "close"])
        hangUp()
        return end()
    }

    /// Waits for the end that comes by itself; the exit status.
    func end() -> Int32 {
        while receive() != nil {}
        process.waitUntilExit()
        return process.terminationReason == .exit
            ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// The events of all its trails.
    var events: [JSON] {
        let runs = audit.appendingPathComponent("runs")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
        return names.sorted().flatMap { name -> [JSON] in
            let data = FileManager.default.contents(atPath: runs.appendingPathComponent(name).path) ?? Data()
            return Array(data).split(separator: 10).compactMap { JSONReader.value($0) }
        }
    }

    func events(_ kind: Event.Kind) -> [JSON] { events.filter { $0["type"]?.stringValue == kind.rawValue } }
}
