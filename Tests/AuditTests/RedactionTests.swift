import Event
import Foundation
import Linux
import Testing

@testable import Audit

@Suite("Secrets are not written")
struct RedactionTests {
    private let redaction = Redaction { _ in nil }

    @Test(
        "keys and tokens by their shape, passwords by their name",
        arguments: [
            ("AWS AKIAIOSFODNN7EXAMPLE.", "AWS [redacted aws-key]."),
            ("ghp_0123456789abcdefghijklmnopqrstuvwxyzAB", "[redacted github-token]"),
            (
                "curl -H 'Authorization: Bearer abcdef0123456789abcdef'",
                "curl -H 'Authorization: Bearer [redacted bearer]'"
            ),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3", "[redacted json-web-token]"),
            ("psql postgres://app:hunter22@db/x", "psql postgres://app:[redacted url-password]@db/x"),
            ("PASSWORD=hunter22 ./x", "PASSWORD=[redacted named] ./x"),
            ("{\"api_key\": \"abcd1234\"}", "{\"api_key\": \"[redacted named]\"}"),
            ("x --db-password hunter22 -v", "x --db-password [redacted named] -v"),
            ("x --token=abcd1234&y", "x --token=[redacted named]&y"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
                "[redacted private-key]"
            ),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "[redacted private-key]"),
        ])
    func found(_ text: String, _ expected: String) { #expect(redaction.redacted(text) == expected) }

    @Test(
        "what only looks like it stays",
        arguments: [
            "max_tokens=512", "password = os.environ['PASSWORD']", "token = get_token()", "secret: $SECRET",
            "/home/me/passwords.txt", "task-0123456789abcdefghijkl", "https://example.com:443/a@b",
            "a == b : c",
            "-----BEGIN CERTIFICATE-----", "reading /etc/shadow is not granted",
        ])
    func left(_ text: String) { #expect(redaction.redacted(text) == nil) }

    @Test("the word after an option that names it")
    func words() {
        let words: JSON = ["mysql", "--password", "x y", "-u", "root"]
        #expect(redaction.redacted(words) == ["mysql", "--password", "[redacted named]", "-u", "root"])
        #expect(redaction.redacted(["mysql", "-u", "root"] as JSON) == nil)
    }

    @Test("no secret reaches the disk or a listener, and who has it can find where it was")
    func trail() throws {
        let trails = Trails()
        let secret = "AKIAIOSFODNN7EXAMPLE"
        var heard: [UInt8] = []
        let run = RunID(startingAt: Clock.wall)
        let trail = try trails.open(run, listener: { heard += $0 })
        try trail.record(
            Event(
                .processStarted, .info, "started aws --key \(secret)",
                fields: [.init("argv", ["aws", .string(secret)])]), counting: false)
        try trail.seal(Trails.end)
        let digest = try #require(RedactionKey.digest(of: Array(secret.utf8), in: trails.store))
        for bytes in [heard, trails.bytes(of: run)] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains(secret))
            #expect(text.contains("[redacted aws-key \(digest)]"))
        }
        #expect(Verification.of(run, in: trails.store).isSound)
        // Another directory has another key, so that trails cannot be compared by guessing.
        let other = Trails()
        _ = try other.sealed()
        #expect(RedactionKey.digest(of: Array(secret.utf8), in: other.store) != digest)
    }

    @Test(
        "anything is read in one go",
        arguments: ["token=", "-----BEGIN ", "://a:", "eyJ", "Bearer ", "--password "])
    func linear(_ piece: String) {
        let long = String(repeating: piece, count: 200_000 / piece.utf8.count)
        _ = redaction.redacted(long)
        _ = redaction.redacted(long + "(")
    }

    @Test(
        "what a glance clears holds nothing that a closer look would take out", arguments: [1, 2] as [UInt64])
    func glance(_ seed: UInt64) {
        var random = Seeded(seed)
        let pieces = [
            "AKIA", "ghp_", "sk-", "eyJ", "Bearer ", "hf_", "-----BEGIN ", "PRIVATE KEY-----", "--password ",
            "-secret ", "token", "=", ": ", "://", "@", " ", "/", "x", "-", "IOSFODNN7EXAMPLE0123456789ab",
            "é",
        ]
        var cleared = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            guard !Suspicion.rises(from: text.utf8Span.span) else { continue }
            cleared += 1
            #expect(redaction.closely(text) == nil, "\(text)")
        }
        #expect(cleared > 100)
    }
}
