import Foundation
import Policy
import Testing

@testable import Guard

/// What CONTRIBUTING.md asks of the source tree, read from the tree.
@Suite("House rules")
struct HouseRulesTests {
    private static let project = Shared.project

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: project.appendingPathComponent(name)), as: UTF8.self)
    }

    /// The files below a directory, relative to the project.
    private static func files(_ directories: String..., ending: String...) -> [String] {
        directories.flatMap { directory -> [String] in
            let folder = project.appendingPathComponent(directory).path
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return names.filter { name in ending.contains { name.hasSuffix($0) } }.map {
                "\(directory)/\($0)"
            }
        }
    }

    private static func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: project.appendingPathComponent(directory).path
        ).sorted()
    }

    @Test("files are short, and named for what is in them")
    func files() throws {
        let files = Self.files("Sources", "Tests", ending: ".swift", ".c", ".cc", ".h")
        #expect(files.count > 100)
        let vague = ["util", "helper", "manager", "misc", "common", "extensions", "+"]
        for file in files {
            let lines = try Self.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 335, "\(file) has \(lines) lines")
            let name = (file as NSString).lastPathComponent.lowercased()
            // pyenv and its like call themselves version managers.
            guard name != "versionmanager.swift" else { continue }
            #expect(!vague.contains { name.contains($0) }, "\(file)")
        }
    }

    @Test("no Foundation under Sources")
    func noFoundation() throws {
        for file in Self.files("Sources", ending: ".swift") {
            #expect(!(try Self.text(file)).contains("import Foundation"), "\(file)")
        }
    }

    @Test("every target is declared, on the map, and tests belong to one")
    func targets() throws {
        let manifest = try Self.text("Package.swift")
        let map = try Self.text("CONTRIBUTING.md")
        let sources = try Self.names(in: "Sources")
        let libraries = ["CCap", "CCares", "CJansson", "CNettle", "CSQLite", "CSeccomp", "CSodium", "CYAML"]
        for target in sources {
            #expect(manifest.contains("name: \"\(target)\""), "\(target)")
            // The map says of the bindings to Debian's libraries only that there are some.
            if !libraries.contains(target) { #expect(map.contains(target), "\(target) is not on the map") }
        }
        for tests in try Self.names(in: "Tests") where tests != "victim" {
            #expect(tests.hasSuffix("Tests") && sources.contains(String(tests.dropLast(5))), "\(tests)")
            #expect(manifest.contains("name: \"\(tests)\""), "\(tests)")
        }
    }

    @Test("every shipped profile is embedded and documented")
    func profiles() throws {
        let shipped = try Self.names(in: "profiles").filter { $0.hasSuffix(".yaml") }.map { $0.dropLast(5) }
        #expect(Set(shipped.map(String.init)) == Set(Profiles.names))
        for name in Profiles.names { #expect(Help.overview.contains(name), "\(name)") }
    }

    @Test("versions agree wherever one stands")
    func versions() throws {
        let version = Help.versionNumber
        for (file, mark) in [
            ("CHANGELOG.md", "## "), ("docs/guardrun.1", ".TH"), ("python/pyproject.toml", "version = "),
        ] {
            // Not every release has all of these.
            guard let text = try? Self.text(file) else { continue }
            let lines = text.split(separator: "\n").filter {
                $0.hasPrefix(mark) && !$0.contains("Unreleased")
            }
            #expect(lines.first.map { $0.contains(version) } ?? true, "\(file): \(lines.first ?? "")")
        }
    }

    @Test("every command has a page of help that the overview names")
    func help() {
        for command in Help.pages.keys where command != "run" {
            #expect(Help.overview.contains("\n    \(command)"), "\(command)")
        }
        for (name, page) in Help.pages {
            for line in page.split(separator: "\n") { #expect(line.count <= 110, "\(name): \(line)") }
        }
    }
}
