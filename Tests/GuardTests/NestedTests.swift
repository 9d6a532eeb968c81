import Audit
import Event
import Foundation
import Testing

/// guardrun inside guardrun: the inner one has what the outer left, and both hold.
@Suite("Nested runs")
struct NestedTests {
    @Test("what neither grants is refused by both, and the outer one sees what the inner one gave up")
    func nested() throws {
        for caller in Caller.possible {
            let (scratch, outside) = (try Scratch(for: caller), try Scratch(for: caller))
            let secret = try outside.file("secret")
            var guarded = Guarded(
                caller, policy: "shell",
                settings: [
                    "files.write=[]", "files.exec=[/usr/bin, /bin, \(Shared.guardrun), \(Shared.victim)]",
                ], in: scratch)
            guarded.environment = ["HOME": outside.url.path]
            let inner = [
                "--", Shared.guardrun, "--audit", "/tmp/audit", "--json", "/dev/stdout", "-p", "python", "--",
            ]
            let seen = try guarded.run(inner + [Shared.victim, "read-file", secret])
            #expect(!seen.output.contains("secret\n"), "\(seen.output)\(seen.errors)")
            #expect(
                seen.output.contains("EACCES") || seen.output.contains("ENOENT"),
                "\(seen.output)\(seen.errors)")
            // No namespaces and no listener of its own: the inner report says so, and the outer trail who asked.
            #expect(seen.errors.contains("absent   notify"), "\(seen.errors)")
            #expect(!seen.violations("process", "clone").isEmpty)
            #expect(!seen.violations("syscall", "seccomp").isEmpty)
            let works = try guarded.run(inner + [Shared.victim, "stat", "/tmp"])
            #expect(works.output.contains("ok 0"), "\(works.output)\(works.errors)")
        }
    }

    @Test("an inner run cannot hide what it does from the outer one")
    func hiding() throws {
        for caller in Caller.possible {
            let (scratch, outside) = (try Scratch(for: caller), try Scratch(for: caller))
            let bystander = try Bystander(caller)
            var guarded = Guarded(
                caller, policy: "shell",
                settings: [
                    "files.write=[]", "files.exec=[/usr/bin, /bin, \(Shared.guardrun), \(Shared.victim)]",
                ], in: scratch)
            guarded.environment = ["HOME": outside.url.path]
            let seen = try guarded.run(
                [
                    "--", Shared.guardrun, "-q", "--audit", "/tmp/audit", "-p", "observe", "--",
                    Shared.victim, "call", "bpf",
                ])
            #expect(!seen.output.contains("ok"), "\(seen.output)\(seen.errors)")
            #expect(bystander.isAlive)
        }
    }
}
