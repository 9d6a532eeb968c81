import Linux

extension Scanner {
    /// Everything that is found in the code of a document and, of what is known by its text, in the rest of it. Places
    /// are those of the file.
    package func scan(_ document: Document) -> Verdict {
        var found = Findings()
        let whole = Source(
            name: document.name, language: .other, bytes: document.bytes, place: .file(document.name))
        let outside = Analysis()
        let isText = SourceText.isReadable(whole, outside)
        if document.bytes.count > Scanner.largest {
            outside.exceeded(.size(document.bytes.count))
        } else if !document.isWhole {
            outside.exceeded(.unread(.other))
        }
        outside.searchBytes(document.bytes)
        found.take(outside, matches(in: whole, isText: isText, outside, wholeOnly: true)) { $0 }
        if document.bytes.count <= Scanner.largest {
            for (language, text) in document.code {
                let source = Source(
                    name: document.name, language: language, bytes: text.bytes, place: .file(document.name))
                let analysis = Analysis()
                let matches = examine(source, analysis)
                found.take(analysis, matches) { text.place(of: $0) }
            }
        }
        return verdict(whole, document.code.first?.language ?? .other, found, document.kind)
    }

    /// What a text that is no code holds that should not be there: keys, and what the policy's patterns look for.
    package func search(_ text: Source) -> Verdict {
        var found = Findings()
        let analysis = Analysis()
        AtomSearch.everywhere.scan(text.bytes) { atom, range in
            if atom.meaning == .key { analysis.report(atom.meaning.rule, at: range) }
        }
        found.take(analysis, matches(in: text, isText: true, analysis, wholeOnly: true)) { $0 }
        return verdict(text, .other, found, nil)
    }
}
