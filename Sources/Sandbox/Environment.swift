import Linux

/// The variables of the guarded program: a short list of harmless ones, never the caller's secrets.
package enum Environment {
    /// Passed on as they are when the caller has them.
    private static let passed = [
        "HOME", "LANG", "LANGUAGE", "LOGNAME", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "TZ", "USER",
        "COLUMNS",
        "LINES",
    ]

    private static let defaults = [("HOME", "/"), ("SHELL", "/bin/sh")]

    /// `NAME=VALUE` words, one a name: the harmless ones, then what the plan adds, then what the operator asked
    /// for with `--env`, later words winning.
    ///
    /// - Parameter temporary: a directory that the run may write and that goes with it.
    package static func make(
        caller: [(name: String, value: String)], searchFirst: Path?, temporary: Path, adding: [String],
        asked: [String]
    ) -> [String] {
        var variables: [(name: String, value: String)] = []
        func set(_ name: String, _ value: String) {
            if let known = variables.firstIndex(where: { $0.name == name }) {
                variables[known].value = value
            } else {
                variables.append((name, value))
            }
        }
        func inherited(_ name: String) -> String? { caller.first { $0.name == name }?.value }
        for (name, value) in caller where passed.contains(name) || name.hasPrefix("LC_") { set(name, value) }
        // A shell that lacks one of these reads the list of accounts to find it.
        for (name, value) in defaults where inherited(name) == nil { set(name, value) }
        set("PATH", searchPath(inherited("PATH"), first: searchFirst))
        set("TMPDIR", temporary.description)
        // Caches that programs would otherwise keep in a home that is not theirs to write.
        set("XDG_CACHE_HOME", temporary.appending("cache").description)
        set("MPLCONFIGDIR", temporary.appending("matplotlib").description)
        for word in adding + asked {
            guard let equals = word.firstIndex(of: "=") else {
                if let value = inherited(word) { set(word, value) }
                continue
            }
            set(String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
        return variables.map { $0.name + "=" + $0.value }
    }

    /// The caller's search path with the directory of a shim's program in front.
    private static func searchPath(_ path: String?, first: Path?) -> String {
        let path = path ?? "/usr/local/bin:/usr/bin:/bin"
        return first.map { "\($0):\(path)" } ?? path
    }
}
