import Event
import Linux

/// What tells whether something is as it was: a file that was written, replaced or given another mode has another mark.
package struct Mark: Equatable, Sendable {
    package let kind: Entity
    package let inode: UInt64
    /// Bytes.
    package let size: Int
    /// When its contents, and when anything of it changed, in nanoseconds since 1970. Nobody can set the latter.
    package let modified: Int64
    package let changed: Int64
    /// The permission bits, without the type.
    package let permissions: UInt32

    init(_ status: FileStatus) {
        kind = Entity(status.kind)
        inode = status.inode
        size = status.size
        modified = status.modified
        changed = status.changed
        permissions = status.permissions
    }

    /// Whether this is what `other` was. A directory is the same whatever was made or removed in it.
    func isSame(as other: Mark) -> Bool {
        if kind == .directory { return other.kind == .directory && inode == other.inode }
        return self == other
    }

    var json: JSON {
        [
            "kind": .string(kind.rawValue), "inode": .string(String(inode)), "size": .number(size),
            "modified": .number(modified), "changed": .number(changed), "mode": .number(permissions),
        ]
    }

    init?(_ json: JSON?) {
        guard let json, let kind = json["kind"]?.stringValue.flatMap({ Entity(rawValue: $0) }),
            let inode = json["inode"]?.stringValue.flatMap({ UInt64($0) }),
            let size = json["size"]?.intValue, let modified = json["modified"]?.intValue,
            let changed = json["changed"]?.intValue,
            let mode = json["mode"]?.intValue.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.kind = kind
        self.inode = inode
        self.size = Int(size)
        self.modified = modified
        self.changed = changed
        permissions = mode
    }
}

/// What kind of thing a name in a directory is. The words are a contract with readers of `--json`.
package enum Entity: String, Sendable {
    case file, directory, symlink, fifo, socket, device, other

    init(_ kind: FileStatus.Kind) {
        self =
            switch kind {
            case .regular: .file
            case .directory: .directory
            case .symlink: .symlink
            case .fifo: .fifo
            case .socket: .socket
            case .device: .device
            case .other: .other
            }
    }
}
