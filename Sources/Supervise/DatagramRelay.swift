import Glibc
import Linux
import Policy
import Sandbox

/// Carries datagrams between a run and the destinations it is granted.
///
/// In the network of a run every address is its own, and nobody waits there but sockets of the supervisor. What the run
/// sends arrives at one of them, with the address that the kernel wrote into it; if that is granted it goes on by a
/// socket of the supervisor's own, and answers come back from the address that they are expected from. No address in
/// the memory of the run decides anything.
final class DatagramRelay {
    /// What the run sent and may not have sent.
    enum Refusal: Equatable {
        case destination(SocketAddress, caller: Int32)
        case name(String, caller: Int32)
    }

    private final class Port {
        let number: UInt16
        let socket: DatagramSocket
        /// Who last asked to send there.
        var caller: Int32
        var place: Int?

        init(_ number: UInt16, _ socket: DatagramSocket, caller: Int32) {
            self.number = number
            self.socket = socket
            self.caller = caller
        }
    }

    /// Datagrams of one socket of the run to one destination, and back.
    private final class Flow {
        let port: Port
        let ends: DatagramSocket.Ends
        let socket: Descriptor
        var lastUse: UInt64
        var place: Int?

        init(_ port: Port, _ ends: DatagramSocket.Ends, _ socket: consuming Descriptor, at time: UInt64) {
            self.port = port
            self.ends = ends
            self.socket = socket
            lastUse = time
        }
    }

    private let destinations: Destinations
    private let answers: NameAnswer
    private var unused: [DatagramSocket]
    private var ports: [Port] = []
    private var flows: [Flow] = []
    private var refused: [Refusal] = []
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    /// Counts datagrams, to find the flow that has been idle for longest.
    private var time: UInt64 = 0

    private static let mostFlows = 128
    /// So many from one socket before the others have their turn.
    private static let burst = 32
    /// More than the buffer of a socket holds.
    private static let last = 1_024
    /// What was refused once is not written down again, as far as that is remembered.
    private static let remembered = 1_024
    /// Where a run is told to ask for names (`Destinations.files`).
    static let nameServer: (address: [UInt8], port: UInt16) = ([127, 0, 0, 1], 53)

    init(_ sockets: [DatagramSocket], _ destinations: Destinations) {
        unused = sockets
        self.destinations = destinations
        answers = NameAnswer(destinations)
    }

    /// Has what is sent to a port from now on arrive here; an error when no more ports can be had.
    func open(_ number: UInt16, for caller: Int32) -> Errno? {
        if let port = ports.first(where: { $0.number == number }) {
            port.caller = caller
            return nil
        }
        guard let socket = unused.popLast() else { return Errno(ENOBUFS) }
        if let failure = socket.bind(port: number) {
            unused.append(socket)
            return failure
        }
        ports.append(Port(number, socket, caller: caller))
        return nil
    }

    func register(_ set: inout PollSet) {
        for port in ports { port.place = set.add(port.socket.descriptor.number) }
        for flow in flows { flow.place = set.add(flow.socket.number) }
    }

    /// Carries what has arrived; returns what was refused for the first time.
    func move(_ set: PollSet) -> [Refusal] {
        var refusals: [Refusal] = []
        for flow in flows where set.isReady(flow.place) { bringBack(flow) }
        for port in ports where set.isReady(port.place) { refusals += take(port, atMost: Self.burst) }
        // Places are those of one wait.
        for flow in flows { flow.place = nil }
        for port in ports { port.place = nil }
        return refusals
    }

    /// Carries what the run sent last, when it is over; nobody is left for answers.
    func drain() -> [Refusal] { ports.flatMap { take($0, atMost: Self.last) } }

    private func take(_ port: Port, atMost count: Int) -> [Refusal] {
        var refusals: [Refusal] = []
        for _ in 0..<count {
            guard let (length, ends) = port.socket.receive(into: &buffer) else { break }
            if let refusal = carry(length, ends, port), remember(refusal) { refusals.append(refusal) }
        }
        return refusals
    }

    private func carry(_ length: Int, _ ends: DatagramSocket.Ends, _ port: Port) -> Refusal? {
        let target = SocketAddress(SocketAddress.encode(ends.target, port: port.number))
        if destinations.allows(.udp, target) {
            time += 1
            if let flow = flow(ends, port) {
                flow.lastUse = time
                flow.socket.send(buffer, length: length)
            }
            return nil
        }
        guard port.number == Self.nameServer.port, ends.target == Self.nameServer.address else {
            return .destination(target, caller: port.caller)
        }
        guard let answer = answers.answer(to: buffer[..<length]) else { return nil }
        port.socket.answer(answer.bytes, length: answer.bytes.count, ends)
        return answer.refused.map { .name($0, caller: port.caller) }
    }

    /// The flow of these ends, a new one where there is none yet; the one that has been idle for longest makes room.
    private func flow(_ ends: DatagramSocket.Ends, _ port: Port) -> Flow? {
        if let known = flows.first(where: { $0.port === port && $0.ends == ends }) { return known }
        if flows.count >= Self.mostFlows,
            let idle = flows.indices.min(by: { flows[$0].lastUse < flows[$1].lastUse })
        {
            flows.remove(at: idle)
        }
        let family = ends.target.count == 4 ? AF_INET : AF_INET6
        guard let socket = try? Descriptor.udp(family: family),
            socket.connect(to: SocketAddress.encode(ends.target, port: port.number)) == nil
        else { return nil }
        let flow = Flow(port, ends, socket, at: time)
        flows.append(flow)
        return flow
    }

    private func bringBack(_ flow: Flow) {
        for _ in 0..<Self.burst {
            guard let length = flow.socket.receive(into: &buffer) else { return }
            time += 1
            flow.lastUse = time
            flow.port.socket.answer(buffer, length: length, flow.ends)
        }
    }

    private func remember(_ refusal: Refusal) -> Bool {
        if refused.contains(refusal) { return false }
        if refused.count < Self.remembered { refused.append(refusal) }
        return true
    }
}
