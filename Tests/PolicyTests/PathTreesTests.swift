import Linux
import Testing

@testable import Policy

@Suite("Trees of paths")
struct PathTreesTests {
    @Test("They answer what comparing with every path would")
    func oracle() {
        let names = ["a", "b", "a-b", "a.b", "aa", "é"]
        var random = SystemRandomNumberGenerator()
        let any = { () -> Path in
            let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                names.randomElement(using: &random) ?? ""
            }
            return Path("/" + parts.joined(separator: "/"))
        }
        for _ in 0..<500 {
            let paths = (0..<Int.random(in: 0...8)).map { _ in any() }
            let trees = PathTrees(paths.map { Located($0, at: Origin(file: "", line: 0, column: 0)) })
            for _ in 0..<20 {
                let path = any()
                let inside = paths.contains { $0.contains(path) }
                #expect(trees.contains(path) == inside, "\(path) in \(paths)")
                #expect(
                    trees.meets(path) == (inside || paths.contains { path.contains($0) }), "\(path), \(paths)"
                )
            }
        }
    }
}
