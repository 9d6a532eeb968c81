internal import CLinux
import Glibc

/// A socket that takes datagrams for any address of a network, and answers from there (udp(7), IPV6_PKTINFO).
package final class DatagramSocket {
    package let descriptor: Descriptor

    package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Where a datagram came from and where it was sent to: four or sixteen bytes, and the port of the sender.
    package struct Ends: Equatable, Sendable {
        package let source: [UInt8]
        package let sourcePort: UInt16
        package let target: [UInt8]
    }

    /// Takes what is sent to a port of any address from now on; nil when it does.
    package func bind(port: UInt16) -> Errno? {
        descriptor.bind(to: SocketAddress.encode([UInt8](repeating: 0, count: 16), port: port))
    }

    /// Takes one that is there, as far as it fits; nil when there is none.
    package func receive(into buffer: inout [UInt8]) -> (length: Int, ends: Ends)? {
        var datagram = gr_datagram()
        let length = unsafe gr_datagram_receive(descriptor.number, &buffer, buffer.count, &datagram)
        guard length >= 0 else { return nil }
        let (source, target) = unsafe (
            withUnsafeBytes(of: datagram.source) { unsafe Array($0) },
            withUnsafeBytes(of: datagram.target) { unsafe Array($0) }
        )
        return (
            length,
            Ends(
                source: SocketAddress.unmapped(source), sourcePort: datagram.source_port,
                target: SocketAddress.unmapped(target))
        )
    }

    /// Sends to where a datagram came from, from where it was sent to. What does not fit in anywhere is lost, as
    /// datagrams are.
    package func answer(_ bytes: [UInt8], length: Int, _ ends: Ends) {
        var datagram = gr_datagram()
        datagram.source_port = ends.sourcePort
        unsafe withUnsafeMutableBytes(of: &datagram.source) {
            unsafe $0.copyBytes(from: SocketAddress.mapped(ends.source))
        }
        unsafe withUnsafeMutableBytes(of: &datagram.target) {
            unsafe $0.copyBytes(from: SocketAddress.mapped(ends.target))
        }
        _ = unsafe gr_datagram_answer(descriptor.number, bytes, min(length, bytes.count), &datagram)
    }
}

extension Descriptor {
    /// Sends the first bytes to what it is connected to, or loses them.
    package borrowing func send(_ bytes: [UInt8], length: Int) {
        unsafe _ = Glibc.send(number, bytes, min(length, bytes.count), CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
    }

    /// Takes what arrived from there; nil when nothing did.
    package borrowing func receive(into buffer: inout [UInt8]) -> Int? {
        let length = unsafe recv(number, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return length >= 0 ? length : nil
    }
}
