// `sandbox_escape`: ways around what looks at the code or holds it, and code that hides from a reader.

import Event
import Policy

extension Rule {
    static let escape: [Rule] = [
        objectGraph, objectInsides, indirectCall, roundaboutCall, concealedAct, encodedCommand,
        decodedCommand,
        containerSocket,
        containerSocketUse, privilegedContainer,
        kernelHandle, memoryWrite, processTrace, executableMemory, nativeFunction,
        kernelModule, mount, computedProgram, traceErasure, traceErasureCommand, auditRemoval, hiddenText,
        disguisedName, oddEncoding, unreadable, knownText, computedAttribute, namespaceChange,
    ]

    static let objectGraph = Rule(
        "object-graph-walk", .sandboxEscape, .block, 0.8, cwe: 913, attack: "T1059.006",
        "Reaches what it was not given through the insides of objects.",
        when: .seen,
        finds: [
            .python("().__class__.__base__.__subclasses__()"), .python("f.__globals__['__builtins__']"),
            .python("x = getattr(y, '__subcl' + 'asses__')()"),
            .python("frame = g.gi_frame.f_back.f_globals"),
            .javascript("this.constructor.constructor('return process')()"),
        ],
        passes: [
            .python("print(f.__name__, type(x).__name__)"),
            .python("class A:\n    def __init__(self): super().__init__()"),
            .javascript("class A { constructor() { this.x = 1 } }"),
        ])

    static let indirectCall = Rule(
        "indirect-call", .sandboxEscape, .block, 0.8, cwe: 913, attack: "T1027",
        "Reaches a function that runs commands, deletes or changes rights without writing its name.",
        when: .seen,
        finds: [
            .python("import os\ngetattr(os, 'sys' + 'tem')('id')"),
            .python("import os\nos.__dict__['\\x73ystem']('id')"), .python("vars(__builtins__)['exec']('1')"),
            .python("import sys\nsys.modules.get('po' 'six').system('id')"),
            .javascript("require('child_' + 'process').exec('id')"),
            .javascript("globalThis['ev' + 'al']('1')"),
        ],
        passes: [
            .python("import os\ngetattr(os, 'name')"), .python("getattr(self, 'value')()"),
            .python("import os\nos.getcwd()"), .javascript("obj['name']()"),
        ])

    static let decodedCommand = Rule(
        "decoded-command", .sandboxEscape, .block, 0.8, cwe: 506, attack: "T1140",
        "Starts a command that was decoded or put together from pieces.",
        when: .evaluate { code, means in
            (means == .shell || means == .input) && !code.labels.isDisjoint(with: [.decoded, .assembled])
        },
        finds: [
            .shell("echo cm0gLXJmIC8= | base64 -d | sh"), .shell("bash <<< $(base64 -d <<< cm0gLXJmIC8=)"),
            .python("import os, base64\nos.system(base64.b64decode('aWQ=').decode())"),
            .shell("echo 'di' | rev | sh"),
        ],
        passes: [
            .shell("base64 -d f > g"), .shell("echo aGk= | base64 -d"),
            .python("import base64, os\nprint(base64.b64decode(x))\nos.system('ls')"),
        ])

    static let computedProgram = Rule(
        "computed-program", .sandboxEscape, .review, 0.6, cwe: 913, attack: "T1027",
        "Makes the name of the program it starts out of other text.",
        when: .seen,
        finds: [
            .shell("$(echo rm) -rf x"), .shell("$'\\x6c\\x73' -l"), .shell("/bi?/l? -l"),
            .shell("a=l; b=s; $a$b"),
        ],
        passes: [
            .shell("$PYTHON script.py"), .shell("\"$CC\" -o x x.c"), .shell("x=$(date)"), .shell("ls *.txt"),
        ])

    static let containerSocket = Rule(
        "container-socket", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1611",
        "Talks to the container runtime, which can start anything as root.",
        when: .connect { Target($0).isA(.containerSocket) },
        finds: [
            .python("import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('/var/run/docker.sock')"),
            .shell("curl --unix-socket /var/run/docker.sock http://x/containers/json"),
            .javascript("require('net').connect('/var/run/docker.sock')"),
        ],
        passes: [.shell("docker ps"), .python("print('/var/run/docker.sock')")])

    static let containerSocketUse = Rule(
        "container-socket-file", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1611",
        "Opens the socket of the container runtime.",
        when: .read { $0.isA(.containerSocket) },
        finds: [.python("open('/var/run/docker.sock')")],
        passes: [.python("open('docker.sock.txt')")])

