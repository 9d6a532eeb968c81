import Audit
import Glibc
import Linux

/// Contents of files that somebody else wrote, read piece by piece.
enum Contents {
    private static let piece = 1 << 18
    private static let mostZeros = 64 << 20

    /// Whether two files hold the same bytes.
    static func areSame(
        _ name: [UInt8], in directory: Directory, as other: [UInt8], in otherDirectory: Directory
    ) throws(SystemError) -> Bool {
        let a = try directory.open(name)
        let b = try otherDirectory.open(other)
        let (first, second) = (try a.status(), try b.status())
        guard first.kind == .regular, second.kind == .regular, first.size == second.size else { return false }
        var place = 0
        while place < first.size {
            // What is a hole in both is the same.
            let next = min(
                try a.data(from: place)?.lowerBound ?? first.size,
                try b.data(from: place)?.lowerBound ?? first.size)
            if next > place {
                place = next
                continue
            }
            try a.seek(to: place)
            try b.seek(to: place)
            let bytes = try full(a)
            guard bytes == (try full(b)), !bytes.isEmpty else { return false }
            place += bytes.count
        }
        return true
    }

    /// The digest of a file, in which a hole is the zeros that are read from it.
    static func digest(_ name: [UInt8], in directory: Directory) throws(SystemError) -> Digest {
        let file = try directory.open(name)
        let status = try file.status()
        guard status.kind == .regular else {
            throw SystemError("read", Path(bytes: name).description, errno: .invalid)
        }
        var digest = DigestStream()
        try read(file, length: status.size) {
            digest.addZeros($0)
        } piece: { (bytes, _) throws(SystemError) in
            digest.add(bytes)
        }
        return digest.finish()
    }

    /// Copies a file to one that is empty, holes as holes, and nothing but what is in it.
    ///
    /// - Returns: the digest of what was copied, in which a hole is the zeros that are read from it; nil where it is not
    ///   wanted or there are too many of those to read.
    static func copy(
        _ source: borrowing Descriptor, to target: borrowing Descriptor, isDigested isWanted: Bool = true
    ) throws(SystemError) -> Digest? {
        var digest = DigestStream()
        let (length, allocated) = (try source.status().size, try source.status().allocated)
        let isDigested = isWanted && length - allocated <= mostZeros
        try read(source, length: length) {
            if isDigested { digest.addZeros($0) }
        } piece: { (bytes, place) throws(SystemError) in
            try target.seek(to: place)
            try target.write(bytes)
            if isDigested { digest.add(bytes) }
        }
        try target.truncate(to: UInt64(length))
        return isDigested ? digest.finish() : nil
    }

    /// Reads a file from its beginning, holes as the numbers of their bytes, the rest in pieces with their places.
    private static func read(
        _ file: borrowing Descriptor, length: Int, hole: (Int) -> Void,
        piece: ([UInt8], Int) throws(SystemError) -> Void
    ) throws(SystemError) {
        var place = 0
        while place < length, let stretch = try file.data(from: place) {
            hole(stretch.lowerBound - place)
            try file.seek(to: stretch.lowerBound)
            place = stretch.lowerBound
            let end = min(stretch.upperBound, length)
            while place < end {
                let bytes = try file.read(atMost: min(Self.piece, end - place))
                if bytes.isEmpty { throw SystemError("read", errno: Errno(EIO)) }
                try piece(bytes, place)
                place += bytes.count
            }
        }
        hole(length - place)
    }

    /// As much as there is, up to a piece: a read may be cut short.
    private static func full(_ file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < piece {
            let more = try file.read(atMost: piece - bytes.count)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}

extension DigestStream {
    mutating func addZeros(_ count: Int) {
        let zeros = [UInt8](repeating: 0, count: min(max(count, 0), 1 << 16))
        var rest = count
        while rest > 0 {
            add(rest >= zeros.count ? zeros : Array(zeros.prefix(rest)))
            rest -= zeros.count
        }
    }
}
