import Event
import Foundation
import Testing

/// What people do every day works under the profile they would pick, with nothing refused; and what a profile holds
/// back is held back where it is picked.
@Suite("Shipped profiles at work", .timeLimit(.minutes(60)))
struct ShippedProfileTests {
    struct Task: Sendable, CustomTestStringConvertible {
        let profile: String
        let command: [String]
        let code: String
        let output: String
        var testDescription: String { "\(profile): \(output.prefix(20))" }
    }

    static let tasks: [Task] = [
        Task(
            profile: "python", command: ["/usr/bin/python3", "code"],
            code: """
                import asyncio, concurrent.futures, multiprocessing, sys
                from multiprocessing import shared_memory
                def square(x): return x * x
                async def child():
                    process = await asyncio.create_subprocess_exec(
                        sys.executable, "-c", "print(7)", stdout=asyncio.subprocess.PIPE)
                    return (await process.communicate())[0]
                if __name__ == "__main__":
                    for method in ("fork", "spawn", "forkserver"):
                        with multiprocessing.get_context(method).Pool(2) as pool:
                            assert pool.map(square, range(4)) == [0, 1, 4, 9]
                    with concurrent.futures.ThreadPoolExecutor(4) as threads:
                        assert list(threads.map(square, range(4))) == [0, 1, 4, 9]
                    memory = shared_memory.SharedMemory(create=True, size=64)
                    memory.close()
                    memory.unlink()
                    print("pools", asyncio.run(child()))
                """, output: "pools b'7\\n'\n"),
        Task(
            profile: "shell", command: ["/bin/bash", "code"],
            code: """
                set -e
                seq 1 20 > n; sort -rn n | head -1; grep -c 1 n; awk '{s += $1} END {print s}' n
                tar czf n.tgz n; tar tf n.tgz; find . -maxdepth 1 -name 'n*' | sort | xargs ls; sed -n 5p n; cut -c1 n | uniq -c | wc -l
                diff <(echo a) <(echo a) && date -r n +%Y > /dev/null; cp -a n m; mv m k; ln -s k l; readlink l; id -u > /dev/null
                git init -q r; cd r; git config user.email a@example.com; git config user.name a
                cp ../n f; git add f; git commit -qm one; git repack -qad; git log --oneline | wc -l
                """, output: "20\n11\n210\nn\n./n\n./n.tgz\n5\n11\nk\n1\n"),
        Task(
            profile: "build", command: ["/bin/sh", "code"],
            code: """
                set -e
                printf '#include <stdio.h>\\nint main(void) { puts("compiled"); return 0; }\\n' > a.c
                printf 'a: a.c\\n\\tgcc -O1 -o a a.c\\n' > Makefile
                make -s a && ./a
                """, output: "compiled\n"),
        Task(
            profile: "shell", command: ["node", "code"],
            code: """
                const { execSync } = require('child_process'), fs = require('fs')
                fs.writeFileSync('written', 'x')
                const { Worker } = require('worker_threads')
                const worker = new Worker("require('worker_threads').parentPort.postMessage(42)", { eval: true })
                worker.on('message', m => console.log(m, execSync('cat written').toString()))
                """, output: "42 x\n"),
    ]

    @Test("nothing of it is refused, and nothing is killed", arguments: Caller.possible, tasks)
    func everyDay(_ caller: Caller, _ task: Task) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("code", task.code)
        var guarded = Guarded(caller, policy: task.profile, in: scratch)
        // Without a home git finds nobody to be and no list of what to ignore.
        guarded.environment = ["HOME": "/nonexistent"]
        guarded.environment["PATH"] = "/usr/bin:/bin"
        let seen = try guarded.run(["--"] + task.command)
        #expect(seen.output == task.output, "\(seen.errors)")
        #expect(seen.status == 0)
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        #expect(!seen.errors.contains("outlived"), "\(seen.errors)")
    }

    @Test("shell works in a home without secrets, and makes none there", arguments: Caller.possible)
    func home(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file(".aws/credentials", "key\n")
        var guarded = Guarded(caller, policy: "shell", in: scratch)
        guarded.environment = ["HOME": scratch.url.path]
        let code = """
            echo kept > plain; mkdir .ssh; echo x > .netrc; mkdir d; mv d .kube; ln -s plain .npmrc
            cat .aws/credentials; ls -A .aws
            """
        let seen = try guarded.run(["--", "/bin/bash", "-c", code])
        #expect(scratch.contents("plain") == "kept\n", "\(seen.errors)")
        for name in [".ssh", ".netrc", ".kube", ".npmrc"] {
            #expect(!scratch.exists(name), "\(name)")
            #expect(
                seen.violations.contains { "\($0)".contains("/\(name)") }, "\(name): \(seen.violations)")
        }
        #expect(seen.output.isEmpty)
    }

    @Test("what a person denies has to be there, and so has a profile's where changes are not judged")
    func absent() throws {
        let scratch = try Scratch(for: .possible[0])
        var guarded = Guarded(.possible[0], policy: "shell", in: scratch)
        guarded.environment = ["HOME": "/nonexistent"]
        guarded.settings = ["files.deny=[./absent]"]
        let own = try guarded.run(["--", "/bin/true"])
        #expect(own.status == 78 && own.errors.contains("cannot be kept from being made"), "\(own.errors)")
        guarded.environment = ["HOME": scratch.url.path]
        guarded.settings = ["visibility=fast"]
        let fast = try guarded.run(["--", "/bin/true"])
        #expect(fast.status == 78 && fast.errors.contains(".ssh is not there"), "\(fast.errors)")
    }

    @Test("who is stuck is told of the profile that helps", arguments: Caller.possible)
    func hints(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        var guarded = Guarded(caller, policy: "python", in: scratch)
        guarded.environment = ["HOME": "/nonexistent"]
        let missing = try guarded.run(["--", "/bin/bash", "-c", "ls"])
        #expect(missing.status == 127 && missing.errors.contains("-p shell"), "\(missing.errors)")
        guarded.policy = "shell"
        let made = try guarded.run(["--", "/bin/bash", "-c", "cp /bin/true a; ./a"])
        #expect(made.status == 126 && made.errors.contains("-p build"), "\(made.errors)")
        let plain = try guarded.run(["--", "/bin/bash", "-c", "ls"])
        #expect(plain.status == 0 && !plain.errors.contains("hint"), "\(plain.errors)")
    }

    @Test("who has no variables still has a name", .enabled(if: getuid() == 0))
    func name() throws {
        let scratch = try Scratch(for: .root)
        let seen = try Guarded(.root, in: scratch).run([
            "--", "/usr/bin/python3", "-c", "import getpass; print(getpass.getuser())",
        ])
        #expect(seen.output == "root\n", "\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }
}
