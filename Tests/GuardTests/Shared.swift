import Foundation

/// Copies of the programs under test in a place that every caller can reach: a checkout may lie in somebody's home.
enum Shared {
    static let directory: URL = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("guardrun-tests-\(getpid())")
        // Numbers of processes come again, and an older test run may have left its programs there.
        try? FileManager.default.removeItem(at: url)
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        return url
    }()

    static let guardrun: String = {
        let target = directory.appendingPathComponent("guardrun")
        try? FileManager.default.copyItem(atPath: Guarded.executable, toPath: target.path)
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target.path)
        return target.path
    }()

    /// The victim, compiled for this test run. It is C without a library, so that nothing stands between an act and
    /// the kernel, and no target of the package, which would tie it to Swift's run time.
    static let victim: String = {
        let target = directory.appendingPathComponent("victim").path
        let folder = project.appendingPathComponent("Tests/victim")
        let sources = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let words =
            [
                "/usr/bin/env", "clang", "-O1", "-static", "-Wall", "-Wextra", "-Werror", "-pthread", "-o",
                target,
            ]
            + sources.filter { $0.hasSuffix(".c") }.map { folder.appendingPathComponent($0).path }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try? Command(words, as: .root, in: directory, environment: ["PATH": path]).run()
        precondition(result?.status == 0, "the victim does not compile: \(result?.errors ?? "")")
        return target
    }()

    /// The root of the checkout.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
}