    static let privilegedContainer = Rule(
        "privileged-container", .sandboxEscape, .block, 0.8, cwe: 250, attack: "T1611",
        "Starts a container that holds the host, or steps into the host's namespaces.",
        when: .command(["docker", "podman", "nerdctl", "nsenter", "kubectl", "lxc", "runc", "ctr"]) {
            command in
            if command.name == "nsenter" {
                return command.has("ta") || command.has(anyWord: "--target", "--all")
            }
            let mountsHost = command.words.enumerated().contains { index, word in
                let isVolume =
                    index > 0
                    && ["-v", "--volume"].contains { command.words[index - 1].bytes.elementsEqual($0.utf8) }
                return isVolume
                    && (word.bytes.starts(with: "/:".utf8) || word.mentions("docker.sock")
                        || word.bytes.starts(with: "/etc:".utf8))
                    || word.bytes.starts(with: "-v/:".utf8) || word.bytes.starts(with: "--volume=/:".utf8)
                    || word.mentions("source=/,")
            }
            return mountsHost
                || command.has(
                    anyWord: "--privileged", "--pid=host", "--cap-add=SYS_ADMIN", "--cap-add=ALL",
                    "--userns=host", "--ipc=host", "security.privileged=true")
                || ["SYS_ADMIN", "ALL", "SYS_PTRACE"].contains { capability in
                    command.value(of: "--cap-add")?.bytes.elementsEqual(capability.utf8) == true
                }
        },
        finds: [
            .shell("docker run --privileged -it alpine sh"),
            .shell("docker run -v /:/host alpine chroot /host"), .shell("nsenter -t 1 -m sh"),
        ],
        passes: [.shell("docker run -v $PWD:/w alpine ls"), .shell("docker ps"), .shell("kubectl get pods")])

    static let kernelHandle = Rule(
        "kernel-handle-write", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1611",
        "Writes where the kernel takes orders: programs to start on its side, switches, other namespaces.",
        when: .write { target, _ in target.isA([.kernelHandle, .containerSocket]) },
        finds: [
            .shell("echo /cmd > /sys/fs/cgroup/rdma/release_agent"),
            .python("p = '/sys/fs/cgroup'\nopen(p + '/release_agent', 'w').write('/cmd')"),
            .shell("echo b > /proc/sysrq-trigger"),
        ],
        passes: [
            .shell("cat /proc/sys/kernel/hostname"), .shell("ls /sys/fs/cgroup"),
            .python("open('release_agent', 'w')"),
        ])

    static let memoryWrite = Rule(
        "memory-write", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1055",
        "Writes into the memory of a process or of the kernel.",
        when: .write { target, _ in target.isA(.memory) },
        finds: [
            .python("import os\nf = open(f'/proc/{os.getppid()}/mem', 'wb')"), .shell("dd if=x of=/dev/mem"),
        ],
        passes: [.shell("cat /proc/meminfo"), .python("open('mem', 'wb')")])

    static let processTrace = Rule(
        "process-trace", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1055.008",
        "Takes hold of another process to read or steer it.",
        when: .call([
            "ctypes.CDLL().ptrace", "ctypes.CDLL().process_vm_writev", "ctypes.CDLL().unshare",
            "ctypes.CDLL().setns", "ctypes.CDLL().syscall", "os.setns", "os.unshare", "os.chroot",
        ]) { _ in true },
        finds: [
            .python("import ctypes\nl = ctypes.CDLL(None)\nl.ptrace(16, 1, 0, 0)"),
            .python("import os\nos.chroot('/mnt')"),
        ],
        passes: [.python("import trace\ntrace.Trace()"), .python("import os\nos.chdir('/mnt')")])

    static let executableMemory = Rule(
        "executable-memory", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1620",
        "Makes memory from which bytes of its own can run.",
        when: .call([
            "mmap.mmap", "ctypes.CDLL().mmap", "ctypes.CDLL().mprotect",
            "ctypes.windll.kernel32.VirtualAlloc", "ctypes.CDLL().memfd_create", "os.memfd_create",
        ]) { call in
            guard call.name == "mmap.mmap" else { return true }
            return (call.argument(3, "prot").integer ?? 0) & 4 != 0
                || call.argument(3, "prot").labels.contains(.executable)
        },
        finds: [
            .python("import mmap\nmmap.mmap(-1, 4096, prot=7)"),
            .python(
                "import mmap\nmmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"),
        ],
        passes: [
            .python("import mmap\nmmap.mmap(-1, 4096)"),
            .python("import mmap\nmmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)"),
        ])

    static let nativeFunction = Rule(
        "native-function-pointer", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1620",
        "Calls bytes at an address as if they were a function.",
        when: .call([
            "ctypes.CFUNCTYPE()", "ctypes.cast", "ctypes.string_at", "ctypes.memmove", "ctypes.PYFUNCTYPE()",
        ]) { _ in true },
        finds: [
            .python("import ctypes\nctypes.CFUNCTYPE(ctypes.c_int)(address)()"),
            .python("import ctypes\nctypes.memmove(a, b, 8)"),
        ],
        passes: [
            .python("import ctypes\nctypes.c_char_p(b'x')"), .python("import typing\ntyping.cast(int, x)"),
        ])

