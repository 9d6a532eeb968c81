import YAML

/// One thing that is wrong, or worth a warning, and where: `policy.yaml:9:9: wall is '30', which has no
/// unit`.
package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
    package let origin: Origin
    /// What is wrong and what to write instead, without the place.
    package let sentence: String
    /// The word that was probably meant.
    package let suggestion: String?

    package init(at origin: Origin, _ sentence: String, didYouMean suggestion: String? = nil) {
        self.origin = origin
        self.sentence = sentence
        self.suggestion = suggestion
    }

    package var description: String {
        let question = suggestion.map { "; did you mean '\($0)'?" } ?? ""
        return "\(origin): \(sentence)\(question)"
    }
}

/// Everything that is wrong with a policy: the named file's faults first, then those of what it extends, then
/// those of the command line, each in the order of the document. Never empty.
package struct PolicyFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let faults: [Fault]

    package init(faults: [Fault]) { self.faults = faults }

    /// One line for each fault.
    package var description: String { faults.map { $0.description }.joined(separator: "\n") }
}

/// Why a text is not what it should be.
package struct Misread: Error, Equatable, Sendable {
    /// The rest of a sentence that has quoted the text: `, which has no unit; write 30s`.
    package let why: String

    package init(_ why: String) { self.why = why }
}

extension Origin {
    /// The place of a node.
    init(_ mark: Mark) { self.init(file: mark.file, line: mark.line, column: mark.column) }
}
