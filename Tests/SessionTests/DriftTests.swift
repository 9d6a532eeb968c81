import Session
import Testing

@Suite("Drift")
struct DriftTests {
    @Test(
        "texts that say the same have not moved, others as far as their runs of words differ",
        arguments: [
            ("", "", 0), (" \n", "", 0), ("a b c d", "a b c d", 0), ("A  b\nC d", "a b c d", 0),
            ("a b c d", "e f g h", 1), ("a", "a", 0), ("a", "b", 1), ("a", "", 1),
            // Two runs in both, one on each side alone.
            ("a b c d e", "b c d e f", 0.5), ("x = f(1)", "x = f(2)", 0.667),
            ("ä ö ü", "ä ö ü", 0),
        ] as [(String, String, Double)])
    func distances(_ a: String, _ b: String, _ distance: Double) {
        #expect(abs(Drift.distance(a.utf8, b.utf8) - distance) < 0.01, "\(Drift.distance(a.utf8, b.utf8))")
        #expect(Drift.distance(a.utf8, b.utf8) == Drift.distance(b.utf8, a.utf8))
    }

    @Test("any bytes have a distance from 0 to 1")
    func fuzz() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0..<400, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            }
            #expect((0...1).contains(Drift.distance(texts[0], texts[1])))
            #expect(Drift.distance(texts[0], texts[0]) == 0)
        }
    }
}