    static let kernelModule = Rule(
        "kernel-module", .sandboxEscape, .block, 0.8, cwe: 693, attack: "T1547.006",
        "Loads code into the kernel.",
        when: .command(["insmod", "modprobe", "kexec", "bpftool", "rmmod"]) { command in
            !command.operands.isEmpty
                && !command.has(
                    anyWord: "--help", "-n", "--dry-run", "--show-depends", "show", "list", "--version")
        },
        finds: [.shell("insmod ./evil.ko"), .python("import os\nos.system('modprobe vhost')")],
        passes: [.shell("lsmod"), .shell("modprobe --show-depends vhost")])

    static let mount = Rule(
        "mount", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1611",
        "Changes what is mounted where.",
        when: .command(["mount", "umount", "losetup", "pivot_root", "debugfs", "swapon"]) { command in
            !command.operands.isEmpty && !command.has(anyWord: "--help", "-h", "--version", "-V")
        },
        finds: [.shell("mount /dev/sda1 /mnt"), .shell("debugfs /dev/sda1")],
        passes: [.shell("mount | column -t"), .shell("man mount")])

    static let namespaceChange = Rule(
        "namespace-change", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1611",
        "Starts a program in other namespaces or under another root.",
        when: .command(["unshare", "chroot", "bwrap", "proot", "setarch"]) {
            !$0.operands.isEmpty && !$0.has(anyWord: "--help", "--version")
        },
        finds: [.shell("unshare -Urm sh"), .shell("chroot /host sh")],
        passes: [.shell("man chroot"), .shell("unshare --help")])

    static let traceErasureCommand = Rule(
        "trace-erasure", .sandboxEscape, .review, 0.6, cwe: 778, attack: "T1070.003",
        "Keeps what it does out of the records, or wipes them.",
        when: .command(["history", "journalctl", "auditctl", "dmesg", "wevtutil", "unset"]) { command in
            switch command.name {
            case "history": command.has("cd") && !command.has("w")
            case "journalctl": command.words.contains { $0.mentions("--vacuum") || $0.mentions("--rotate") }
            case "auditctl": command.has("De") && !command.has("l")
            case "dmesg": command.has("cC")
            case "unset": command.has(anyWord: "HISTFILE", "PROMPT_COMMAND", "TMOUT")
            default: command.has(word: "cl")
            }
        },
        finds: [.shell("history -c"), .shell("unset HISTFILE"), .shell("journalctl --vacuum-time=1s")],
        passes: [.shell("history | cut -c 8-"), .shell("journalctl -u ssh"), .shell("dmesg | tail")])

    static let traceErasure = Rule(
        "trace-file-delete", .sandboxEscape, .review, 0.6, cwe: 778, attack: "T1070.002",
        "Deletes the record of what was done.",
        when: .delete { target, _ in target.isA(.trace) },
        finds: [
            .shell("rm ~/.bash_history"), .shell("rm -rf /var/log"),
            .python("import os\nos.remove('/var/log/auth.log')"),
        ],
        passes: [.shell("cat ~/.bash_history"), .shell("rm app.log")])

    static let auditRemoval = Rule(
        "watcher-removal", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1562.001",
        "Turns off or changes what watches the interpreter.",
        when: .call([
            "sys.settrace", "sys.setprofile", "sys.addaudithook", "sys._clear_type_cache", "gc.get_objects",
            "gc.get_referrers", "sys._current_frames", "resource.setrlimit", "faulthandler.disable",
        ]) { call in
            call.name != "resource.setrlimit"
                || call.argument(1).elements?.contains {
                    $0.integer == -1 || $0.qualifiedName == "resource.RLIM_INFINITY"
                } ?? false
        },
        finds: [
            .python("import gc\n[o for o in gc.get_objects()]"),
            .python("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))"),
        ],
        passes: [
            .python("import gc\ngc.collect()"),
            .python("import resource\nresource.setrlimit(resource.RLIMIT_AS, (1, 1))"),
        ])

    static let unreadable = Rule(
        "unreadable-code", .sandboxEscape, .review, 0.6, cwe: 1104, attack: "T1027",
        "Could not be looked at in full, so that nothing is known of the rest.",
        when: .seen,
        finds: [
            .python("x = 'never closed"), .shell("echo 'never closed"),
            .javascript("const x = `never closed"),
        ],
        passes: [.python("x = 1"), .shell("echo hi"), .javascript("const x = 1")])

    static let knownText = Rule(
        "known-hostile-text", .sandboxEscape, .review, 0.6, cwe: 506, attack: "T1027",
        "Holds words of hostile code in a place that could not be read as code.",
        when: .seen,
        finds: [.python("x = 'open\nimport os; os.system('rm -rf /'\n'''")],
        passes: [.python("print('rm -rf /')")])
}
