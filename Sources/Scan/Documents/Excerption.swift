/// Code of one language that stands in pieces in a file of another kind, put together, and where each byte of it came
/// from.
struct Excerption {
    /// Bytes that follow one another both here and in the file, or one character that the file spells in another way.
    private struct Piece {
        let start: Int
        let place: Range<Int>
        let isSpelled: Bool
    }

    private(set) var bytes: [UInt8] = []
    private var pieces: [Piece] = []

    /// Takes bytes over as they stand in the file, the first of them at `place`.
    mutating func append(_ run: ArraySlice<UInt8>, at place: Int) {
        guard !run.isEmpty else { return }
        if let last = pieces.last, !last.isSpelled, last.place.upperBound == place,
            last.start + last.place.count == bytes.count
        {
            pieces[pieces.count - 1] = Piece(
                start: last.start, place: last.place.lowerBound..<(place + run.count), isSpelled: false)
        } else {
            pieces.append(Piece(start: bytes.count, place: place..<(place + run.count), isSpelled: false))
        }
        bytes += run
    }

    /// Takes over what the file spells in the bytes at `place`: an escape sequence, or nothing at all.
    mutating func append(spelled text: some Sequence<UInt8>, at place: Range<Int>) {
        pieces.append(Piece(start: bytes.count, place: place, isSpelled: true))
        bytes += text
    }

    /// Takes over a stretch of another.
    mutating func append(_ other: Excerption, _ range: Range<Int>) {
        var index = other.piece(at: range.lowerBound)
        var at = range.lowerBound
        while at < range.upperBound, index < other.pieces.count {
            let piece = other.pieces[index]
            let next = index + 1 < other.pieces.count ? other.pieces[index + 1].start : other.bytes.count
            let end = min(next, range.upperBound)
            if piece.isSpelled {
                append(spelled: other.bytes[at..<end], at: piece.place)
            } else {
                append(other.bytes[at..<end], at: piece.place.lowerBound + at - piece.start)
            }
            (at, index) = (end, index + 1)
        }
    }

    /// Where in the file a stretch of this code stands.
    func place(of range: Range<Int>) -> Range<Int> {
        let start = place(at: range.lowerBound).lowerBound
        guard !range.isEmpty else { return start..<start }
        return start..<max(start, place(at: range.upperBound - 1).upperBound)
    }

    /// Where the byte at `offset` stands.
    func place(at offset: Int) -> Range<Int> {
        guard !pieces.isEmpty else { return 0..<0 }
        let piece = pieces[min(piece(at: offset), pieces.count - 1)]
        if piece.isSpelled { return piece.place }
        let byte = min(piece.place.upperBound, piece.place.lowerBound + max(0, offset - piece.start))
        return byte..<min(piece.place.upperBound, byte + 1)
    }

    /// The index of the last piece that begins at or before `offset`.
    private func piece(at offset: Int) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}
