import Testing

@testable import Guard

/// The command line is read by one rule, and any words at all are read or refused.
@Suite("Options")
struct OptionTests {
    private func words(_ text: [String]) -> [[UInt8]] { text.map { Array($0.utf8) } }

    private func options(_ text: String...) throws(UsageError) -> Options { try Options(words(text)) }

    @Test("a command begins at the first word that is no option, and is left alone")
    func command() throws {
        let options = try options("-p", "python", "ls", "-p", "--", "-x")
        #expect(options.policy == "python")
        #expect(options.command == words(["ls", "-p", "--", "-x"]))
        #expect(try self.options("--", "-p", "x").command == words(["-p", "x"]))
        #expect(try self.options("-").command == words(["-"]))
    }

    @Test("values stand behind the option or are attached")
    func values() throws {
        #expect(try options("--policy=a=b", "x").policy == "a=b")
        #expect(try options("--policy", "a", "-p", "b", "x").policy == "b")
        #expect(try options("--set", "a=1", "--set=b=2", "x").settings == ["a=1", "b=2"])
        #expect(try options("--json=", "x").json?.isEmpty == true)
        #expect(try options("-it", "x").terminal)
        #expect(throws: UsageError.self) { try options("--quiet=1", "x") }
        #expect(throws: UsageError.self) { try options("--set") }
    }

    @Test("bytes that are no text reach the command as they are")
    func bytes() throws {
        let word: [UInt8] = [0xFF, 0xFE, 0x2D]
        #expect(try Options([Array("echo".utf8), word]).command == [Array("echo".utf8), word])
    }

    @Test("any words at all", arguments: [1, 2, 3, 4] as [UInt64])
    func garbage(_ seed: UInt64) {
        var state = seed
        func next(_ bound: Int) -> Int {
            // A linear congruential generator (Knuth, MMIX): the same words in every run.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [
            "-", "--", "-p", "--policy", "=", "--set", "-it", "a", "--js", "\u{0}", "é", " ", "-q", "'",
        ]
        for _ in 0..<20_000 {
            let words = (0..<next(6)).map { _ -> [UInt8] in
                var word: [UInt8] = []
                for _ in 0..<next(5) {
                    word += next(4) == 0 ? [UInt8(next(256))] : Array(pieces[next(pieces.count)].utf8)
                }
                return word
            }
            do throws(UsageError) {
                let options = try Options(words)
                #expect(options.command.allSatisfy { words.contains($0) })
            } catch {
                #expect(!error.description.isEmpty)
                #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
            }
        }
    }
}
