import Testing

@testable import Changes

/// Differences between texts, as `diff -u` would say them.
@Suite("Differences")
struct DiffTests {
    private func text(_ old: String, _ new: String) -> String? {
        Diff(Array(old.utf8), Array(new.utf8)).map { diff in
            diff.hunks.map { hunk in
                ([hunk.header]
                    + hunk.lines.map {
                        "\($0.sign)\(String(decoding: $0.text, as: UTF8.self))\($0.isOpen ? "\\" : "")"
                    })
                    .joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }

    @Test("headers and lines are those of diff -u")
    func unified() {
        let numbers = (1...20).map { "\($0)\n" }
        #expect(text("", "a\n") == "@@ -0,0 +1 @@\n+a")
        #expect(text("a\n", "") == "@@ -1 +0,0 @@\n-a")
        #expect(text("a\nb\n", "a\nc\n") == "@@ -1,2 +1,2 @@\n a\n-b\n+c")
        #expect(text("a", "a\n") == "@@ -1 +1 @@\n-a\\\n+a")
        var changed = numbers
        changed[1] = "two\n"
        changed[17] = "eighteen\n"
        #expect(
            text(numbers.joined(), changed.joined())
                == """
                @@ -1,5 +1,5 @@
                 1
                -2
                +two
                 3
                 4
                 5
                @@ -15,6 +15,6 @@
                 15
                 16
                 17
                -18
                +eighteen
                 19
                 20
                """)
        // What lies near is one.
        changed = numbers
        changed[4] = "five\n"
        changed[9] = "ten\n"
        #expect(Diff(Array(numbers.joined().utf8), Array(changed.joined().utf8))?.hunks.count == 1)
        #expect(text("same\n", "same\n") == "")
    }

    @Test("what is no text has no difference, and what is very different takes no time")
    func bounds() {
        #expect(Diff([0], []) == nil)
        #expect(Diff([0xFF], []) == nil)
        #expect(Diff([], [UInt8](repeating: 65, count: Diff.most + 1)) == nil)
        let old = (0..<100_000).map { "\($0)\n" }.joined()
        let new = (0..<100_000).map { "\($0 * 7)\n" }.joined()
        let diff = Diff(Array(old.utf8), Array(new.utf8))
        #expect((diff?.added ?? 0) >= 99_000)
    }

    @Test("any two texts: what stays and goes is the old one, what stays and comes the new one")
    func random() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            func text() -> [UInt8] {
                (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                    [10, 97, 98, 99].randomElement(using: &random) ?? 10
                }
            }
            let (old, new) = (text(), text())
            guard let diff = Diff(old, new) else { continue }
            var (left, right): ([UInt8], [UInt8]) = ([], [])
            // Between hunks both are the same, so only what is shown is put together here.
            let oldLines = old.split(separator: 10, omittingEmptySubsequences: false)
            var line = 1
            for hunk in diff.hunks {
                while line < hunk.oldStart {
                    left += oldLines[line - 1] + [10]
                    right += oldLines[line - 1] + [10]
                    line += 1
                }
                for part in hunk.lines {
                    let bytes = part.text + (part.isOpen ? [] : [10])
                    if part.sign != "+" {
                        left += bytes
                        line += 1
                    }
                    if part.sign != "-" { right += bytes }
                }
            }
            #expect(old.starts(with: left))
            #expect(new == right + old.dropFirst(left.count))
        }
    }
}
