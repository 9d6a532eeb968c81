// Code that does what it does where a reader does not look for it.

import Event
import Policy

extension Rule {
    static let objectInsides = Rule(
        "object-insides", .sandboxEscape, .review, 0.6, cwe: 913, attack: "T1059.006",
        "Looks into frames, closures or subclasses, as debuggers do and as ways out do.",
        when: .seen,
        finds: [
            .python("import sys\nprint(sys._getframe().f_back)"),
            .python("for c in Plugin.__subclasses__(): c()"),
        ],
        passes: [.python("print(type(x).__name__)"), .python("().__class__.__base__.__subclasses__()")])

    static let roundaboutCall = Rule(
        "roundabout-call", .sandboxEscape, .review, 0.6, cwe: 913, attack: "T1027",
        "Reaches a function that runs commands or deletes by a way round its usual name.",
        when: .seen,
        finds: [
            .python("from os import *\nsystem('id')"), .python("import posix\nposix.system('id')"),
            .python("import shutil\nshutil.os.system('id')"),
            .python("import os, sys\n(x, y) = (os, sys)\nx.popen('id').read()"),
        ],
        passes: [
            .python("import os\nos.system('id')"), .python("import subprocess as sp\nsp.run(['ls'])"),
            .python("from os import *\nprint(getcwd())"), .python("from subprocess import run\nrun(['ls'])"),
        ])

    static let encodedCommand = Rule(
        "encoded-command", .sandboxEscape, .block, 0.8, cwe: 506, attack: "T1027.010",
        "Hands PowerShell a command that is encoded, so that nobody reads it.",
        when: .command(["powershell", "pwsh"]) { command in
            command.words.contains { word in
                let option = word.shown.lowercased()
                return option.utf8.count >= 2 && "-encodedcommand".hasPrefix(option) && option.hasPrefix("-e")
                    && !option.hasPrefix("-ex")
            }
        },
        finds: [
            .shell("powershell -enc aQB3AHIA"),
            .python(
                "import subprocess\nsubprocess.Popen(['powershell', '-WindowStyle', 'Hidden', '-EncodedCommand', 'aQB3'])"
            ),
        ],
        passes: [.shell("powershell -File x.ps1"), .shell("pwsh -ExecutionPolicy Bypass -File x.ps1")])

    static let concealedAct = Rule(
        "concealed-act", .sandboxEscape, .review, 0.6, cwe: 95, attack: "T1027",
        "Starts a process, deletes or talks to the network in code that stands in a text.",
        when: .seen,
        finds: [
            .python("exec('import os; os.system(\"id\")')"),
            .python("c = compile('imp' 'ort os; os.system(\"id\")', '<s>', 'exec')\nexec(c)"),
        ],
        passes: [.python("exec('x = 1')"), .python("print('import os; os.system(\"id\")')")])

    static let computedAttribute = Rule(
        "computed-attribute", .sandboxEscape, .review, 0.6, cwe: 470, attack: "T1027",
        "Picks what to call out of a module that can run commands by a name that only running the program would tell.",
        when: .seen,
        finds: [.python("import os, sys\ngetattr(os, sys.argv[1])('id')")],
        passes: [.python("import math\ngetattr(math, name)(1)"), .python("getattr(self, name)()")])

    static let hiddenText = Rule(
        "hidden-text", .sandboxEscape, .review, 0.6, cwe: 1007, attack: "T1027",
        "Holds characters that make a reader see other code than the interpreter does.",
        when: .seen,
        finds: [
            .python("access = 'user\u{202E} \u{2066}# admin\u{2069}'"), .shell("echo 'a\u{202E}b'"),
            .javascript("const x = '\u{202E}x'"),
        ],
        passes: [.python("s = 'שלום'"), .shell("echo 你好")])

    static let disguisedName = Rule(
        "disguised-name", .sandboxEscape, .review, 0.6, cwe: 1007, attack: "T1027",
        "Writes a name in letters that look unlike it but that Python reads as the plain ones.",
        when: .seen,
        finds: [.python("import os\nos.𝘀𝘆𝘀𝘁𝗲𝗺('id')"), .python("ｅｖａｌ('1')")],
        passes: [.python("größe = 1"), .python("s = 'ｅｖａｌ'")])

    static let oddEncoding = Rule(
        "odd-encoding", .sandboxEscape, .review, 0.6, cwe: 838, attack: "T1027",
        "Asks its interpreter to read it in an encoding in which a reader sees other text.",
        when: .seen,
        finds: [
            .python("# coding: utf-7\n+AGkAbQBwAG8AcgB0- os"), .python("# -*- coding: rot13 -*-\nvzcbeg bf"),
        ],
        passes: [
            .python("# -*- coding: utf-8 -*-\nx = 1"), .python("# vim: set fileencoding=latin-1 :\nx = 1"),
        ])
}
