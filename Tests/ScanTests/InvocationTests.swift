import Linux
import Policy
import Testing

@testable import Scan

@Suite("Where the code of a command is")
struct InvocationTests {
    /// Reads a command line in /w, where the given files lie.
    private func code(_ line: [String], files: Set<String> = [], directories: Set<String> = []) -> Invocation?
    {
        Invocation(
            program: Path("/usr/bin/" + (line[0].split(separator: "/").last ?? "")),
            arguments: line.map { Array($0.utf8) }, in: Path("/w")
        ) { path in
            files.contains(path.description)
                ? .regular : directories.contains(path.description) ? .directory : nil
        }
    }

    @Test(
        "python: a script, -c, -m, standard input",
        arguments: [
            (["python3", "a.py", "-c", "x"], Invocation.Code.file(Path("/w/a.py"), argument: 1)),
            (["python3", "/b/a.py"], .file(Path("/b/a.py"), argument: 1)),
            (["python3.11", "-c", "x"], .argument(2, from: 0)),
            (["python3", "-cx"], .argument(1, from: 2)),
            (["python3", "-Bcx"], .argument(1, from: 3)),
            (["python3", "-B", "-X", "dev", "-W", "error", "a.py"], .file(Path("/w/a.py"), argument: 6)),
            (["python3", "-Xdev", "a.py"], .file(Path("/w/a.py"), argument: 2)),
            (["python3"], .standardInput), (["python3", "-"], .standardInput),
            (["python3", "-u", "-"], .standardInput),
            (["python3", "--version"], .none), (["python3", "-V"], .none), (["python3", "-h"], .none),
            (["python3", "--", "-c"], .file(Path("/w/-c"), argument: 2)),
            (["python3", "-c"], .none),
            (["python3", "-m", "json.tool"], .module("json.tool", files: [])),
        ])
    func python(_ line: [String], _ expected: Invocation.Code) {
        let invocation = code(line)
        #expect(invocation?.language == .python)
        #expect(invocation?.code == expected)
    }

