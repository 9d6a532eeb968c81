import Linux
import Sandbox

/// Answers questions for names as a name server would (RFC 1035), from what is pinned for the run and nothing else.
///
/// Questions come from the run and are bytes that anybody may have made: each is read once, in order and within bounds.
struct NameAnswer {
    struct Reply: Equatable {
        let bytes: [UInt8]
        /// The name, when it is not granted.
        let refused: String?
    }

    private let destinations: Destinations

    init(_ destinations: Destinations) { self.destinations = destinations }

    private struct Question: Equatable {
        /// As it was asked, for the reply to repeat.
        let bytes: ArraySlice<UInt8>
        /// In lower case.
        let name: String
        let type: UInt16
        let isInternet: Bool
    }

    /// RFC 1035 section 3.2.2, RFC 3596.
    private static let (address4, address6): (UInt16, UInt16) = (1, 28)
    private static let headerLength = 12
    /// Addresses that fit in a datagram which every program takes (512 bytes).
    private static let mostAddresses = 8

    /// The reply to what arrived; nil when that is no question.
    func answer(to message: ArraySlice<UInt8>) -> Reply? {
        let message = Array(message)
        guard message.count >= Self.headerLength, message[2] & 0xF8 == 0, Self.word(message, 4) == 1,
            let question = Self.question(message)
        else { return nil }
        let addresses = destinations.addresses(of: question.name)
        let wanted = (addresses ?? []).filter { $0.count == Self.length(question.type) }
        let records = question.isInternet ? Array(wanted.prefix(Self.mostAddresses)) : []
        // QR, AA, the question's RD, RA; no error, or that there is no such name.
        let flags: [UInt8] = [0x84 | message[2] & 1, addresses == nil ? 0x83 : 0x80]
        var bytes =
            Array(message[..<2]) + flags + [0, 1, 0, UInt8(records.count), 0, 0, 0, 0] + question.bytes
        for address in records {
            // The name is the question's; 60 seconds.
            bytes += [0xC0, UInt8(Self.headerLength), UInt8(question.type >> 8), UInt8(question.type & 0xFF)]
            bytes += [0, 1, 0, 0, 0, 60, 0, UInt8(address.count)] + address
        }
        return Reply(bytes: bytes, refused: addresses == nil ? question.name : nil)
    }

    private static func length(_ type: UInt16) -> Int {
        type == address4 ? 4 : type == address6 ? 16 : 0
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt16 {
        UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }

    /// The first question: labels that each tell their length, an empty one at the end, type and class. A name has 255
    /// bytes at most (RFC 1035 section 3.1).
    private static func question(_ message: [UInt8]) -> Question? {
        var labels: [String] = []
        var place = headerLength
        while place < message.count, place < headerLength + 255 {
            let length = Int(message[place])
            let next = place + 1 + length
            guard length <= 63, next <= message.count else { return nil }
            if length == 0 {
                guard next + 4 <= message.count else { return nil }
                return Question(
                    bytes: message[headerLength..<(next + 4)], name: labels.joined(separator: "."),
                    type: word(message, next), isInternet: word(message, next + 2) == 1)
            }
            let label = message[(place + 1)..<next].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            labels.append(String(decoding: label, as: UTF8.self))
            place = next
        }
        return nil
    }
}
