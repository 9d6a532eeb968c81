// `code_execution`: code that the reader of this source does not see.

import Event
import Policy

extension Rule {
    static let execution: [Rule] = [
        decodedCode, hookedCode, dynamicCode, fileCode, fedCode, constantCode, computedCommand, terminalSpawn,
        processStart,
        deserialisation, looseDeserialisation,
        bytecode, loadedBytecode, nativeLibrary, foreignInline, foreignLine, computedImport, remoteInstall,
        templateCode,
    ]

    static let decodedCode = Rule(
        "decoded-code", .codeExecution, .block, 0.8, cwe: 94, attack: "T1027",
        "Runs text that was decoded, decrypted or put together from pieces.",
        when: .evaluate { code, means in
            (means == .expression || means == .statements)
                && !code.labels.isDisjoint(with: [.decoded, .assembled])
                && code.text.map { !$0.isEmpty } ?? true
        },
        finds: [
            .python("import base64\nexec(base64.b64decode('aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2lkJyk='))"),
            .python("import zlib\nexec(zlib.decompress(data))"), .javascript("eval(atob('YWxlcnQoMSk='))"),
            .javascript("new Function(Buffer.from(x, 'base64').toString())()"),
        ],
        passes: [
            .python("import base64\nprint(base64.b64decode('aGk='))"), .python("df.eval('c = a + b')"),
            .javascript("console.log(atob('aGk='))"),
        ])

    static let dynamicCode = Rule(
        "dynamic-code", .codeExecution, .review, 0.6, cwe: 95, attack: "T1059",
        "Runs text as code that only running the program would tell.",
        when: .evaluate { code, means in
            (means == .expression || means == .statements) && (code.text?.hasHoles ?? true)
        },
        finds: [
            .python("exec(input())"), .python("import sys\neval(sys.argv[1])"),
            .python("exec(open(name).read())"), .shell("eval \"$1\""),
            .javascript("eval(process.argv[2])"), .javascript("new Function(body)()"),
        ],
        passes: [
            .python("model.eval()"), .python("df.eval('a + b')"),
            .python("import ast\nast.literal_eval(text)"), .python("import re\nre.compile(text)"),
            .javascript("model.eval(x)"), .shell("echo eval \"$1\""),
        ])

    static let constantCode = Rule(
        "constant-code", .codeExecution, .capability, 0.5, cwe: 95, attack: "T1059",
        "Runs constant text as code; what it does was looked at too.",
        when: .evaluate { _, means in means == .expression || means == .statements },
        finds: [.python("exec('x = 1')"), .shell("eval ls"), .javascript("eval('1 + 1')")],
        passes: [
            .python("class R:\n    def exec(self, q): return q\nR().exec('select 1')"),
            .python("print('eval(1)')"),
        ])

    static let hookedCode = Rule(
        "hooked-call", .codeExecution, .block, 0.8, cwe: 94, attack: "T1546",
        "Puts a call that runs commands or code where Python itself will make it.",
        when: .evaluate { _, means in means == .hook },
        finds: [
            .python("import os\n@os.system\n@(lambda f: 'id')\nclass X: pass"),
            .python("import os\nclass A:\n    __class_getitem__ = os.system\nA['id']"),
            .python("import multiprocessing as mp, os\nmp.Process(target=os.system, args=('id',)).start()"),
        ],
        passes: [
            .python("import os\n@property\ndef x(self): return 1"),
            .python("from unittest import mock\nwith mock.patch('os.system') as m: pass"),
            .python("import types\nprint(isinstance(x, types.FunctionType))"),
        ])

    static let fileCode = Rule(
        "other-file-code", .codeExecution, .review, 0.6, cwe: 829, attack: "T1059",
        "Runs another file whose content was not looked at.",
        when: .evaluate { code, means in means == .file && !(code.text?.hasHoles == false) },
        finds: [
            .python("import runpy\nrunpy.run_path(name)"), .shell("source $file"),
        ],
        passes: [.shell("source ./env.sh"), .python("import runpy\nprint(runpy.__doc__)")])

