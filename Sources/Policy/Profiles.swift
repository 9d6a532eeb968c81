import CProfiles

/// The policies that guardrun ships, inside the executable. This target's unsafe code is here.
package enum Profiles {
    /// Their names, the strictest first.
    package static var names: [String] {
        var names: [String] = []
        while let profile = unsafe gr_profile_at(names.count) {
            unsafe names.append(String(cString: profile.pointee.name))
        }
        return names
    }

    /// The document of that name.
    package static func text(_ name: String) -> [UInt8]? {
        var index = 0
        while let profile = unsafe gr_profile_at(index) {
            if unsafe name == String(cString: profile.pointee.name) {
                return unsafe Array(
                    UnsafeBufferPointer(start: profile.pointee.bytes, count: profile.pointee.length))
            }
            index += 1
        }
        return nil
    }
}
