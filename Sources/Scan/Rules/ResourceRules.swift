// `resource_exhaustion`: time, memory, processes and disk that would be used up.

import Event
import Policy

extension Rule {
    static let resources: [Rule] = [
        forkBomb, processFlood, endlessLoop, endlessIteration, unboundedGrowth, hugeAllocation, bulkInLoop,
        hugePower,
        endlessWrite, regexTrap, regexBlowup, decompressionBomb,
        recursionLimit, miner, fork,
    ]

    static let forkBomb = Rule(
        "fork-bomb", .resourceExhaustion, .block, 0.8, cwe: 400, attack: "T1499.001",
        "Starts copies of itself without end.",
        when: .seen,
        finds: [
            .python("import os\nwhile True:\n    os.fork()"), .shell(":(){ :|:& };:"),
            .shell("b() { b | b & }; b"),
            .javascript("const cp = require('child_process')\nwhile (true) cp.fork(__filename)"),
        ],
        passes: [
            .python("def fork(repo):\n    return repo\nprint(fork('a'))"),
            .python("import os\nif os.fork() == 0: pass"), .shell("f() { echo a | cat; }; f"),
        ])

    static let processFlood = Rule(
        "process-flood", .resourceExhaustion, .block, 0.8, cwe: 770, attack: "T1499.001",
        "Starts processes or threads in a loop that nothing ends.",
        when: .call([
            "multiprocessing.Process", "threading.Thread", "subprocess.Popen", "os.popen",
            "_thread.start_new_thread", "child_process.spawn", "child_process.exec", "worker_threads.Worker",
        ]) { $0.context.contains(.endlessLoop) },
        finds: [
            .python("import threading\nwhile True:\n    threading.Thread(target=f).start()"),
            .python(
                "from multiprocessing import Process\ndef f():\n    while True:\n        Process(target=f).start()\nf()"
            ),
        ],
        passes: [
            .python("import threading\nfor i in range(4):\n    threading.Thread(target=f).start()"),
            .python(
                "import threading\nwhile True:\n    c = s.accept()\n    threading.Thread(target=f, args=(c,)).start()"
            ),
        ])

    static let endlessLoop = Rule(
        "endless-loop", .resourceExhaustion, .block, 0.8, cwe: 835, attack: "T1499",
        "Loops for ever and does nothing that could end it.",
        when: .seen,
        finds: [
            .python("while 1:\n    pass"), .python("x = 0\nwhile True:\n    x += 1"),
            .shell("while :; do :; done"), .javascript("while (true) {}"), .javascript("for (;;) {}"),
        ],
        passes: [
            .python("while True:\n    line = input()\n    if not line:\n        break"),
            .shell("while true; do date; sleep 1; done"), .javascript("while (true) { if (done()) break }"),
            .python("while x:\n    x -= 1"),
        ])

    static let endlessIteration = Rule(
        "endless-iteration", .resourceExhaustion, .block, 0.8, cwe: 835, attack: "T1499",
        "Takes everything from a source that never ends.",
        when: .seen,
        finds: [
            .python("from itertools import cycle\nlist(cycle([0]))"),
            .python("for _ in iter(int, 1):\n    pass"), .python("import itertools\nsum(itertools.count())"),
        ],
        passes: [
            .python("import itertools\nfor i in itertools.count():\n    if i > 9: break"),
            .python("import itertools\nlist(itertools.islice(itertools.count(), 9))"),
            .python("for line in iter(f.readline, ''):\n    pass"),
        ])

    static let unboundedGrowth = Rule(
        "unbounded-growth", .resourceExhaustion, .block, 0.8, cwe: 770, attack: "T1499",
        "Keeps adding to memory or to a file in a loop that nothing ends.",
        when: .seen,
        finds: [
            .python("x = []\nwhile True:\n    x.append('a' * 1000)"),
            .python("with open('/tmp/f', 'wb') as f:\n    while True:\n        f.write(b'x' * 1024)"),
            .javascript("const a = []\nwhile (true) { a.push(new Array(1000)) }"),
        ],
        passes: [
            .python("x = []\nwhile True:\n    x.append(input())"),
            .python("x = []\nwhile len(x) < 9:\n    x.append(1)"),
        ])

