/// The code of a Jupyter notebook: its cells in order, one text for each language, since what one cell names the next
/// one uses.
struct Notebook {
    private(set) var code: [(language: Language, text: Excerption)] = []
    private(set) var isWhole = false

    init(_ bytes: [UInt8]) {
        var json = JSONPlaces(bytes)
        guard let root = json.read() else { return }
        isWhole = true
        let metadata = root["metadata"]
        let spoken =
            json.text(metadata?["language_info"]?["name"]) ?? json.text(metadata?["kernelspec"]?["language"])
        let cells =
            root["cells"]?.elements ?? root["worksheets"]?.elements.flatMap { $0["cells"]?.elements ?? [] }
        for cell in cells ?? [] where json.text(cell["cell_type"]) == "code" {
            // nbformat 3 called it `input`, and said the language of each cell.
            guard let source = cell["source"] ?? cell["input"] else { continue }
            let named = json.text(cell["language"]) ?? spoken ?? "python"
            var text = Excerption()
            switch source {
            case .string(let range): json.decode(range, into: &text)
            case .array(let lines):
                for case .string(let range) in lines { json.decode(range, into: &text) }
            default: continue
            }
            take(text, Language(notebook: named))
        }
    }

    private mutating func take(_ cell: Excerption, _ language: Language?) {
        guard language == .python else {
            if let language { append(cell, 0..<cell.bytes.count, language) }
            return
        }
        let (magic, body) = NotebookCell.magic(cell.bytes)
        switch magic {
        case .python:
            for part in NotebookCell.parts(of: cell.bytes, from: body) {
                switch part {
                case .python(let range): append(cell, range, .python, endsLine: false)
                case .stand(let text, let place): stand(text, for: cell.place(of: place))
                case .shell(let range): append(cell, range, .shell)
                }
            }
            stand("\n", for: cell.place(of: cell.bytes.count..<cell.bytes.count))
        case .other(let other?): append(cell, body..<cell.bytes.count, other)
        case .other(nil): break
        }
    }

    private mutating func append(
        _ cell: Excerption, _ range: Range<Int>, _ language: Language, endsLine: Bool = true
    ) {
        let index = self.index(of: language)
        code[index].text.append(cell, range)
        if endsLine {
            let end = cell.place(of: range.upperBound..<range.upperBound)
            code[index].text.append(spelled: "\n".utf8, at: end.lowerBound..<end.lowerBound)
        }
    }

    /// Python that stands for what is no Python.
    private mutating func stand(_ text: String, for place: Range<Int>) {
        code[index(of: .python)].text.append(spelled: text.utf8, at: place)
    }

    private mutating func index(of language: Language) -> Int {
        if let index = code.firstIndex(where: { $0.language == language }) { return index }
        code.append((language, Excerption()))
        return code.count - 1
    }
}

extension Language {
    /// The language that a notebook, a magic or the fence of a text names; nil for one that nothing here reads.
    init?(notebook name: String) {
        switch name.lowercased() {
        case "python", "python2", "python3", "py", "py3", "ipython", "ipython3", "pypy", "pycon":
            self = .python
        case "bash", "sh", "shell", "zsh", "ksh", "dash", "console", "shell-session", "sh-session",
            "shellsession", "bash-session":
            self = .shell
        case "javascript", "js", "node", "nodejs", "mjs", "cjs", "jsx": self = .javascript
        default: return nil
        }
    }
}
