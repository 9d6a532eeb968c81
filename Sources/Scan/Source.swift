import Linux

/// Code that is about to run, and what is known about it.
package struct Source: Equatable, Sendable {
    /// Where the code was found.
    package enum Place: Equatable, Sendable {
        /// In the command line, in the argument of that index.
        case argument(Int)
        case file(Path)
        case standardInput
        /// Given by a program: a notebook cell, a session step, a call of the interface.
        case step
    }

    /// The name that reports show, byte for byte as it was given.
    package let name: Path
    package let language: Language
    package let bytes: [UInt8]
    package let place: Place

    package init(name: Path, language: Language, bytes: [UInt8], place: Place) {
        self.name = name
        self.language = language
        self.bytes = bytes
        self.place = place
    }

    /// The same with a comment in the place of its first line, so that the rest stays where it is.
    package var withoutFirstLine: Source {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let comment = [UInt8](repeating: UInt8(ascii: "#"), count: end)
        return Source(name: name, language: language, bytes: comment + bytes[end...], place: place)
    }

    /// The line that holds the byte at `offset`, or 160 bytes of it from there on where it is a long one.
    package func line(at offset: Int) -> ArraySlice<UInt8> {
        let place = min(offset, bytes.count)
        let near = bytes[max(0, place - 80)..<place]
        let start = near.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (place < 80 ? 0 : place)
        return bytes[start..<min(bytes.count, start + 160)].prefix { $0 != UInt8(ascii: "\n") }
    }

    /// A file as `guardrun scan` meets it: nothing says what will run it, so its own signs decide the language.
    package init(file: Path, bytes: [UInt8]) {
        self.init(
            name: file, language: Language(ofFile: file, bytes), bytes: bytes, place: .file(file))
    }
}
