import CCares
import Glibc
import Linux

/// Asks the system's name servers, before a run and in its stead (ares_getaddrinfo(3)): a static executable has no
/// name service of its own, and a run that could ask would have a channel out.
package enum NameResolution {
    /// Every address of a name, each once, in the order of the answer; the reason as a sentence when there is none.
    package static func addresses(of name: String) -> Result<[[UInt8]], ResolutionError> {
        guard ares_library_init(ARES_LIB_INIT_ALL) == 0 else {
            return .failure(ResolutionError("c-ares does not start"))
        }
        defer { ares_library_cleanup() }
        var options = unsafe ares_options()
        unsafe options.timeout = 2_000
        unsafe options.tries = 2
        var channel: ares_channel?
        let started = unsafe ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)
        guard started == 0, let channel = unsafe channel else {
            return .failure(ResolutionError(text(started)))
        }
        defer { unsafe ares_destroy(channel) }

        let answer = Answer()
        var hints = ares_addrinfo_hints()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe ares_getaddrinfo(
            channel, name, nil, &hints, { unsafe Answer.receive($0, $1, $2, $3) },
            Unmanaged.passUnretained(answer).toOpaque())
        while answer.status == nil { unsafe wait(channel) }
        guard let status = answer.status, status == 0 else {
            return .failure(ResolutionError(text(answer.status ?? 0)))
        }
        return .success(answer.addresses)
    }

    private static func text(_ status: CInt) -> String { unsafe String(cString: ares_strerror(status)) }

    /// Waits for one of the sockets that the library has open, or for its time to be over.
    private static func wait(_ channel: ares_channel) {
        var sockets = [ares_socket_t](repeating: -1, count: 16)
        let ready = unsafe ares_getsock(channel, &sockets, 16)
        var set = PollSet()
        var places: [(socket: ares_socket_t, reading: Int?, writing: Int?)] = []
        for (index, socket) in sockets.enumerated() {
            // ARES_GETSOCK_READABLE and WRITABLE of ares_getsock(3).
            let reads = ready & (1 << index) != 0
            let writes = ready & (1 << (index + 16)) != 0
            guard reads || writes else { continue }
            places.append(
                (socket, reads ? set.add(socket) : nil, writes ? set.add(socket, writing: true) : nil))
        }
        set.wait(nanoseconds: 100_000_000)
        for place in places {
            unsafe ares_process_fd(
                channel, set.isReady(place.reading) ? place.socket : ARES_SOCKET_BAD,
                set.isReady(place.writing) ? place.socket : ARES_SOCKET_BAD)
        }
        // Lets the library notice that time has passed.
        unsafe ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD)
    }

    /// What the library's callback is told.
    private final class Answer {
        var status: CInt?
        var addresses: [[UInt8]] = []

        static func receive(
            _ context: UnsafeMutableRawPointer?, _ status: CInt, _ timeouts: CInt,
            _ result: UnsafeMutablePointer<ares_addrinfo>?
        ) {
            guard let context = unsafe context else { return }
            let answer = unsafe Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
            answer.status = status
            guard let result = unsafe result else { return }
            var node = unsafe result.pointee.nodes
            while let entry = unsafe node {
                let length = unsafe Int(entry.pointee.ai_addrlen)
                let bytes = unsafe Array(UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: length))
                if let address = SocketAddress(bytes).bytes, !answer.addresses.contains(address) {
                    answer.addresses.append(address)
                }
                unsafe node = entry.pointee.ai_next
            }
            unsafe ares_freeaddrinfo(result)
        }
    }
}

/// Why a name has no address.
package struct ResolutionError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
