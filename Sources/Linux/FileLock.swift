import Glibc

/// Advisory locks on a whole open file (flock(2)): they go when the last descriptor of the opening goes, so the death
/// of a process never leaves one behind.
extension Descriptor {
    package enum Lock: Sendable { case exclusive, shared }

    /// Takes the lock when nobody holds one that forbids it.
    package func tryLock(_ kind: Lock) -> Bool { attempt(kind) == nil }

    /// Waits for the lock, but not for ever: who holds it may have been stopped (`EAGAIN` after twenty seconds).
    package func lock(_ kind: Lock) throws(SystemError) {
        let end = Clock.monotonic + 20_000_000_000
        while let errno = attempt(kind) {
            guard errno == .tryAgain, Clock.monotonic < end else { throw SystemError("flock", errno: errno) }
            usleep(200 + randomNumber() % 800)
        }
    }

    private func attempt(_ kind: Lock) -> Errno? {
        let operation = kind == .exclusive ? LOCK_EX : LOCK_SH
        return retrying { Int(flock(number, operation | LOCK_NB)) } == 0 ? nil : .last
    }

    package func unlock() { _ = flock(number, LOCK_UN) }
}

/// Reading and writing at a place, whatever the current position (pread(2), pwrite(2)).
extension Descriptor {
    /// Bytes (`st_size`).
    package func size() throws(SystemError) -> UInt64 {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw SystemError("stat") }
        return UInt64(status.st_size)
    }

    /// At most `limit` bytes from `offset` on; fewer only at the end of the file.
    package func read(atMost limit: Int, at offset: UInt64) throws(SystemError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = 0
            while count < limit {
                let place = off_t(offset) + off_t(count)
                let room = unsafe buffer.baseAddress.map { unsafe $0 + count }
                let got = retrying { unsafe pread(number, room, limit - count, place) }
                if got < 0 { failure = errno }
                if got <= 0 { return }
                count += got
            }
        }
        guard failure == 0 else { throw SystemError("read", errno: Errno(failure)) }
        return bytes
    }

    package func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
        let wrote = unsafe bytes.withUnsafeBytes { buffer in
            retrying { unsafe pwrite(number, buffer.baseAddress, buffer.count, off_t(offset)) }
        }
        guard wrote == bytes.count else {
            throw wrote < 0 ? SystemError("write") : SystemError("write", errno: .noSpace)
        }
    }

    /// Cuts the file to a length (ftruncate(2)).
    package func truncate(to length: UInt64) throws(SystemError) {
        guard ftruncate(number, off_t(length)) == 0 else { throw SystemError("ftruncate") }
    }
}

extension Path {
    /// Puts a file with these bytes in this place, whole or not at all, whatever was there (rename(2)).
    package func replace(with bytes: [UInt8], mode: UInt32) throws(SystemError) {
        let draft = parent.appending(".\(name).\(randomNumber())")
        do throws(SystemError) {
            let file = try Descriptor.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
            try file.write(bytes)
            guard fsync(file.number) == 0 else { throw SystemError("fsync", description) }
            try draft.rename(to: self, replacing: true)
        } catch {
            draft.remove()
            throw error
        }
    }

    /// Removes a file; one that is not there is no matter.
    package func remove() { unsafe withCString { unsafe _ = unlink($0) } }
}
