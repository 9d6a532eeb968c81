import Glibc

/// A directory that is read name by name, so that one with any number of names takes no more memory than one of them, and
/// the reading can be put off between two (readdir(3)). No link is followed.
@safe package final class DirectoryStream {
    private let stream: OpaquePointer
    private let number: CInt

    /// Opens an absolute path that holds no link.
    package convenience init(_ path: Path) throws(SystemError) {
        try self.init(Descriptor.open(path, O_RDONLY | O_DIRECTORY, resolve: .withoutLinks, in: AT_FDCWD))
    }

    /// Opens a directory of that name in another one, on the same file system.
    package convenience init(_ name: [UInt8], in directory: DirectoryStream) throws(SystemError) {
        try self.init(
            Descriptor.open(
                Path(bytes: name), O_RDONLY | O_DIRECTORY, resolve: .beneath, in: directory.number))
    }

    private init(_ descriptor: consuming Descriptor) throws(SystemError) {
        number = descriptor.release()
        guard let stream = unsafe fdopendir(number) else {
            let error = SystemError("opendir")
            close(number)
            throw error
        }
        unsafe self.stream = stream
    }

    deinit { unsafe closedir(stream) }

    /// The next name that is neither `.` nor `..`, in no order; nil after the last.
    package func next() -> [UInt8]? {
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { return name }
        }
        return nil
    }

    /// What that name is.
    package func status(_ name: [UInt8]) throws(SystemError) -> FileStatus {
        try Path(bytes: name).status(followingLinks: false, in: number)
    }
}
