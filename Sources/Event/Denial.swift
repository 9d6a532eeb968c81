/// An act that the policy refused: what was tried, on what, by whom, and what the caller was told.
package struct Denial: Equatable, Sendable {
    /// What kind of act it is. The names are a contract with readers of the trail.
    package enum Operation: String, CaseIterable, Sendable {
        case open, stat, exec, connect, bind, send, signal, mount, process, syscall
    }

    package let operation: Operation
    package let syscall: String
    /// The arguments by name, decoded.
    package let arguments: [JSON.Member]
    package let pid: Int32
    /// The program that made the call.
    package let executable: String
    /// The error the caller got: `EACCES`; `SIGKILL` when it was killed instead.
    package let errno: String
    package let threat: Threat
    /// The policy line that refuses, or the list that would have to hold it.
    package let rule: String
    /// What was refused, as a sentence.
    package let sentence: String

    package init(
        operation: Operation, syscall: String, arguments: [JSON.Member], pid: Int32, executable: String,
        errno: String, threat: Threat, rule: String, sentence: String
    ) {
        self.operation = operation
        self.syscall = syscall
        self.arguments = arguments
        self.pid = pid
        self.executable = executable
        self.errno = errno
        self.threat = threat
        self.rule = rule
        self.sentence = sentence
    }

    /// The violation as an event.
    package var event: Event {
        Event(
            .policyViolation, .high, rule: rule, threat: threat, sentence,
            fields: [
                .init("op", .string(operation.rawValue)), .init("syscall", .string(syscall)),
                .init("args", .object(arguments)), .init("pid", .number(pid)),
                .init("exe", .string(executable)), .init("errno", .string(errno)),
            ])
    }
}
