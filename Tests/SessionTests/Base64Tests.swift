import Testing

@testable import Session

@Suite("Base64")
struct Base64Tests {
    @Test(
        "there is one way to write bytes",
        arguments: [("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc")])
    func read(_ text: String, _ bytes: String) { #expect(Base64.bytes(text) == Array(bytes.utf8)) }

    @Test(
        "and what is written otherwise is none",
        arguments: ["YQ", "YQ=", "YR==", "Y=Q=", "YW\nJj", "YW!Jj", "====", "Y===", "YWJj====", "ä", "YWK="])
    func refused(_ text: String) { #expect(Base64.bytes(text) == nil) }
}
