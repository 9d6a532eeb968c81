import Event
import Foundation
import Linux
import Testing

/// Local sockets of the host that a policy names (`unix://`).
@Suite("Granted local sockets")
struct GrantedSocketTests {
    @Test(
        "the one that is named is reached, also by a link, and its neighbour is not",
        arguments: Caller.possible)
    func named(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.folder("run")
        let (path, beside) = (scratch.path("run/granted.sock"), scratch.path("run/other.sock"))
        let (server, other) = (try Server(path: path), try Server(path: beside))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link.sock"), withDestinationPath: path)
        for policy in ["python", "strict"] {
            let before = server.count
            let guarded = Guarded(
                caller, policy: policy, settings: ["network.allow=['unix://\(scratch.path("link.sock"))']"],
                in: scratch)
            for name in [path, scratch.path("link.sock")] {
                let seen = try guarded.act("connect-unix", name)
                #expect(seen.output == "ok 0\n", "\(policy) \(name): \(seen.output)\(seen.errors)")
                #expect(seen.violations.isEmpty, "\(seen.violations)")
            }
            let seen = try guarded.act("connect-unix", beside)
            #expect(seen.output == "EACCES\n" || seen.output == "ENOENT\n", "\(seen.output)\(seen.errors)")
            #expect(seen.violations("connect").first?["args"]?["address"]?.stringValue == "unix:" + beside)
            #expect(server.count == before + 2)
        }
        #expect(other.count == 0)
    }

    @Test("another socket in its place is not the one that was granted", arguments: Caller.possible)
    func replaced(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let path = try scratch.folder("out") + "/host.sock"
        let server = try Server(path: path)
        let other = try Server(path: scratch.path("out/other.sock"))
        // The run may write the directory, and puts its neighbour there.
        let script = """
            import os, socket
            os.rename("out/other.sock", "out/host.sock")
            try:
                socket.socket(socket.AF_UNIX).connect("\(path)")
            except OSError as error:
                print(error.errno)
            """
        let seen = try Guarded(
            caller, settings: ["files.write=[./out]", "network.allow=['unix://\(path)']"], in: scratch
        ).run(["--", "/usr/bin/python3", "-c", script])
        #expect(seen.status == 0 || seen.errors.contains("busy"), "\(seen.output)\(seen.errors)")
        #expect(other.count == 0)
        #expect(server.count == 0)
    }

    @Test("what is no socket is no grant", arguments: Caller.possible)
    func wrong(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let file = try scratch.file("file")
        let seen = try Guarded(caller, settings: ["network.allow=['unix://\(file)']"], in: scratch).run([
            "true"
        ])
        #expect(seen.status == 78)
        #expect(seen.errors.contains("is no socket"), "\(seen.errors)")
        let absent = try Guarded(
            caller, settings: ["network.allow=['unix://\(scratch.path("never"))']"], in: scratch
        ).act("connect-unix", scratch.path("never"))
        #expect(absent.output == "ENOENT\n", "\(absent.output)\(absent.errors)")
    }
}