    static let hugeAllocation = Rule(
        "huge-allocation", .resourceExhaustion, .block, 0.8, cwe: 789, attack: "T1499",
        "Asks for half a gigabyte of memory or more at once.",
        when: .seen,
        finds: [
            .python("x = 'a' * 10**10"), .python("b = bytearray(1 << 34)"), .python("x = [0] * (1 << 33)"),
            .javascript("'a'.repeat(2000000000)"), .javascript("Buffer.alloc(8e9)"),
        ],
        passes: [
            .python("x = 'a' * 100"), .python("n = 10**10"), .python("x = [0] * n"),
            .javascript("'a'.repeat(10)"),
        ])

    static let bulkInLoop = Rule(
        "bulk-in-loop", .resourceExhaustion, .review, 0.6, cwe: 401, attack: "T1499",
        "Makes texts of ten thousand letters and more by repeating them, again in each turn of a loop.",
        when: .seen,
        finds: [
            .python("kept = []\nfor i in range(n):\n    kept.append('large data' * 100000)"),
            .python("for i in r:\n    store[i] = [0] * 50000"),
        ],
        passes: [
            .python("x = 'a' * 100000"), .python("for i in r:\n    print('-' * 80)"),
            .python("for i in r:\n    x = i * 100000"),
        ])

    static let hugePower = Rule(
        "huge-number", .resourceExhaustion, .block, 0.8, cwe: 400, attack: "T1499",
        "Computes a number of more digits than can be worked with.",
        when: .seen,
        finds: [
            .python("x = 9 ** 9 ** 9"), .python("print(10 ** 1000000000)"), .python("x = 1 << 10 ** 12"),
            .python("import math\nmath.factorial(10 ** 9)"),
        ],
        passes: [.python("x = 2 ** 64"), .python("m = 10 ** 9 + 7"), .python("pow(3, 10 ** 9, 7)")])

    static let endlessWrite = Rule(
        "endless-write", .resourceExhaustion, .block, 0.8, cwe: 400, attack: "T1499",
        "Fills a file or device from a source that never ends.",
        when: .seen,
        finds: [
            .shell("yes > /tmp/fill"), .shell("cat /dev/zero > fill"),
            .shell("dd if=/dev/urandom of=fill bs=1M"),
        ],
        passes: [
            .shell("yes | head -n10"), .shell("dd if=/dev/zero of=img bs=1M count=10"),
            .shell("head -c 100 /dev/urandom > key"), .shell("cat /dev/null > log"),
        ])

    /// Calls that match a regular expression by trying.
    private static let matchers = [
        "re.match", "re.search", "re.fullmatch", "re.findall", "re.sub", "re.split", "RegExp().test",
        "RegExp().exec",
    ]

    static let regexTrap = Rule(
        "regex-trap", .resourceExhaustion, .review, 0.6, cwe: 1333, attack: "T1499",
        "Matches a text made for it with a repetition inside a repetition, which takes as good as for ever.",
        when: .call(matchers) { call in
            let subject = call.argument(call.name == "re.sub" ? 2 : 1).text ?? ""
            return subject.bytes.count >= 25 && (call.arguments.first?.text.map(nestsRepetition) ?? false)
        },
        finds: [.python("import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')")],
        passes: [
            .python("import re\nre.match(r'(a+)+$', t)"), .python("import re\nre.match(r'a+$', 'a' * 64)"),
        ])

