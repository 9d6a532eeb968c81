import Linux

/// A file that holds code of other languages in pieces: a notebook, or a text with fenced blocks.
package struct Document: Sendable {
    package enum Kind: String, Sendable {
        /// A Jupyter notebook (nbformat 3 and 4).
        case notebook
        /// Markdown (CommonMark 0.31, "Fenced code blocks").
        case markdown
    }

    package let name: Path
    package let kind: Kind
    /// The whole file.
    package let bytes: [UInt8]
    /// The code in it, one piece for each language.
    let code: [(language: Language, text: Excerption)]
    /// False when the file itself could not be read as what it is.
    let isWhole: Bool

    /// Nil for a file that is all code, or none.
    package init?(file name: Path, bytes: [UInt8]) {
        guard let kind = Document.kind(of: name) else { return nil }
        self.name = name
        self.kind = kind
        self.bytes = bytes
        switch kind {
        case .notebook:
            let notebook = Notebook(bytes)
            code = notebook.code
            isWhole = notebook.isWhole
        case .markdown:
            code = MarkdownFences.code(in: bytes)
            isWhole = true
        }
    }

    /// What kind of document a file is by its name.
    package static func kind(of name: Path) -> Kind? {
        guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return switch String(decoding: name.bytes[(dot + 1)...], as: UTF8.self) {
        case "ipynb": .notebook
        case "md", "markdown", "mdown", "mkd", "qmd", "Rmd": .markdown
        default: nil
        }
    }
}
