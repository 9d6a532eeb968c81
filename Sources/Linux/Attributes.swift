internal import CLinux
import Glibc

extension Descriptor {
    /// An extended attribute of an open file (xattr(7)); nil where it has none of that name.
    package func attribute(_ name: String) -> [UInt8]? {
        var failed = false
        let value = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            let length = unsafe gr_getxattr(number, name, buffer.baseAddress, buffer.count)
            failed = length < 0
            count = max(0, length)
        }
        return failed ? nil : value
    }

    /// The names of its extended attributes, as far as this user sees them.
    package func attributeNames() -> [String] {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = unsafe max(0, gr_listxattr(number, buffer.baseAddress, buffer.count))
        }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Sets one; nil when it is set.
    package func setAttribute(_ name: String, to value: [UInt8]) -> Errno? {
        unsafe gr_setxattr(number, name, value, value.count) == 0 ? nil : .last
    }

    /// Gives the file to an owner and a group (fchown(2)); nil when it has them.
    package func changeOwner(to owner: UInt32, group: UInt32) -> Errno? {
        fchown(number, owner, group) == 0 ? nil : .last
    }

    /// Has its contents on the disk when it returns.
    package func sync() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError("fsync") }
    }

    /// The next stretch of an open file that is no hole, from `offset` on (lseek(2), SEEK_DATA); nil after the last.
    package func data(from offset: Int) throws(SystemError) -> Range<Int>? {
        let start = lseek(number, off_t(offset), 3)
        guard start >= 0 else {
            if errno == ENXIO { return nil }
            throw SystemError("lseek")
        }
        let end = lseek(number, start, 4)
        guard end >= 0 else { throw SystemError("lseek") }
        return Int(start)..<Int(end)
    }

    /// Goes to a place in the file for the next read or write.
    package func seek(to offset: Int) throws(SystemError) {
        guard lseek(number, off_t(offset), SEEK_SET) >= 0 else { throw SystemError("lseek") }
    }
}
