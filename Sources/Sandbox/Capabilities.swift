import CCap
import Linux

/// Giving up every privilege (capabilities(7)): all five sets are emptied and the ways back are locked.
package enum Capabilities {
    /// The highest capability this kernel knows (cap_max_bits(3)).
    static var last: Int { Int(cap_max_bits()) - 1 }

    /// Securebits that keep user 0 from regaining capabilities through execve, with their locks:
    /// NOROOT, NO_SETUID_FIXUP, KEEP_CAPS off, NO_CAP_AMBIENT_RAISE.
    static let securebits: UInt32 = 0x01 | 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80

    /// The names of the effective capabilities of this process, which tell what an unguarded run could do.
    package static func effective() -> [String] {
        guard let state = unsafe cap_get_proc() else { return [] }
        defer { unsafe cap_free(UnsafeMutableRawPointer(state)) }
        return (0..<cap_max_bits()).compactMap { number in
            var flag = CAP_CLEAR
            guard unsafe cap_get_flag(state, cap_value_t(number), CAP_EFFECTIVE, &flag) == 0, flag == CAP_SET,
                let name = unsafe cap_to_name(cap_value_t(number))
            else { return nil }
            defer { unsafe cap_free(name) }
            return unsafe String(cString: name)
        }
    }
}
