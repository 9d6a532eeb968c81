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
        guard try a.status().kind == .regular, try b.status().kind == .regular else { return false }
        while true {
            let first = try full(a)
            guard first == (try full(b)) else { return false }
            if first.isEmpty { return true }
        }
    }

    /// The digest of a file.
    static func digest(_ name: [UInt8], in directory: Directory) throws(SystemError) -> Digest {
        let file = try directory.open(name)
        guard try file.status().kind == .regular else {
            throw SystemError("read", Path(bytes: name).description, errno: .invalid)
        }
        var digest = DigestStream()
        while true {
            let bytes = try file.read(atMost: piece)
            if bytes.isEmpty { return digest.finish() }
            digest.add(bytes)
        }
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
        var place = 0
        while place < length, let stretch = try source.data(from: place) {
            if isDigested { digest.addZeros(stretch.lowerBound - place) }
            try source.seek(to: stretch.lowerBound)
            try target.seek(to: stretch.lowerBound)
            place = stretch.lowerBound
            while place < min(stretch.upperBound, length) {
                let bytes = try source.read(atMost: min(piece, min(stretch.upperBound, length) - place))
                if bytes.isEmpty { throw SystemError("read", errno: Errno(EIO)) }
                try target.write(bytes)
                if isDigested { digest.add(bytes) }
                place += bytes.count
            }
        }
        if isDigested { digest.addZeros(length - place) }
        try target.truncate(to: UInt64(length))
        return isDigested ? digest.finish() : nil
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
