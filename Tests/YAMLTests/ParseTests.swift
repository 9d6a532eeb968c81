import Testing
import YAML

private func parsed(_ text: String) throws -> Node { try parse(Array(text.utf8), file: "f") }

private func failure(_ text: String) -> String {
    do {
        return "parsed: \(try parsed(text))"
    } catch {
        return "\(error)"
    }
}

/// The text, style and place of each scalar, in the order written.
private func scalars(_ node: Node) -> [String] {
    switch node.content {
    case .scalar(let scalar):
        ["\(node.mark.line):\(node.mark.column) \(scalar.isPlain ? "plain" : "quoted") \(scalar.text)"]
    case .sequence(let items): items.flatMap(scalars)
    case .mapping(let pairs): pairs.flatMap { scalars($0.key) + scalars($0.value) }
    }
}

@Suite("Reading YAML")
struct ParseTests {
    @Test("Scalars keep their text, their style and their place")
    func places() throws {
        let text = "# comment\na: yes\n'b': \"no\"   # behind\nc:\n  - 0x10\n  - {d: ~, e: }\nf: |\n  block\n"
        #expect(
            scalars(try parsed(text)) == [
                "2:1 plain a", "2:4 plain yes", "3:1 quoted b", "3:6 quoted no", "4:1 plain c",
                "5:5 plain 0x10", "6:6 plain d", "6:9 plain ~", "6:12 plain e", "6:15 plain ",
                "7:1 plain f", "7:4 quoted block\n",
            ])
    }

    @Test("Columns count scalars, not bytes, also behind other scripts and emoji")
    func scalarColumns() throws {
        #expect(
            scalars(try parsed("[é, 日本, 👩🏽, x]")) == [
                "1:2 plain é", "1:5 plain 日本", "1:9 plain 👩🏽", "1:13 plain x",
            ])
    }

    @Test("A byte order mark at the start and CRLF change no place")
    func byteOrderMark() throws {
        #expect(scalars(try parsed("\u{FEFF}a: 1\r\nb: 2\r\n")) == scalars(try parsed("a: 1\nb: 2\n")))
    }

    @Test("Repeated keys are kept, for the decoder to name both")
    func repeatedKeys() throws {
        #expect(try parsed("{a: 1, a: 2}").pairs?.count == 2)
    }

    @Test("A leading document marker and a YAML directive are read over")
    func markers() throws {
        #expect(scalars(try parsed("%YAML 1.2\n---\na: 1\n...\n")) == ["3:1 plain a", "3:4 plain 1"])
    }

    @Test(
        "What is not allowed is refused with its place and what to write instead",
        arguments: [
            ("", "f:1:1: the document is empty"),
            ("# only a comment\n", "f:1:1: the document is empty"),
            ("---\n", "f:1:1: the document is empty"),
            ("---\n...\n---\n", "f:1:1: the document is empty"),
            ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a file holds one"),
            (
                "a: &x 1\n",
                "f:1:4: an anchor (&x) is not read here; write the value without it, or in quotes when it is text"
            ),
            (
                "a: 1\nb: *x\n",
                "f:2:4: an alias (*x) is not read here; write the value again, or in quotes when it is text"
            ),
            (
                "a: !!str 1\n",
                "f:1:4: a tag (!!str) is not read here; write the value without it, or in quotes when it is text"
            ),
            (
                "a: !<x%1By> 1\n",
                "f:1:4: a tag (x\\u{1b}y) is not read here; write the value without it, or in quotes when it is text"
            ),
            (
                "a: [!x ]\n",
                "f:1:5: a tag (!x) is not read here; write the value without it, or in quotes when it is text"
            ),
            ("read: [*.py]", "f:1:9: a plain text cannot begin with '*'; put it in quotes"),
            ("a: @x", "f:1:4: a plain text cannot begin with '@'; put it in quotes"),
            ("a: `x`", "f:1:4: a plain text cannot begin with '`'; put it in quotes"),
            ("a:\n\tb: 1", "f:2:1: a tab cannot indent; use spaces"),
            (
                "a: b: c",
                "f:1:5: a ': ' is not allowed here; put the text in quotes, or the key on a line of its own"
            ),
            ("a: 1\nb\nc: 2", "f:2:1: this is a key without a ':' after it"),
            (
                "a: [1, 2\nb: 3",
                "f:2:2: the list opened at line 1, column 4 misses a ',' before this, or its ']'"
            ),
            (
                "a: {b: 1\n",
                "f:2:1: the mapping opened at line 1, column 4 misses a ',' before this, or its '}'"
            ),
            ("a: 'b\n", "f:2:1: the quoted text opened at line 1, column 4 is not closed"),
            (
                "a: \"\\d\"",
                "f:1:5: this is no escape in double quotes; write \\\\ for a backslash, or use single quotes"
            ),
            (
                "a: 1\n  b: 2",
                "f:2:4: a ': ' is not allowed here; put the text in quotes, or the key on a line of its own"
            ),
            ("a: - 1", "f:1:4: a list cannot begin here; put its first '- ' on the next line"),
            ("a: b\u{0}c", "f:1:5: a NUL byte is not allowed; is this a text file?"),
            (
                "# é\n# \u{1B}[31m",
                "f:2:3: an invisible character (U+001B) is not allowed; remove it, or write it as an escape in double "
                    + "quotes"
            ),
            (
                "a: é # \u{2028}b: 1",
                "f:1:8: an invisible character (U+2028) is not allowed; remove it, or write it as an escape in double "
                    + "quotes"
            ),
            (
                "a: \u{202E}b",
                "f:1:4: an invisible character (U+202E) is not allowed; remove it, or write it as an escape in double "
                    + "quotes"
            ),
            (
                "a: 1\rb: 2",
                "f:1:5: a carriage return without a line feed is not allowed; end lines with a line feed"
            ),
        ])
    func refused(text: String, message: String) {
        #expect(failure(text) == message)
    }

    @Test("Bytes that are no UTF-8 are refused where they stand")
    func notUTF8() {
        let bytes = Array("a: é\nb: ".utf8) + [0xFF, 0xFE] + Array("\n".utf8)
        #expect(throws: YAMLError(.notUTF8, at: Mark(file: "f", line: 2, column: 4))) {
            try parse(bytes, file: "f")
        }
    }

    @Test("Collections nest 32 deep and no deeper")
    func depth() throws {
        let deep = { (count: Int) in
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(try parsed(deep(32)).items?.count == 1)
        #expect(failure(deep(33)) == "f:1:33: lists and mappings are nested more than 32 deep here")
        let block = (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(failure(block) == "f:33:33: lists and mappings are nested more than 32 deep here")
    }

    @Test("A document has at most 1 MiB, and the message says how much it has")
    func size() throws {
        let most = Array(("a: " + String(repeating: "x", count: (1 << 20) - 3)).utf8)
        #expect(try parse(most, file: "f")["a"]?.scalar?.text.utf8.count == (1 << 20) - 3)
        #expect(
            failure(String(repeating: "x", count: 10 << 20))
                == "f:1:1: this is 10485760 bytes long; a document may have at most 1048576 (1 MiB)")
    }

    @Test(
        "A quarter of a megabyte of one thing is read or refused within seconds",
        arguments: [
            "[", "{", "- ", "a: ", "? ", "\"", "'", "&a ", "*a ", "!a ", "%a\n", "#", "|\n", ">", "a,", "[],",
            "{},",
            "- a\n", "--- ", "\n", " ", "a\n ", "[a,", "{a: ", "é", "\\", "\"\\u0041", ":", "a:\n", "<<: ",
            ", ",
            "[?",
        ])
    func floods(piece: String) {
        let text = String(repeating: piece, count: (1 << 18) / piece.utf8.count)
        let start = ContinuousClock.now
        for prefix in ["", "a: [", "a: \"", "["] { _ = try? parsed(prefix + text) }
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
