import Event
import Foundation
import Policy
import Testing

private func names(_ directory: String) -> [String] {
    let path = projectRoot.appending(path: "fixtures/policy/\(directory)").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
}

@Suite("The policies under fixtures/policy")
struct FixtureTests {
    @Test("There are bad and good ones")
    func present() {
        #expect(names("bad").count >= 30)
        #expect(names("good").count >= 5)
    }

    @Test(
        "A bad policy says all that is wrong, in order, as its `# expect:` lines do", arguments: names("bad"))
    func bad(name: String) throws {
        let directory = Directory("fixtures/policy/bad")
        let text = try String(contentsOf: directory.url.appending(path: name), encoding: .utf8)
        let expected = text.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("# expect: ") else { return nil }
            let message = line.dropFirst("# expect: ".count)
            // A leading slash names the file of a fault that is in a base.
            return message.hasPrefix("/") ? String(message.dropFirst()) : "\(name):\(message)"
        }
        #expect(!expected.isEmpty)
        #expect(directory.faults(name) == expected)
    }

    @Test(
        "A good policy loads without a warning, and what it shows loads to the same", arguments: names("good")
    )
    func good(name: String) throws {
        let loaded = try Directory("fixtures/policy/good").load(name)
        #expect(loaded.warnings.isEmpty)
        let shown = try Directory()
        try shown.write(loaded.yaml, to: "shown.yaml")
        #expect(try shown.load("shown.yaml").policy.document == loaded.policy.document)
    }
}
