import Linux
import Policy
import Testing

@testable import Scan

/// Broken code of every kind: no input may end the process or take long, and the same bytes give the same verdict.
@Suite("Code that was cut up and put together again")
struct FuzzTests {
    /// SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every run.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private static let pieces: [[UInt8]] = [
        "(", ")", "[", "]", "{", "}", "'", "\"", "'''", "`", "$(", "${", "$((", "\\", "\n", "\r", "\t", " ",
        "#", ";",
        "|", "&", "<<E\n", "\nE\n", "f'{", "${x", "lambda ", "for x in ", "while 1:", "\n  ", ":", "=", "**",
        "<", ">",
        "//", "/*", "*/", "=>", "${", "import os\n", "exec(", "eval ", "rm -rf /", "\u{202E}", "é", "\u{0}",
        "[::-1]",
        "{a,b}", "$'\\x41'", "%s", "* 10**9", "async ", "yield ", "=(", "case x in ", "esac", "done", "fi",
    ].map { Array($0.utf8) }

    static func mutated(_ bytes: [UInt8], _ numbers: inout Numbers) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...4, using: &numbers) {
            let place = Int.random(in: 0...bytes.count, using: &numbers)
            switch Int.random(in: 0...6, using: &numbers) {
            case 0: bytes.insert(contentsOf: pieces.randomElement(using: &numbers) ?? [], at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            case 3: bytes.removeSubrange(place...)
            case 4:
                let end = Int.random(in: place...bytes.count, using: &numbers)
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 5:
                let end = Int.random(in: place...bytes.count, using: &numbers)
                bytes.removeSubrange(place..<end)
            default:
                let piece = pieces.randomElement(using: &numbers) ?? []
                let count = Int.random(in: 1...60, using: &numbers)
                bytes.insert(contentsOf: repeatElement(piece, count: count).joined(), at: place)
            }
            if bytes.count > 4_000 { bytes.removeSubrange(4_000...) }
        }
        return bytes
    }

    @Test(
        "each analyser reads what was made of the others' code too, twice alike",
        arguments: [Language.python, .shell, .javascript])
    func analysers(_ language: Language) throws {
        var numbers = Numbers(state: UInt64(language.rawValue.utf8.count))
        let seeds = Corpus.own.map { Array($0.code.utf8) }
        let scanner = try Scanner(rules: ScanRules())
        for round in 0..<3_000 {
            let bytes = Self.mutated(seeds[round % seeds.count], &numbers)
            let source = Source(name: Path("x"), language: language, bytes: bytes, place: .step)
            let verdict = scanner.scan(source)
            for judged in verdict.findings {
                let span = judged.finding.span
                #expect(span.bytes.upperBound <= bytes.count && span.line >= 1 && span.column >= 1)
                #expect((span.line, span.column) <= (span.endLine, span.endColumn))
            }
            if round % 8 == 0 { #expect(scanner.scan(source) == verdict) }
        }
    }

    @Test("lexers give tokens in order that lie inside the source")
    func lexers() {
        var numbers = Numbers(state: 42)
        for round in 0..<2_000 {
            let bytes = Self.mutated(Array(Corpus.own[round % Corpus.own.count].code.utf8), &numbers)
            var python = PythonLexer(bytes)
            python.run()
            #expect(inOrder(python.tokens.map(\.range), bytes.count))
            var script = JavaScriptLexer(bytes)
            script.run()
            #expect(inOrder(script.tokens.map(\.range), bytes.count))
            var shell = ShellLexer(bytes)
            shell.run()
            #expect(shell.tokens.allSatisfy { $0.start <= $0.end && $0.end <= bytes.count })
            #expect(shell.tokens.allSatisfy { Int($0.partner) < shell.tokens.count })
        }
    }

    private func inOrder(_ ranges: [Range<Int>], _ count: Int) -> Bool {
        zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
            && (ranges.last?.upperBound ?? 0) <= count
    }

    @Test("patterns of all forms search anything in any part of it")
    func patterns() throws {
        var numbers = Numbers(state: 7)
        for round in 0..<600 {
            let text = String(
                decoding: Self.mutated(Array("a*b[c-d]e?f".utf8), &numbers).prefix(40), as: UTF8.self)
            let form: Pattern.Form = [.contains(text), .glob(text), .regex(text)][round % 3]
            var pattern = Pattern(form: form, id: "p")
            pattern.place = [.any, .code, .strings, .comments][round % 4]
            guard !text.isEmpty, Scanner.problem(with: pattern) == nil else { continue }
            var rules = ScanRules()
            rules.patterns = [Located(pattern, at: Origin(file: "t", line: 1, column: 1))]
            let scanner = try Scanner(rules: rules)
            let bytes = Self.mutated(Array(Corpus.own[round % Corpus.own.count].code.utf8), &numbers)
            for language in Language.allCases {
                let source = Source(name: Path("x"), language: language, bytes: bytes, place: .step)
                let spans = scanner.scan(source).findings.map(\.finding).filter { $0.rule == "p" }.map(
                    \.span.bytes)
                #expect(spans.allSatisfy { $0.upperBound <= bytes.count })
            }
        }
    }

    @Test(
        "the first bytes of a source, however many, are read",
        arguments: [Language.python, .shell, .javascript])
    func prefixes(_ language: Language) throws {
        let scanner = try Scanner(rules: ScanRules())
        for piece in Corpus.own where piece.language == language {
            let bytes = Array(piece.code.utf8)
            for count in stride(from: 0, to: bytes.count, by: 3) {
                _ = scanner.scan(
                    Source(
                        name: Path("x"), language: language, bytes: Array(bytes.prefix(count)), place: .step))
            }
        }
    }
}
