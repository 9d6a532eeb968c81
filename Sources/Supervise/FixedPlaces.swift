import Linux
import Sandbox

/// Where paths led that were looked up before, as far as the run cannot have changed that since: directories that
/// nothing of the run may write, with no link on the way. Programs open the same few files over and over.
///
/// Somebody else on the host may change what is there. That changes nothing about what the kernel lets the run do; an
/// event might name the file that was there before.
struct FixedPlaces {
    private struct Entry {
        let text: [UInt8]
        let place: Place
    }

    private let grants: Grants
    private let own: [Path]
    /// A path has one slot, and the latest that wants it has it.
    private var slots = [Entry?](repeating: nil, count: 128)

    /// - Parameter own: directories of the run alone, which it may write.
    init(_ grants: Grants, own: [Path]) {
        self.grants = grants
        self.own = own
    }

    /// Where a path leads, if that is known.
    subscript(text: [UInt8]) -> Place? {
        guard let entry = slots[slot(text)], entry.text == text else { return nil }
        return entry.place
    }

    /// Remembers what a lookup found without any link.
    mutating func remember(_ text: [UInt8], _ place: Place) {
        guard place.visible, text == place.path.bytes, text.count < 256,
            !own.contains(where: { $0.contains(place.path) }),
            !grants.granted(place.path).contains(.write), grants.granted(place.path).contains(.read)
        else { return }
        slots[slot(text)] = Entry(text: text, place: place)
    }

    /// FNV-1a; the run may well choose paths that share a slot, and only makes itself slower.
    private func slot(_ text: [UInt8]) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(hash % UInt64(slots.count))
    }
}
