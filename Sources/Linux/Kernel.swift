internal import CLinux
import Glibc

/// The version of Landlock this kernel has (landlock_create_ruleset(2)); 0 where it is missing or off.
package func landlockABI() -> Int { max(0, Int(gr_landlock_abi())) }

/// The AUDIT_ARCH_* value of this machine's own system calls.
package var nativeArchitecture: UInt32 { gr_native_audit_arch() }

/// Bytes in use on the file system that a path lies on (statfs(2)); 0 where it is not there.
package func bytesUsed(_ path: Path, in directory: CInt = AT_FDCWD) -> UInt64 {
    guard let place = try? Descriptor.open(path, CInt(OpenFlags.path.rawValue), in: directory) else {
        return 0
    }
    var (bytes, inodes): (UInt64, UInt64) = (0, 0)
    return unsafe gr_statfs_used(place.number, &bytes, &inodes) == 0 ? bytes : 0
}

/// A random number of the kernel's (getrandom(2)).
package func randomNumber() -> UInt32 {
    var number: UInt32 = 0
    unsafe _ = gr_getrandom(&number, 4)
    return number
}

/// Keeps room on the disk for bytes of a file that are not written yet (fallocate(2), FALLOC_FL_KEEP_SIZE); the
/// reason when it could not be kept.
package func keepRoom(in file: borrowing Descriptor, from start: UInt64, upTo end: UInt64) -> Errno? {
    gr_fallocate_keep_size(file.number, Int64(start), Int64(end - start)) == 0 ? nil : .last
}

/// The release of the running kernel, such as `6.1.0-32-amd64` (uname(2)).
package func kernelRelease() -> String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "" }
    return unsafe withUnsafeBytes(of: &name.release) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
