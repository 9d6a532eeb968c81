import Foundation
import Testing

/// The C code between clone3 and execve, and process 1, under sanitizers.
@Suite("A launch under sanitizers")
struct CheckedLaunchTests {
    @Test("whole and failing launches show nothing")
    func sanitizers() throws {
        let script = Shared.project.appendingPathComponent("scripts/checks/run").path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try Command(
            ["/bin/sh", script], as: .root, in: Shared.directory, environment: ["PATH": path]
        ).run()
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        // With addresses checked, and with undefined behaviour.
        #expect(
            result.output.split(separator: "\n").filter { $0 == "launched" }.count == 2, "\(result.output)")
        #expect(result.output.split(separator: "\n").count == 18, "\(result.output)")
    }
}
