import Linux

extension Policy.Context {
    /// The absolute, normalised path that `text` names in a policy.
    ///
    /// - Throws: the rest of a sentence that has quoted the text.
    package func path(_ text: String) throws(Misread) -> Path {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw Misread(", which is empty; write . for the working directory") }
        if bytes.contains(0) { throw Misread(", and no path can hold a NUL byte") }
        // path_resolution(7): PATH_MAX with its terminating NUL.
        if bytes.count > 4_095 { throw Misread(", which is longer than the 4095 bytes a path may have") }
        if let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) {
            let above = Path(bytes: Array(bytes[..<mark]) + [UInt8(ascii: "x")]).parent
            throw Misread("; a path is no pattern, and a directory grants all below it: write \(above)")
        }
        if let variable = Self.variable(in: bytes) {
            let hint = variable == "HOME" ? "~ for your home" : "the whole path"
            throw Misread("; variables are not expanded, write \(hint)")
        }
        guard bytes.first == UInt8(ascii: "~") else {
            let path = workingDirectory.appending(bytes).normalised
            if path.isRoot, bytes.first != UInt8(ascii: "/") {
                throw Misread(", which is / here and would grant everything; write / if that is meant")
            }
            return path
        }
        let rest = bytes.dropFirst()
        if let next = rest.first, next != UInt8(ascii: "/") {
            throw Misread("; another user's home is not looked up, write the whole path (or ./ before the ~)")
        }
        return home.appending(rest.drop { $0 == UInt8(ascii: "/") }).normalised
    }

    /// The name after a `$`, in braces or not, that a shell would take for a variable's.
    private static func variable(in bytes: [UInt8]) -> String? {
        for dollar in bytes.indices where bytes[dollar] == UInt8(ascii: "$") {
            let rest = bytes[(dollar + 1)...]
            let name = (rest.first == UInt8(ascii: "{") ? rest.dropFirst() : rest)
                .prefix { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
            if let first = name.first, !isDigit(first) { return String(decoding: name, as: UTF8.self) }
        }
        return nil
    }
}