    @Test("python -x leaves out a line, and some modules run what they are given")
    func pythonRunners() {
        #expect(code(["python3", "-x", "a.py"])?.skipsFirstLine == true)
        #expect(code(["python3", "a.py", "-x"])?.skipsFirstLine == false)
        #expect(
            code(["python3", "-m", "cProfile", "-o", "out", "a.py"], files: ["/w/a.py"])?.also
                == [.file(Path("/w/a.py"), argument: 5)])
        #expect(
            code(["python3", "-mtimeit", "-s", "setup()", "-sagain()", "work()"])?.also
                == [.argument(3, from: 0), .argument(5, from: 0), .argument(4, from: 2)])
    }

    @Test("python -m runs what lies in the working directory: a module, or a package with what it lies in")
    func modules() {
        #expect(
            code(["python3", "-m", "tool"], files: ["/w/tool.py"])?.code
                == .module("tool", files: [Path("/w/tool.py")]))
        #expect(
            code(["python3", "-mp.q"], files: ["/w/p/__init__.py", "/w/p/q.py"])?.code
                == .module("p.q", files: [Path("/w/p/__init__.py"), Path("/w/p/q.py")]))
        #expect(
            code(["python3", "-m", "p"], files: ["/w/p/__main__.py"], directories: ["/w/p"])?.code
                == .module("p", files: [Path("/w/p/__main__.py")]))
        // -I keeps the working directory out of the path.
        #expect(
            code(["python3", "-I", "-m", "tool"], files: ["/w/tool.py"])?.code == .module("tool", files: []))
        #expect(
            code(["python3", "app"], directories: ["/w/app"])?.code
                == .file(Path("/w/app/__main__.py"), argument: 1))
    }

    @Test(
        "shells: -c wherever its letter stands, a script, -s, start-up files",
        arguments: [
            (["sh", "-c", "ls", "x"], Invocation.Code.argument(2, from: 0)),
            (["bash", "-ec", "ls"], .argument(2, from: 0)),
            (["bash", "-c", "-e", "ls"], .argument(3, from: 0)),
            (["bash", "-o", "pipefail", "-c", "ls"], .argument(4, from: 0)),
            (["bash", "-O", "extglob", "a.sh"], .file(Path("/w/a.sh"), argument: 3)),
            (["bash", "--norc", "a.sh", "-c"], .file(Path("/w/a.sh"), argument: 2)),
            (["sh", "-s", "x"], .standardInput), (["dash"], .standardInput),
            (["bash", "--version"], .none), (["sh", "--", "-x.sh"], .file(Path("/w/-x.sh"), argument: 2)),
            (["busybox", "sh", "-c", "ls"], .argument(3, from: 0)),
        ])
    func shells(_ line: [String], _ expected: Invocation.Code) {
        let invocation = code(line)
        #expect(invocation?.language == .shell)
        #expect(invocation?.code == expected)
    }

    @Test(
        "node: -e, --eval=, a script with or without its ending, modules that run first",
        arguments: [
            (["node", "-e", "x"], Invocation.Code.argument(2, from: 0)),
            (["node", "--eval=x"], .argument(1, from: 7)), (["nodejs", "-pe", "x"], .argument(2, from: 0)),
            (["node", "a"], .file(Path("/w/a.js"), argument: 1)),
            (["node", "--no-warnings", "b.mjs"], .file(Path("/w/b.mjs"), argument: 2)),
            (["node", "-"], .standardInput), (["node"], .standardInput), (["node", "-v"], .none),
            (["deno", "run", "b.mjs"], .file(Path("/w/b.mjs"), argument: 2)),
        ])
    func node(_ line: [String], _ expected: Invocation.Code) {
        let invocation = code(line, files: ["/w/a.js", "/w/b.mjs"])
        #expect(invocation?.language == .javascript)
        #expect(invocation?.code == expected)
    }

    @Test("what runs beside the code is found too")
    func beside() {
        #expect(
            code(["node", "-r", "./x.js", "a.js"], files: ["/w/x.js", "/w/a.js"])?.also
                == [.file(Path("/w/./x.js"), argument: 2)])
        #expect(
            code(["bash", "--rcfile", "rc", "-i"])?.also == [.file(Path("/w/rc"), argument: 2)])
        #expect(code(["perl", "-e", "1", "-e", "2"])?.also == [.argument(4, from: 0)])
    }

    @Test(
        "other interpreters",
        arguments: [
            (["perl", "-e", "x"], Language.perl, Invocation.Code.argument(2, from: 0)),
            (["perl", "-lane", "x"], .perl, .argument(2, from: 0)),
            (["ruby", "a.rb"], .ruby, .file(Path("/w/a.rb"), argument: 1)),
            (["php", "-r", "x"], .other, .argument(2, from: 0)),
            (["awk", "-F", ":", "{print}", "f"], .other, .argument(3, from: 0)),
            (["lua", "a.lua"], .other, .file(Path("/w/a.lua"), argument: 1)),
        ])
    func others(_ line: [String], _ language: Language, _ expected: Invocation.Code) {
        #expect(code(line)?.language == language)
        #expect(code(line)?.code == expected)
    }

    @Test(
        "a program that is no interpreter has no code to look at",
        arguments: [["ls"], ["busybox", "ls"], ["gcc"]])
    func none(_ line: [String]) { #expect(code(line) == nil) }

    @Test(
        "commands in shell text are looked at through what starts them",
        arguments: [
            "env X=1 rm -rf /", "env -i -S 'rm -rf /'", "timeout -s KILL 5 rm -rf /", "nice -n 5 rm -rf /",
            "nohup rm -rf / &", "setsid rm -rf /", "sh -c 'rm -rf /'", "bash -c \"sh -c 'rm -rf /'\"",
            "python3 -c 'import shutil; shutil.rmtree(\"/\")'", "node -e 'require(\"fs\").rmSync(\"/\")'",
            "echo / | xargs rm -rf", "find / -exec rm -rf {} \\;", "eval 'rm -rf /'", "bash <<< 'rm -rf /'",
            "bash <<E\nrm -rf /\nE", "trap 'rm -rf /' EXIT", "command rm -rf /", "exec rm -rf /",
            "X=/; rm -rf $X", "time rm -rf /", "if true; then rm -rf /; fi", "f() { rm -rf /; }; f",
            "echo $(rm -rf /)", "stdbuf -o0 rm -rf /", "sudo -u root rm -rf /", "busybox rm -rf /",
            "a() { \"$@\"; }; a rm -rf /", "IFS=,; c=rm,-rf,/; $c",
            "xargs -I{} sh -c '{}' <<< 'rm -rf /'", "rsync -a --delete /tmp/empty/ /home/", "mv ~ /dev/null",
            "install -m 4755 /bin/sh /tmp/sh",
        ])
    func wrapped(_ line: String) {
        #expect(scan(line, .shell).level == .block, "\(line)")
    }
}
