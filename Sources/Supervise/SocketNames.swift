/// The names of socket(2)'s numbers.
enum SocketNames {
    static func family(_ number: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK", 17: "AF_PACKET", 29: "AF_CAN",
            31: "AF_BLUETOOTH", 33: "AF_RXRPC", 38: "AF_ALG", 40: "AF_VSOCK", 44: "AF_XDP",
        ]
        return names[number] ?? "family \(number)"
    }

    static func type(_ number: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 4: "SOCK_RDM", 5: "SOCK_SEQPACKET",
            10: "SOCK_PACKET",
        ]
        return names[number] ?? "type \(number)"
    }
}
