import Linux

/// Whether programs keep secrets at a path, by the names that they give such files. What is inside is not looked at.
package enum SecretPlace {
    /// Keys, passwords, tokens, and what browsers remember.
    package static func holds(_ path: Path) -> Bool {
        let normal = NormalPath(Text(path.bytes))
        return !normal.secretKinds.isDisjoint(with: [.secret, .browser])
            || normal.parts.last.map { $0 == ".env" || $0.hasPrefix(".env.") } == true
            || normal.parts.contains(".ssh")
    }
}
