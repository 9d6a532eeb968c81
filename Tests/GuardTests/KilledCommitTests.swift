import Foundation
import Testing

/// guardrun killed while a run goes on, and while changes are carried over.
@Suite("Workspace of a guardrun that was killed", .timeLimit(.minutes(60)))
struct KilledCommitTests {
    @Test(
        "a run that goes on is left alone, and one whose guardrun was killed can still be reviewed",
        arguments: Caller.possible)
    func alive(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        let code = "import time; open('new', 'w').write('x'); print('made', flush=True); time.sleep(1000)"
        let running = try Running(
            [Shared.guardrun] + reviewed.options([]) + ["--", "/usr/bin/python3", "-c", code], as: caller,
            in: reviewed.directory, environment: reviewed.environment)
        #expect(running.says("made"))
        for verb in ["commit", "discard", "changes"] {
            let result = try reviewed.call(verb, "last")
            #expect(result.status == 125 && result.errors.contains("goes on"), "\(verb) \(result)")
        }
        running.send(SIGKILL)
        _ = running.finish()
        #expect(try reviewed.changes().names == ["added new"])
        #expect(try reviewed.call("commit", "last").status == 0)
        #expect(reviewed.contents("new") == "x")
    }

    @Test("a commit that is killed again and again loses nothing, and ends", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let reviewed = try Reviewed(caller)
        for number in 0..<150 { try reviewed.file("edited-\(number)", "old \(number)\n") }
        for number in 0..<50 { try reviewed.file("gone-\(number)", "old \(number)\n") }
        let code = """
            import os
            for n in range(150): open(f'edited-{n}', 'w').write(f'new {n}\\n' * 2000)
            for n in range(150): os.makedirs(f'd{n}'); open(f'd{n}/added', 'w').write(f'{n}')
            for n in range(50): os.remove(f'gone-{n}')
            """
        #expect(try reviewed.python(code).status == 0)
        var kills = 0
        for reach in 0..<40 {
            let running = try Running(
                [Shared.guardrun, "commit", "--audit", reviewed.audit, "last"], as: caller,
                in: reviewed.directory,
                environment: reviewed.environment)
            // At another point each time: when so many of the files are there.
            while running.isAlive {
                let done = try FileManager.default.contentsOfDirectory(atPath: reviewed.directory.path)
                    .count { $0.hasPrefix("d") }
                if done >= reach * 4 || done == 150 && Int.random(in: 0..<3) == 0 { break }
            }
            let wasAlive = running.isAlive
            running.send(SIGKILL)
            if running.finish().status == 128 + 9, wasAlive { kills += 1 }
            // Each file is whole, the old one or the new one.
            for number in 0..<150 {
                let text = try #require(reviewed.contents("edited-\(number)"))
                let new = String(repeating: "new \(number)\n", count: 2_000)
                #expect(text == "old \(number)\n" || text == new)
            }
        }
        #expect(kills > 5)
        let last = try reviewed.call("commit", "last")
        #expect(
            last.status == 0 || last.errors.contains("are committed already"),
            "\(last.output.suffix(500))\(last.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: reviewed.directory.path)
        #expect(names.count == 300, "\(names.filter { $0.hasPrefix(".") })")
        for number in 0..<150 {
            #expect(reviewed.contents("edited-\(number)")?.hasPrefix("new \(number)\n") == true)
            #expect(reviewed.contents("d\(number)/added") == "\(number)")
        }
        #expect(try reviewed.runs().isEmpty)
    }
}
