/// A limit that this version enforces, by the name that policies and reports give it.
package enum Limit: String, CaseIterable, Sendable {
    case wall, cpu, memory, processes
    case openFiles = "open_files"
    case fileSize = "file_size"
    case disk, output, execs

    /// What its number counts.
    package enum Unit: Sendable {
        case nanoseconds, bytes, pieces

        /// The amount that a text stands for.
        ///
        /// - Throws: the rest of a sentence that has quoted the text.
        package func amount(_ text: String) throws(Misread) -> UInt64 {
            switch self {
            case .nanoseconds: try Quantity.nanoseconds(text)
            case .bytes: try Quantity.bytes(text)
            case .pieces: try Quantity.count(text)
            }
        }
    }

    package var unit: Unit {
        switch self {
        case .wall, .cpu: .nanoseconds
        case .memory, .fileSize, .disk, .output: .bytes
        case .processes, .openFiles, .execs: .pieces
        }
    }

    /// `value` as a policy writes it: `30s`, `512MiB`, `32`, or `unlimited` for `nil`.
    package func text(_ value: UInt64?) -> String {
        guard let value else { return "unlimited" }
        return switch unit {
        case .nanoseconds: Quantity.duration(value)
        case .bytes: Quantity.size(value)
        case .pieces: String(value)
        }
    }
}

extension Limits {
    /// The limit of that name; `nil` is unlimited.
    package subscript(_ limit: Limit) -> UInt64? {
        get {
            switch limit {
            case .wall: wall
            case .cpu: cpu
            case .memory: memory
            case .processes: processes
            case .openFiles: openFiles
            case .fileSize: fileSize
            case .disk: disk
            case .output: output
            case .execs: execs
            }
        }
        set {
            switch limit {
            case .wall: wall = newValue
            case .cpu: cpu = newValue
            case .memory: memory = newValue
            case .processes: processes = newValue
            case .openFiles: openFiles = newValue
            case .fileSize: fileSize = newValue
            case .disk: disk = newValue
            case .output: output = newValue
            case .execs: execs = newValue
            }
        }
    }
}
