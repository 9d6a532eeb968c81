import Glibc

/// Memory that this process shares with its children, or with a file (mmap(2), MAP_SHARED).
///
/// It is unmapped when its owner lets go of it.
@safe public struct Mapping: ~Copyable {
    /// Where it begins.
    package let base: UnsafeMutableRawPointer
    /// Bytes.
    package let length: Int

    /// Memory without a file, zeroed.
    package init(length: Int) throws(SystemError) {
        try self.init(length: length, flags: MAP_SHARED | MAP_ANONYMOUS, file: -1)
    }

    /// The first `length` bytes of an open file, which must be that long.
    package init(of file: borrowing Descriptor, length: Int) throws(SystemError) {
        try self.init(length: length, flags: MAP_SHARED, file: file.number)
    }

    private init(length: Int, flags: CInt, file: CInt) throws(SystemError) {
        guard let base = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, flags, file, 0),
            unsafe base != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw SystemError("mmap") }
        unsafe self.base = base
        self.length = length
    }

    deinit { unsafe _ = munmap(base, length) }
}
