// Code that does what it does where a reader does not look for it.

import Event
import Policy

extension Rule {
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

    static let concealedAct = Rule(
        "concealed-act", .sandboxEscape, .review, 0.6, cwe: 95, attack: "T1027",
        "Starts a process, deletes or talks to the network in code that stands in a text.",
        when: .seen,
        finds: [
            .python("exec('import os; os.system(\"id\")')"),
            .python("c = compile('imp' 'ort os; os.system(\"id\")', '<s>', 'exec')\nexec(c)"),
        ],
        passes: [.python("exec('x = 1')"), .python("print('import os; os.system(\"id\")')")])
}
