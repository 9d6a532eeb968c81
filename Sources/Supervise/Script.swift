import Linux

/// The first line of a script (execve(2), "Interpreter scripts"): the kernel runs what it names.
enum Script {
    /// What the kernel reads of a file before it decides (BINPRM_BUF_SIZE).
    static let length = 256

    /// The interpreter that the first bytes of a file name; nil when it is no script.
    static func interpreter(_ start: [UInt8]) -> Path? {
        guard start.starts(with: "#!".utf8) else { return nil }
        let line = start.prefix(length).dropFirst(2).prefix { $0 != 0x0A && $0 != 0 }
        let name = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
        return name.isEmpty ? nil : Path(bytes: Array(name))
    }
}
