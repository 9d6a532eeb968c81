import Linux
import Policy
import Testing

@testable import Scan

/// Notebooks and Markdown: the code in them is found, and what is found is shown where it stands in the file.
@Suite("Documents that hold code in pieces")
struct DocumentTests {
    private func verdict(_ name: String, _ text: String) throws -> Verdict {
        try verdict(name, Array(text.utf8))
    }

    private func verdict(_ name: String, _ bytes: [UInt8]) throws -> Verdict {
        let document = try #require(Document(file: Path(name), bytes: bytes))
        return try Scanner(rules: ScanRules()).scan(document)
    }

    private func places(_ rule: String, _ verdict: Verdict, _ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return verdict.findings.map(\.finding).filter { $0.rule == rule }
            .map { String(decoding: bytes[$0.span.bytes], as: UTF8.self) }
    }

    private func notebook(_ cells: String..., language: String = "python") -> String {
        let all = cells.map { #"{"cell_type": "code", "source": \#($0)}"# }.joined(separator: ",\n")
        return
            #"{"cells": [\#(all)], "metadata": {"kernelspec": {"language": "\#(language)"}}, "nbformat": 4}"#
    }

    @Test("what one cell names another one uses, and places are those of the file")
    func cells() throws {
        let text = notebook(#"["import os as o\n"]"#, #"["x = 1\n", "o.system('rm -rf /')\n"]"#)
        let verdict = try verdict("a.ipynb", text)
        #expect(places("broad-delete", verdict, text) == ["o.system('rm -rf /')"])
        #expect(verdict.findings.allSatisfy { $0.finding.span.line == 2 })
        #expect(verdict.kind == .notebook && verdict.language == .python && verdict.form == "notebook")
    }

    @Test("escapes of JSON are read, and cover what they spell")
    func escapes() throws {
        let text = notebook(#""import os\u000aos.\u0073ystem(\"rm \\u002drf /\"); y = '\ud83d\ude00'""#)
        let verdict = try verdict("a.ipynb", text)
        #expect(places("broad-delete", verdict, text) == [#"os.\u0073ystem(\"rm \\u002drf /\")"#])
    }

    @Test(
        "what IPython hands to a shell is read as shell",
        arguments: [
            #""!rm -rf /""#, #""if x:\n    !rm -rf /\n""#, #""files = !rm -rf /""#, #""%%bash\nrm -rf /""#,
            #""%%script sh\nrm -rf /""#, #""%rm -rf /""#, #""%sx rm -rf /""#, #""!ls \\\n  ; rm -rf /""#,
        ])
    func shell(_ cell: String) throws {
        let text = notebook(cell)
        let verdict = try verdict("a.ipynb", text)
        #expect(verdict.rules.contains("broad-delete"))
        #expect(!verdict.rules.contains("unreadable"), "\(verdict.findings)")
    }

    @Test(
        "magics, questions and other languages leave nothing unread",
        arguments: [
            #""%matplotlib inline\nx?\n?x\n%timeit x = 1""#, #""%%html\n<b>'</b>""#,
            #""%%time\nx = (1\n  % 2)""#,
            ##""s = '''\n!not a command\n'''\nt = [1, # (\n 2]""##, #""%%writefile a.txt\n'rm -rf /'""#,
            #"[]"#,
        ])
    func harmless(_ cell: String) throws {
        let verdict = try verdict("a.ipynb", notebook(cell))
        #expect(verdict.findings.isEmpty, "\(verdict.findings)")
    }

    @Test("cells of another language are read as that")
    func kernels() throws {
        #expect(
            try verdict("a.ipynb", notebook(#""rm -rf /""#, language: "bash")).rules.contains("broad-delete"))
        let old =
            #"{"worksheets": [{"cells": [{"cell_type": "code", "input": "import os\nos.system('rm -rf /')"}]}]}"#
        #expect(try verdict("a.ipynb", old).rules.contains("broad-delete"))
    }

    @Test(
        "a notebook that is none is looked at by eye",
        arguments: [
            "", "{", "[1, 2", "{\"cells\": [}", String(repeating: "[", count: 100_000), "import os",
            "{\"cells\": []} x", "{\"a\": \"\\",
        ])
    func broken(_ text: String) throws {
        #expect(try verdict("a.ipynb", text).level ?? .capability >= .review)
    }

    @Test("fences of Python, shell and JavaScript are read, others and prose are not")
    func fences() throws {
        let text = """
            Never `rm -rf /`; see ~/.ssh/id_rsa.

            ```text
            rm -rf /
            ```

            > - ~~~~ {.bash}
            >   echo '```'
            >   rm -rf /home
            >   ~~~~

            ```python title="a.py"
            import shutil
            ```
            and then
            ```py
            shutil.rmtree('/')
            ```
            """
        let verdict = try verdict("README.md", text)
        #expect(places("broad-delete", verdict, text) == ["rm -rf /home", "shutil.rmtree('/')"])
        #expect(verdict.findings.map(\.finding.span.line) == [9, 17])
        #expect(verdict.form == "markdown")
    }

    @Test("of a session only what was typed is read")
    func sessions() throws {
        let text =
            "```console\n$ ls\nrm -rf /\n$ rm -rf ~\n```\n\n```python\n>>> import os\n>>> os.remove('/etc/passwd')\n'\n```\n"
        let verdict = try verdict("a.md", text)
        #expect(places("broad-delete", verdict, text) == ["rm -rf ~"])
        #expect(places("system-file-delete", verdict, text) == ["os.remove('/etc/passwd')"])
        #expect(!verdict.rules.contains("unreadable"))
    }

    @Test("keys are found anywhere in a document, and in a text that is no code")
    func keys() throws {
        let key = "ghp_" + String(repeating: "a", count: 36)
        #expect(try verdict("a.md", "A key: \(key)\n").rules == ["embedded-key"])
        let text = Source(
            name: Path("a.txt"), language: .other, bytes: Array("\u{202B}\(key)".utf8), place: .step)
        #expect(try Scanner(rules: ScanRules()).search(text).rules == ["embedded-key"])
    }

    @Test("cut and mixed documents end no process, and places stay inside the file")
    func garbage() throws {
        var numbers = FuzzTests.Numbers(state: 7)
        let seeds = [
            notebook(#""import os\nos.system('\u0072m -rf /')\n!ls\n""#, #"["%%bash\n", "rm -rf /\n"]"#),
            "```python\nimport os\n```\n> ```sh\n> rm -rf /\n> ```\n",
        ]
        for round in 0..<3_000 {
            let bytes = FuzzTests.mutated(Array(seeds[round % 2].utf8), &numbers)
            for judged in try verdict(round % 2 == 0 ? "a.ipynb" : "a.md", bytes).findings {
                let span = judged.finding.span
                #expect(span.bytes.upperBound <= bytes.count && span.line >= 1)
                #expect((span.line, span.column) <= (span.endLine, span.endColumn))
            }
        }
    }

    @Test("columns in UTF-16 count what is beyond U+FFFF twice")
    func columns() {
        let bytes = Array("é😀x\n😀".utf8)
        let positions = Positions(of: Array(0...bytes.count), in: bytes, counting: .utf16)
        #expect(positions.span(6..<7).column == 4 && positions.span(6..<7).endColumn == 5)
        #expect(positions.span(8..<12).line == 2 && positions.span(8..<12).endColumn == 3)
    }
}