    static let fedCode = Rule(
        "fed-interpreter", .codeExecution, .review, 0.6, cwe: 94, attack: "T1059.004",
        "Feeds an interpreter text that only running the program would tell.",
        when: .evaluate { code, means in means == .input && (code.text?.hasHoles ?? true) },
        finds: [.shell("cat notes | sh"), .shell("ls | awk '{print \"rm \" $1}' | bash")],
        passes: [.shell("ls | sort"), .shell("sh script.sh"), .shell("echo ls | sh")])

    static let computedCommand = Rule(
        "computed-command", .codeExecution, .review, 0.6, cwe: 78, attack: "T1059",
        "Starts a command that only running the program would tell.",
        when: .start { command in
            // What a function starts for its caller is the caller's doing.
            command.labels != .parameter
                && (command.text?.hasHoles == true && command.text?.beginsUnknown == true
                    || command.text == nil)
        },
        finds: [
            .python("import os, sys\nos.system(sys.argv[1])"),
            .python("import subprocess\nsubprocess.run(cmd, shell=True)"),
            .javascript("require('child_process').exec(cmd)"),
        ],
        passes: [
            .python("import subprocess\nsubprocess.run(['ls', '-l'])"),
            .python("import platform\nprint(platform.system())"), .javascript("/a/.exec(text)"),
            .python("import subprocess\ndef run(command):\n    return subprocess.run(command, shell=True)"),
        ])

    static let terminalSpawn = Rule(
        "terminal-spawn", .codeExecution, .review, 0.6, cwe: 506, attack: "T1059.004",
        "Gives a program a terminal of its own, as remote shells need one.",
        when: .call(["pty.spawn", "os.forkpty", "pty.fork"]) { _ in true },
        finds: [
            .python("import pty\npty.spawn('/bin/bash')"), .python("import pty\npid, fd = pty.fork()"),
        ],
        passes: [.python("import pty\nprint(pty.__doc__)"), .python("nursery.spawn('x')")])

    static let processStart = Rule(
        "process-start", .codeExecution, .capability, 0.5, cwe: 78, attack: "T1059",
        "Starts a process; its command was looked at too.",
        when: .start { _ in true },
        finds: [
            .python("import subprocess\nsubprocess.run(['ls', '-l'])"),
            .python("from os import *\nsystem('id')"), .javascript("require('child_process').execSync('ls')"),
        ],
        passes: [
            .python("import subprocess\nprint(subprocess.PIPE)"),
            .python("def system(x): return x\nsystem('id')"),
        ])

    static let deserialisation = Rule(
        "unsafe-deserialisation", .codeExecution, .review, 0.6, cwe: 502, attack: "T1059.006",
        "Builds objects from bytes that may name any function to call.",
        when: .call([
            "pickle.loads", "pickle.load", "pickle.Unpickler().load", "yaml.unsafe_load",
            "yaml.unsafe_load_all", "yaml.full_load", "jsonpickle.decode", "shelve.open", "marshal.load",
        ]) { call in
            // What the same source has just pickled may come back.
            !call.context.contains(.afterPickling)
                && call.arguments.first.map { $0.qualifiedName != "pickle.dumps()" } ?? true
        },
        finds: [
            .python("import pickle\npickle.loads(data)"), .python("import yaml\nyaml.unsafe_load(text)"),
        ],
        passes: [
            .python("import pickle\npickle.dumps(x)"), .python("import json\njson.loads(x)"),
            .python("import yaml\nyaml.safe_load(x)"),
            .python(
                "import pickle\nwith open('m', 'wb') as f: pickle.dump(x, f)\nwith open('m', 'rb') as f: y = pickle.load(f)"
            ),
        ])

    static let looseDeserialisation = Rule(
        "loose-deserialisation", .codeExecution, .capability, 0.5, cwe: 502, attack: "T1059.006",
        "Loads a format that may carry code unless it is told not to.",
        when: .call([
            "yaml.load", "yaml.load_all", "numpy.load", "torch.load", "joblib.load", "pandas.read_pickle",
            "dill.load",
        ]) { call in
            let loader = call.argument(1, "Loader").qualifiedName ?? ""
            return !loader.mentions("Safe") && call.named("weights_only")?.integer != 1
        },
        finds: [.python("import yaml\nyaml.load(text)"), .python("import torch\ntorch.load('m.pt')")],
        passes: [
            .python("import yaml\nyaml.load(text, Loader=yaml.SafeLoader)"),
            .python("import torch\ntorch.load('m.pt', weights_only=True)"),
        ])

