/// What reads one language: it lexes the bytes, finds out what the code would do, and puts each act before the rules.
///
/// The analysers here work on tokens, with names resolved and constants folded. One that works on syntax trees takes
/// their place by changing `standard(for:)`; nothing else knows which it is.
protocol Analyzer {
    /// Must end in time linear in the bytes, whatever they are, and report what it could not read.
    func analyze(_ bytes: [UInt8], in analysis: Analysis)
}

extension Language {
    /// The analyser for this language; `nil` where there is none and only bytes are searched.
    var analyzer: (any Analyzer)? {
        switch self {
        case .python: PythonAnalyzer()
        case .shell: ShellAnalyzer()
        case .javascript: JavaScriptAnalyzer()
        case .perl, .ruby, .other: nil
        }
    }
}

extension Analysis {
    /// Looks into code of `language` that lies inside other code.
    func analyze(_ text: Text, as language: Language, at range: Range<Int>, _ note: @autoclosure () -> String)
    {
        guard let analyzer = language.analyzer, !text.isEmpty else { return }
        nested(at: range, note()) { analyzer.analyze(text.bytes, in: self) }
    }
}
