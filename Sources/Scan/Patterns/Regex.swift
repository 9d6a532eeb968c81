import CRE2

/// A regular expression in RE2's syntax. What it reads may be hostile, so it takes linear time and bounded memory.
@safe final class Regex: Sendable {
    /// What a compiled pattern and its caches may take, in bytes.
    static let memory: Int64 = 8 << 20

    /// Why a pattern does not compile, in RE2's words.
    struct Problem: Error {
        let reason: String
    }

    // RE2 objects are safe to use from several threads at once, and nothing here changes one.
    nonisolated(unsafe) private let pattern: OpaquePointer

    /// Compiles `text`. As Latin-1 it matches single bytes, which is how text that is not UTF-8 is searched.
    init(_ text: String, latin1: Bool = false) throws(Problem) {
        var text = text
        var error = [CChar](repeating: 0, count: 256)
        let size = error.count
        let made = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe re2_compile(
                    characters.baseAddress, characters.count, latin1, Regex.memory, &error, size)
            }
        }
        guard let made = unsafe made else {
            throw Problem(
                reason: String(
                    decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        unsafe pattern = made
    }

    deinit { unsafe re2_release(pattern) }

    /// The leftmost match in `bytes` that begins at or after `start`.
    func first(in bytes: ArraySlice<UInt8>, from start: Int) -> Range<Int>? {
        let base = bytes.startIndex
        guard start >= base, start <= bytes.endIndex else { return nil }
        var (first, last) = (0, 0)
        let found = unsafe bytes.withUnsafeBytes { buffer in
            let text = unsafe buffer.assumingMemoryBound(to: CChar.self)
            return unsafe re2_find(pattern, text.baseAddress, text.count, start - base, &first, &last)
        }
        return found ? (base + first)..<(base + last) : nil
    }
}