    static let bytecode = Rule(
        "bytecode", .codeExecution, .block, 0.8, cwe: 94, attack: "T1027",
        "Makes code out of bytes that nobody can read.",
        when: .call(["marshal.loads", "types.CodeType", "code.replace"]) { call in
            // What an import reads from a file that was compiled before is made of nothing but that.
            call.name != "marshal.loads" || call.arguments.first?.text.map { !$0.isUnknown } ?? false
                || !call.payload.isDisjoint(with: [.decoded, .assembled, .network])
        },
        finds: [
            .python("import base64, marshal\nexec(marshal.loads(base64.b64decode(data)))"),
            .python("import marshal\nexec(marshal.loads(b'\\xe3\\x00'))"),
            .python("import types\ntypes.CodeType(0)"),
        ],
        passes: [
            .python("import marshal\nmarshal.dumps(x)"), .python("import types\nprint(types.FunctionType)"),
            .python("import marshal\ncode = marshal.loads(data[16:])"),
        ])

    static let loadedBytecode = Rule(
        "loaded-bytecode", .codeExecution, .review, 0.6, cwe: 94, attack: "T1027",
        "Makes code out of bytes that were compiled somewhere else.",
        when: .call(["marshal.loads", "marshal.load"]) { _ in true },
        finds: [.python("import marshal\nexec(marshal.loads(data))")],
        passes: [.python("import marshal\nmarshal.dumps(x)"), .python("loads(data)")])

    static let nativeLibrary = Rule(
        "native-library", .codeExecution, .review, 0.6, cwe: 829, attack: "T1106",
        "Loads a native library and calls into it.",
        when: .call([
            "ctypes.CDLL", "ctypes.PyDLL", "ctypes.WinDLL", "ctypes.OleDLL", "ctypes.cdll.LoadLibrary",
            "cffi.FFI().dlopen", "process.dlopen", "ffi-napi.Library", "koffi.load",
        ]) { $0.arguments.first?.labels != .parameter },
        finds: [
            .python("import ctypes\nctypes.CDLL('libc.so.6')"),
            .python("from cffi import FFI\nFFI().dlopen(None)"),
            .javascript("process.dlopen(module, './x.node')"),
        ],
        passes: [.python("import ctypes\nctypes.c_int(3)"), .python("import ctypes\nctypes.sizeof(x)")])

    static let computedImport = Rule(
        "computed-import", .codeExecution, .capability, 0.5, cwe: 470, attack: "T1059.006",
        "Imports a module whose name only running the program would tell.",
        when: .call([
            "builtins.__import__", "importlib.import_module", "importlib.__import__", "require", "import",
        ]) { call in
            call.arguments.first?.text?.hasHoles ?? true
        },
        finds: [.python("import importlib\nimportlib.import_module(name)"), .javascript("require(name)")],
        passes: [.python("import importlib\nimportlib.import_module('json')"), .javascript("require('fs')")])

    static let remoteInstall = Rule(
        "remote-install", .codeExecution, .review, 0.6, cwe: 829, attack: "T1195.002",
        "Installs software straight from an address, whose set-up code then runs.",
        when: .command(["pip", "pip3", "npm", "yarn", "pnpm", "gem", "go", "cargo", "uv", "easy_install"]) {
            command in
            command.has(anyWord: "install", "add", "i")
                && command.words.contains {
                    $0.mentions(anyOf: ["http://", "https://", "git+", "git://"]) && !$0.mentions("pypi.org")
                        && $0.bytes.first != 0x2D
                }
        },
        finds: [
            .shell("pip install http://x.invalid/p.tar.gz"),
            .python("import pip\npip.main(['install', 'http://x.invalid/p.tar.gz'])"),
        ],
        passes: [.shell("pip install requests"), .shell("pip install -r requirements.txt")])
}

extension Text {
    /// Whether the first word is not known, so that nothing says which program it is.
    var beginsUnknown: Bool {
        let word = bytes.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        return word.contains(Text.hole)
    }
}
