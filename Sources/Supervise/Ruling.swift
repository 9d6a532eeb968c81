import Event
import Linux
import Policy

/// What is answered to a judged call.
package enum Ruling: Equatable, Sendable {
    /// The kernel carries it out, within the walls that hold whatever the caller's memory says then.
    case proceed
    /// As `proceed`, and this program is recorded as started.
    case start(path: Path, arguments: [[UInt8]])
    /// A process more, if there may be one.
    case fork
    /// It fails as it would have without guardrun; nothing is recorded.
    case fail(Errno)
    /// The policy refuses it.
    case violate(Violation)
    /// The supervisor makes the connection in the caller's stead, if the socket is still of the kind that was judged.
    case connect(socket: Int32, SocketAddress, as: Transport? = nil)
    /// As `proceed`, once the supervisor waits at these ports of the run's own network for what is sent there.
    case relay(ports: [UInt16])
    /// The supervisor gives the caller a bound socket.
    case bind(socket: Int32, SocketAddress)
    /// The supervisor lets the socket listen, if it is still bound to this.
    case listen(socket: Int32, SocketAddress)
    /// The supervisor changes the mode, the owner or the times of the file at this place, which holds no link.
    case alter(Path, Metadata)
    /// The same, of an open file, unless the run was given it.
    case alterOpen(descriptor: Int32, Metadata)
    /// The supervisor makes memory that cannot be executed.
    case memory(name: [UInt8], flags: UInt64)
    /// It is answered as done, and nothing is.
    case ignore
    /// As `proceed`, and the memory may be a process's no more a moment later.
    case share(bytes: UInt64)
}

/// A refused act, before it is known who did it.
package struct Violation: Equatable, Sendable {
    package let operation: Denial.Operation
    package let errno: Errno
    package let threat: Threat
    package let rule: String
    package let sentence: String
    package let arguments: [JSON.Member]

    package init(
        _ operation: Denial.Operation, _ errno: Errno, _ threat: Threat, rule: String, _ sentence: String,
        _ arguments: [JSON.Member]
    ) {
        self.operation = operation
        self.errno = errno
        self.threat = threat
        self.rule = rule
        self.sentence = sentence
        self.arguments = arguments
    }
}
