/// Why a document cannot be read, and where.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        /// More bytes than a document may have.
        case tooLarge(bytes: Int)
        /// Bytes that are no UTF-8.
        case notUTF8
        /// A scalar that cannot be seen, or that moves the text around it: control characters, line
        /// separators other than the line feed, marks that turn the direction of writing.
        case invisible(UInt32)
        /// Nothing but comments.
        case empty
        /// A second document in the same file.
        case secondDocument
        /// More collections inside each other than a document may have.
        case tooDeep
        /// `&name`
        case anchor(String)
        /// `*name`
        case alias(String)
        /// `!name`
        case tag(String)
        /// Anything else that is not YAML, as a sentence.
        case syntax(String)
    }

    package let problem: Problem
    package let mark: Mark

    package init(_ problem: Problem, at mark: Mark) {
        self.problem = problem
        self.mark = mark
    }

    /// What is wrong, for people, without the place.
    package var sentence: String {
        switch problem {
        case .tooLarge(let bytes):
            "this is \(bytes) bytes long; a document may have at most \(documentCap) (1 MiB)"
        case .notUTF8: "these bytes are not text; a document is written in UTF-8"
        case .invisible(0): "a NUL byte is not allowed; is this a text file?"
        case .invisible(0x0D):
            "a carriage return without a line feed is not allowed; end lines with a line feed"
        case .invisible(let scalar):
            "an invisible character (\(codePoint(scalar))) is not allowed; remove it, or write it as an "
                + "escape in double quotes"
        case .empty: "the document is empty"
        case .secondDocument: "a second document begins here; a file holds one"
        case .tooDeep: "lists and mappings are nested more than \(depthCap) deep here"
        case .anchor(let name):
            "an anchor (&\(name)) is not read here; write the value without it, or in quotes when it is text"
        case .alias(let name):
            "an alias (*\(name)) is not read here; write the value again, or in quotes when it is text"
        case .tag(let tag):
            "a tag (\(tag)) is not read here; write the value without it, or in quotes when it is text"
        case .syntax(let sentence): sentence
        }
    }

    package var description: String { "\(mark): \(sentence)" }
}

/// The most bytes a document may have.
package let documentCap = 1 << 20
/// The most collections that may lie inside each other.
let depthCap = 32

/// `U+202E`
func codePoint(_ scalar: UInt32) -> String {
    let hex = String(scalar, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
}
