import Glibc
import Linux

/// Counts repeats of recorded events, in a file that is mapped into memory (mmap(2)): a count survives the death of
/// this process the moment it is made, without a system call.
///
/// An entry is two little-endian 64-bit numbers: the sequence number of the event and how often it came again.
package final class Tally {
    package static let capacity = 2_048
    private let mapping: Mapping
    private var used = 0

    /// Makes the file, which must not be there.
    package init(_ path: Path) throws(SystemError) {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        do throws(SystemError) {
            // Zeros and not a hole: on a disk that fills up, a hole would end this process when it is counted in.
            try file.write([UInt8](repeating: 0, count: Self.capacity * 16))
        } catch {
            unsafe path.withCString { unsafe _ = unlink($0) }
            throw error
        }
        mapping = try Mapping(of: file, length: Self.capacity * 16)
    }

    /// Makes room for one more event; nil when there is none.
    package func open(sequence: UInt64) -> Int? {
        guard used < Self.capacity else { return nil }
        unsafe mapping.base.storeBytes(of: sequence.littleEndian, toByteOffset: used * 16, as: UInt64.self)
        used += 1
        return used - 1
    }

    /// Counts one repeat.
    package func count(_ entry: Int) {
        let place = entry * 16 + 8
        let before = unsafe UInt64(littleEndian: mapping.base.load(fromByteOffset: place, as: UInt64.self))
        unsafe mapping.base.storeBytes(of: (before &+ 1).littleEndian, toByteOffset: place, as: UInt64.self)
    }

    /// What came more than once.
    package var repeats: [Repeat] { (0..<used).compactMap { entry in repeated(entry) } }

    private func repeated(_ entry: Int) -> Repeat? {
        let sequence = unsafe UInt64(
            littleEndian: mapping.base.load(fromByteOffset: entry * 16, as: UInt64.self))
        let count = unsafe UInt64(
            littleEndian: mapping.base.load(fromByteOffset: entry * 16 + 8, as: UInt64.self))
        return count > 0 ? Repeat(sequence: sequence, count: count) : nil
    }

    /// Reads the file of a run that was cut off.
    package static func read(_ bytes: [UInt8]) -> [Repeat] {
        stride(from: 0, to: min(bytes.count, capacity * 16) / 16 * 16, by: 16).compactMap { start in
            func number(_ offset: Int) -> UInt64 {
                bytes[(start + offset)..<(start + offset + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            }
            return number(8) > 0 ? Repeat(sequence: number(0), count: number(8)) : nil
        }
    }
}

/// An event that came again, and how often.
package struct Repeat: Equatable, Sendable {
    package let sequence: UInt64
    package let count: UInt64
}
