import Policy

/// Whether what is written changes the working directory at once, or a copy that somebody looks at first.
enum WorkspaceComparison {
    static func differences(_ a: FileRules, _ b: FileRules) -> [Comparison.Difference] {
        guard a.workspace != b.workspace, a.writesUnseen != b.writesUnseen else { return [] }
        return [
            .init(
                "files.workspace", a.workspace.rawValue, b.workspace.rawValue,
                a.writesUnseen ? .looser : .stricter, .unseenWrite)
        ]
    }
}

extension FileRules {
    /// Files of the host change before anybody has looked. Which of those that may be written lie in the working
    /// directory is not known here.
    var writesUnseen: Bool { workspace == .direct && !write.isEmpty }
}
