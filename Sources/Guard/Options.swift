import Audit
import Linux
import Policy
import Session

/// What a command line asks for.
struct Options {
    enum Scanning: String, CaseIterable {
        /// The policy's actions hold.
        case enforce
        /// What would be refused is recorded and runs.
        case warn
    }

    /// A profile's name or a policy file; nil means `strict`.
    var policy: String?
    var settings: [String] = []
    var scanning = Scanning.enforce
    var json: String?
    var events: String?
    var audit: Path?
    /// Commands that are asked first.
    var hooks: [Hook] = []
    var environment: [String] = []
    /// The name of the run, where somebody has to know it before.
    var runID: RunID?
    var quiet = false
    /// The run gets a terminal of its own.
    var terminal = false
    /// How many checkpoints a session keeps; nil when nothing was said.
    var checkpoints: Int?
    /// The command and its arguments, byte for byte.
    var command: [[UInt8]] = []
}

/// A command line that cannot be understood, and what to write instead.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}

extension Options {
    /// A command without options.
    init(command: [[UInt8]]) { self.command = command }

    /// Reads the options that come before a command. The command begins at the first word that is no option, or
    /// after `--`.
    ///
    /// - Parameter inSession: whether the options of a session are among them.
    init(_ words: [[UInt8]], inSession: Bool = false) throws(UsageError) {
        let flags = try Flags(words, Self.known + (inSession ? Self.ofSessions : []), stopsAtOperand: true)
        policy = flags.last("--policy")
        settings = flags.all("--set")
        if let word = flags.last("--scan") {
            guard let mode = Scanning(rawValue: word) else {
                throw UsageError(description: "--scan takes 'enforce' or 'warn', not '\(inert(word))'")
            }
            scanning = mode
        }
        json = flags.last("--json")
        events = flags.last("--events")
        audit = flags.last("--audit").map { Path($0) }
        for text in flags.all("--on") { hooks.append(try Hook(text)) }
        environment = flags.all("--env")
        quiet = flags.has("--quiet")
        terminal = flags.has("--tty") || flags.has("-it") || flags.has("-ti")
        if let word = flags.last("--checkpoints") {
            guard let number = Int(word), (0...Shelf.largest).contains(number) else {
                throw UsageError(
                    description: "--checkpoints takes a number up to \(Shelf.largest), not '\(inert(word))'")
            }
            checkpoints = number
        }
        command = flags.operands
    }

    private static let ofSessions: [Flags.Known] = [.init("--checkpoints", takes: "how many are kept")]

    private static let known: [Flags.Known] = [
        .init("--policy", short: "-p", takes: "a profile's name or a policy file"),
        .init("--set", takes: "PATH=VALUE"), .init("--scan", takes: "'enforce' or 'warn'"),
        .init("--json", takes: "a file"), .init("--events", takes: "a descriptor or a file"),
        .init("--audit", takes: "a directory"), .init("--env", takes: "NAME or NAME=VALUE"),
        .init("--on", takes: "TYPE=COMMAND"),
        .init("--quiet", short: "-q"), .init("--interactive", short: "-i"), .init("--tty", short: "-t"),
        .init("-it"), .init("-ti"),
    ]
}
