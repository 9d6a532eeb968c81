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

    /// Who the profile of that name is for: the first sentence of its header, behind the name.
    package static func purpose(of name: String) -> String {
        let header = String(decoding: text(name) ?? [], as: UTF8.self).split(separator: "\n")
            .prefix { $0.hasPrefix("# ") }.map { $0.dropFirst(2) }.joined(separator: " ")
        var purpose = ""
        for word in header.split(separator: " ").dropFirst() {
            purpose += (purpose.isEmpty ? "" : " ") + word
            // A dot inside a word, as in ./out, ends nothing.
            if word.hasSuffix(".") { return String(purpose.dropLast()) }
        }
        return purpose
    }

    /// The document of that name.
    ///
    /// - Parameter withExamples: with the `examples:` at its end, which no run needs.
    package static func text(_ name: String, withExamples: Bool = true) -> [UInt8]? {
        var index = 0
        while let profile = unsafe gr_profile_at(index) {
            if unsafe name == String(cString: profile.pointee.name) {
                let length = unsafe withExamples ? profile.pointee.length : gr_profile_run_length(profile)
                return unsafe Array(UnsafeBufferPointer(start: profile.pointee.bytes, count: length))
            }
            index += 1
        }
        return nil
    }
}