    static let regexBlowup = Rule(
        "regex-blowup", .resourceExhaustion, .capability, 0.5, cwe: 1333, attack: "T1499",
        "Matches with a repetition inside a repetition, whose time grows with every letter.",
        when: .call(matchers) { call in
            call.arguments.first?.text.map(nestsRepetition) ?? false
        },
        finds: [
            .python("import re\nre.match(r'(a+)+$', t)"),
            .python("import re\nre.search('([a-z]*)*x', t)"),
        ],
        passes: [
            .python("import re\nre.match(r'(ab)+$', t)"), .python("import re\nre.match(r'[(a+)]+', t)"),
            .python("import re\nre.match(r'(\\d+,)+', t)"),
        ])

    static let decompressionBomb = Rule(
        "decompression-bomb", .resourceExhaustion, .review, 0.6, cwe: 409, attack: "T1499",
        "Unpacks data that it has itself made to unpack into very much.",
        when: .call(["zlib.decompress", "gzip.decompress", "bz2.decompress", "lzma.decompress"]) { call in
            call.arguments.first?.qualifiedName?.hasSuffix(".compress()") ?? false
                && call.payload.contains(.endless)
        },
        finds: [.python("import zlib\nzlib.decompress(zlib.compress(b'0' * (1 << 34)))")],
        passes: [
            .python("import zlib\nzlib.decompress(zlib.compress(b'abc'))"),
            .python("import zlib\nzlib.decompress(data)"),
        ])

    static let recursionLimit = Rule(
        "recursion-limit", .resourceExhaustion, .review, 0.6, cwe: 674, attack: "T1499",
        "Lifts the limit on nested calls so far that the stack runs over.",
        when: .call(["sys.setrecursionlimit", "threading.stack_size"]) {
            ($0.arguments.first?.integer ?? 0) > 10_000_000
        },
        finds: [.python("import sys\nsys.setrecursionlimit(10 ** 9)")],
        passes: [.python("import sys\nsys.setrecursionlimit(10000)")])

    static let miner = Rule(
        "coin-miner", .resourceExhaustion, .block, 0.8, cwe: 400, attack: "T1496",
        "Starts a program that mines coins.",
        when: .command([
            "xmrig", "minerd", "cpuminer", "ethminer", "t-rex", "nbminer", "cgminer", "bfgminer", "xmr-stak",
            "lolMiner", "ccminer", "phoenixminer",
        ]) { !$0.words.isEmpty },
        finds: [
            .shell("./xmrig -o pool.example:3333 -u wallet"),
            .python("import subprocess\nsubprocess.Popen(['minerd', '-a', 'cryptonight'])"),
        ],
        passes: [.shell("ps aux | grep xmrig"), .shell("pip install miner")])

    static let fork = Rule(
        "process-copy", .resourceExhaustion, .capability, 0.5, cwe: 400, attack: "T1499.001",
        "Makes a copy of its own process.",
        when: .call(["os.fork", "os.forkpty", "child_process.fork", "cluster.fork"]) { _ in true },
        finds: [
            .python("import os\nif os.fork() == 0: pass"),
            .javascript("require('child_process').fork('x.js')"),
        ],
        passes: [.python("def fork(x): return x\nfork(1)"), .javascript("repo.fork()")])

    /// Whether a repetition stands directly inside a repeated group: `(a+)+`. Classes and escapes are skipped.
    private static func nestsRepetition(_ pattern: Text) -> Bool {
        var repeats: [Bool] = []
        var (inClass, escaped, lastWasRepetition, closedRepeating) = (false, false, false, false)
        for byte in pattern.bytes.prefix(10_000) {
            let isRepetition = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "*")
            defer { lastWasRepetition = !escaped && !inClass && isRepetition }
            if escaped {
                escaped = false
                closedRepeating = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): escaped = true
            case UInt8(ascii: "["): inClass = true
            case UInt8(ascii: "]"): inClass = false
            case UInt8(ascii: "(") where !inClass: repeats.append(false)
            case UInt8(ascii: ")") where !inClass:
                // Only a group that ends with the repetition can split its text in many ways.
                closedRepeating = repeats.popLast() != nil && lastWasRepetition
                continue
            default:
                if closedRepeating, isRepetition, !inClass { return true }
            }
            closedRepeating = false
        }
        return false
    }
}
