@testable import Scan

/// Code written for these tests, to be read, cut up and broken.
enum Corpus {
    struct Piece: Sendable {
        let language: Language
        let code: String
    }

    /// The examples of all rules, which between them use what the analysers know.
    static let own: [Piece] =
        Rule.all.flatMap { rule in
            (rule.finds + rule.passes).map { example in
                switch example {
                case .python(let code): Piece(language: .python, code: code)
                case .shell(let code): Piece(language: .shell, code: code)
                case .javascript(let code): Piece(language: .javascript, code: code)
                }
            }
        }
}
