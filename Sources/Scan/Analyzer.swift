/// What reads one language: it lexes the bytes, finds out what the code would do, and puts each act before the rules.
///
/// The analysers here work on tokens, with names resolved and constants folded. One that works on syntax trees takes
/// their place by changing `Language.analyzer`; nothing else knows which it is.
///
/// It must end in time linear in the bytes, whatever they are, and report what it could not read.
typealias Analyzer = (_ bytes: [UInt8], _ analysis: Analysis) -> Void

extension Language {
    /// The analyser for this language; `nil` where there is none and only bytes are searched.
    var analyzer: Analyzer? {
        switch self {
        case .python: PythonAnalyzer.analyze
        case .shell: ShellAnalyzer.analyze
        case .javascript: JavaScriptAnalyzer.analyze
        case .perl, .ruby, .other: nil
        }
    }
}

extension Analysis {
    /// Looks into code of `language` that lies inside other code.
    func analyze(_ text: Text, as language: Language, at range: Range<Int>, _ note: @autoclosure () -> String)
    {
        guard let analyze = language.analyzer, !text.isEmpty else { return }
        nested(at: range, note()) { analyze(text.bytes, self) }
    }
}
