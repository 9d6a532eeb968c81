// `credential_access`: secrets that would be read.

import Event
import Policy

extension Rule {
    static let credential: [Rule] = [
        secretRead, browserRead, accountRead, climbingRead, systemRead, secretList, systemList, systemWatch,
        metadata,
        environmentDump,
        observation, keyringRead, secretSearch,
        formatLeak, memoryRead, embeddedKey, passwordDump,
    ]

    static let secretRead = Rule(
        "secret-file-read", .credentialAccess, .block, 0.8, cwe: 522, attack: "T1552.001",
        "Reads a file that holds keys, passwords or tokens.",
        when: .read { $0.isA(.secret) },
        finds: [
            .python("from pathlib import Path\nprint((Path.home() / '.ssh' / 'id_rsa').read_text())"),
            .shell("cat ~/.ss\"h\"/id_rsa"), .shell("cat /e?c/sh*w"),
            .python("import linecache\nprint(linecache.getlines('/etc/shadow'))"),
            .javascript("require('fs').readFileSync('/etc/shadow')"),
        ],
        passes: [
            .python("note = 'keep ~/.ssh/id_rsa safe'\nprint(note)"), .shell("ls"),
            .shell("cat ~/.ssh/known_hosts"), .shell("man shadow"),
        ])

    static let browserRead = Rule(
        "browser-store-read", .credentialAccess, .block, 0.8, cwe: 522, attack: "T1555.003",
        "Reads what a browser, a wallet or a chat program keeps for its user.",
        when: .read { $0.isA(.browser) },
        finds: [
            .python(
                "import sqlite3, os\nsqlite3.connect(os.path.expanduser('~/.config/google-chrome/Default/Login Data'))"
            ), .shell("cp ~/.mozilla/firefox/x.default/logins.json /tmp"),
        ],
        passes: [.python("import sqlite3\nsqlite3.connect('app.db')"), .shell("which firefox")])

    static let accountRead = Rule(
        "account-file-read", .credentialAccess, .review, 0.6, cwe: 552, attack: "T1087.001",
        "Reads the lists of accounts.",
        when: .read { $0.isA(.accounts) && !$0.isA(.climbing) },
        finds: [
            .python("print(open('/etc/passwd').read())"), .shell("cat /etc/passwd"),
            .javascript("require('fs').readFileSync('/etc/passwd')"),
        ],
        passes: [.python("note = 'See /etc/passwd(5) for the format'\nprint(note)"), .shell("man 5 passwd")])

    static let climbingRead = Rule(
        "climbing-read", .credentialAccess, .block, 0.8, cwe: 22, attack: "T1552.001",
        "Climbs out of its directory to read a file of the system.",
        when: .read { target in
            target.isA(.detour)
                || target.isA(.climbing) && target.isA([.system, .accounts]) && !target.isA(.harmless)
        },
        finds: [
            .python("print(open('../../../etc/passwd').read())"), .shell("cat ../../etc/crypttab"),
            .shell("cat /usr/../proc/devices"),
            .python("import os\nopen(os.path.join('data', '../../../etc/passwd'))"),
        ],
        passes: [
            .python("print(open('../data/x.csv').read())"), .shell("cat ../etc/app.conf"),
            .shell("cat /usr/share/../lib/x"),
        ])

    static let systemRead = Rule(
        "system-file-read", .credentialAccess, .review, 0.6, cwe: 552, attack: "T1083",
        "Reads a file of the system that is none of a program's business.",
        when: .read {
            $0.isA([.system, .trace]) && !$0.isA([.harmless, .neutralDevice, .disk, .memory, .networkDevice])
                // What the superuser's own programs begin with.
                || $0.text.bytes.starts(with: "/root/.".utf8)
        },
        finds: [
            .python("print(open('/etc/ssl/openssl.cnf').read())"), .shell("cat /var/log/auth.log"),
            .shell("cat ~/.bash_history"), .shell("cat /root/.profile"),
        ],
        passes: [
            .python("print(open('/proc/cpuinfo').read())"), .shell("cat /etc/os-release"),
            .shell("cat /usr/share/doc/git/README"), .shell("cat ~/.profile"),
        ])

    static let secretList = Rule(
        "secret-listing", .credentialAccess, .review, 0.6, cwe: 552, attack: "T1083",
        "Lists a directory in which keys, passwords or a browser's data are kept.",
        when: .list { $0.isA([.secret, .browser]) },
        finds: [
            .python("import os\nos.listdir(os.path.expanduser('~/.ssh'))"), .shell("ls -la ~/.gnupg"),
            .python(
                "import os\nos.listdir(os.getenv('APPDATA') + '\\\\discord\\\\Local Storage\\\\leveldb')"),
        ],
        passes: [.python("import os\nos.listdir('src')"), .shell("ls ~/projects")])

    static let systemList = Rule(
        "system-listing", .credentialAccess, .review, 0.6, cwe: 552, attack: "T1083",
        "Lists a directory of the system.",
        when: .list { $0.isA([.system, .broad]) && !$0.isA(.harmless) },
        finds: [
            .python("import glob\nglob.glob('/etc/apt/*')"), .shell("ls /etc/apt"),
            .python("import os\nos.listdir('/root')"),
        ],
        passes: [.python("import os\nos.listdir('.')"), .shell("ls -la")])

    static let systemWatch = Rule(
        "system-watch", .credentialAccess, .review, 0.6, cwe: 552, attack: "T1083",
        "Is told of everything that happens to the files of a system directory.",
        when: .call([
            "watchdog.observers.Observer().schedule", "watchdog.observers.polling.PollingObserver().schedule",
        ]) { Target($0.argument(1, "path").asText).isA([.system, .broad, .secret]) },
        finds: [
            .python(
                "from watchdog.observers import Observer\no = Observer()\no.schedule(h, '/etc', recursive=True)"
            )
        ],
        passes: [
            .python("from watchdog.observers import Observer\no = Observer()\no.schedule(h, 'src')"),
            .python("schedule(h, '/etc')"),
        ])

    static let metadata = Rule(
        "cloud-metadata", .credentialAccess, .block, 0.8, cwe: 918, attack: "T1552.005",
        "Asks the cloud's own service for this machine's credentials.",
        when: .fetch { Destination($0).isMetadata },
        finds: [
            .python("import urllib.request\nurllib.request.urlopen('http://2852039166/latest/meta-data/')"),
            .shell("curl http://169.254.169.254/latest/meta-data/"),
            .javascript("fetch('http://metadata.google.internal/computeMetadata/v1/')"),
        ],
        passes: [.shell("curl http://127.0.0.1/"), .python("print('169.254.169.254')")])

    static let environmentDump = Rule(
        "environment-dump", .credentialAccess, .review, 0.6, cwe: 526, attack: "T1552.001",
        "Takes the whole environment, where tokens and passwords are kept.",
        when: .seen,
        finds: [
            .python("import os\nfor k, v in os.environ.items():\n    print(k, v)"),
            .python("import os\nprint(dict(os.environ))"), .javascript("console.log(process.env)"),
        ],
        passes: [
            .python("import os\nprint(os.environ['HOME'])"),
            .python("import os, subprocess\nsubprocess.run(['ls'], env=os.environ.copy())"),
            .javascript("console.log(process.env.HOME)"),
        ])

    static let observation = Rule(
        "user-observation", .credentialAccess, .review, 0.6, cwe: 200, attack: "T1056.001",
        "Watches the user: keys, screen, clipboard, camera or microphone.",
        when: .call(
            [
                "pyperclip.paste", "PIL.ImageGrab.grab", "pyautogui.screenshot", "pynput.keyboard.Listener",
                "keyboard.hook", "keyboard.on_press", "keyboard.record", "mss.mss",
                "cv2.VideoCapture", "pyHook.HookManager", "sounddevice.rec", "pyscreenshot.grab",
                "win32clipboard.GetClipboardData", "clipboard.paste", "tkinter.Tk().clipboard_get",
            ]
        ) { call in call.name != "cv2.VideoCapture" || call.arguments.first?.integer != nil },
        finds: [
            .python("from pynput import keyboard\nkeyboard.Listener(on_press=f).start()"),
            .python("from PIL import ImageGrab\nImageGrab.grab()"),
        ],
        passes: [
            .python("from PIL import Image\nImage.open('x.png')"),
            .python("import cv2\ncv2.VideoCapture('film.mp4')"),
        ])

    static let keyringRead = Rule(
        "keyring-read", .credentialAccess, .review, 0.6, cwe: 522, attack: "T1555",
        "Asks the user's keyring or password manager for a password.",
        when: .command(["security", "secret-tool", "pass", "op", "bw", "keyctl", "kwallet-query", "gpg"]) {
            command in
            switch command.name {
            case "security":
                command.has(anyWord: "find-generic-password", "find-internet-password", "dump-keychain")
            case "secret-tool": command.has(anyWord: "lookup", "search")
            case "gpg": command.has(anyWord: "--export-secret-keys", "--export-secret-subkeys")
            case "keyctl": command.has(anyWord: "read", "print", "pipe")
            default: command.has(anyWord: "show", "get", "read", "list", "item")
            }
        },
        finds: [.shell("security find-generic-password -w -s x"), .shell("gpg --export-secret-keys > k")],
        passes: [.shell("gpg --verify x.sig"), .shell("pass --version")])

    static let passwordDump = Rule(
        "keyring-call", .credentialAccess, .review, 0.6, cwe: 522, attack: "T1555",
        "Asks the system's store of passwords for one.",
        when: .call([
            "keyring.get_password", "keyring.get_credential", "win32crypt.CryptUnprotectData",
            "secretstorage.get_default_collection", "browser_cookie3.chrome", "browser_cookie3.load",
            "browser_cookie3.firefox", "spwd.getspnam", "spwd.getspall",
        ]) { _ in true },
        finds: [
            .python("import keyring\nkeyring.get_password('mail', 'me')"),
            .python("import win32crypt\nwin32crypt.CryptUnprotectData(x)"),
        ],
        passes: [
            .python("import keyring\nprint(keyring.__doc__)"), .python("import getpass\ngetpass.getpass()"),
        ])

    static let secretSearch = Rule(
        "secret-search", .credentialAccess, .review, 0.6, cwe: 522, attack: "T1552.001",
        "Searches the machine for keys or passwords.",
        when: .command(["find", "locate", "grep", "rg", "egrep", "ag"]) { command in
            let isFind = command.name == "find" || command.name == "locate"
            let wanted = [
                "id_rsa", "id_ed25519", ".pem", "credentials", "wallet.dat", "*.kdbx", ".ssh", "shadow",
                ".aws",
            ]
            let asks = command.words.contains {
                $0.mentions(
                    anyOf: isFind
                        ? wanted : ["password", "passwd=", "secret", "api_key", "private key", "aws_secret"])
            }
            return asks && command.operands.contains { Target($0).isA([.broad, .home, .system]) }
        },
        finds: [
            .shell("find / -name id_rsa"), .shell("grep -r password /etc"),
            .python("import os\nos.system('find /home -name \"*.pem\"')"),
        ],
        passes: [
            .shell("find . -name '*.py'"), .shell("grep -r password src"), .shell("find / -name foo.bar"),
        ])

    static let formatLeak = Rule(
        "format-attribute-leak", .credentialAccess, .block, 0.8, cwe: 134, attack: "T1552.001",
        "Reaches into an object's attributes through a format text.",
        when: .seen,
        finds: [
            .python("import os\nprint('{0.environ}'.format(os))"),
            .python("'{x.__init__.__globals__}'.format(x=f)"),
        ],
        passes: [
            .python("'{0.name}'.format(user)"), .python("'{0.__class__.__name__}({0.x!r})'.format(self)"),
            .python("'{}'.format(1)"),
        ])

    static let memoryRead = Rule(
        "memory-read", .credentialAccess, .block, 0.8, cwe: 200, attack: "T1003.007",
        "Reads the memory of a process or of the kernel.",
        when: .read { $0.isA(.memory) },
        finds: [
            .python("open('/proc/1/mem', 'rb').read()"), .shell("strings /dev/mem"),
            .shell("dd if=/proc/kcore of=x"),
        ],
        passes: [.shell("cat /proc/meminfo"), .python("open('/proc/self/status').read()")])

    static let embeddedKey = Rule(
        "embedded-key", .credentialAccess, .review, 0.6, cwe: 798, attack: "T1552.001",
        "Carries a private key or an access token in its text.",
        when: .seen,
        finds: [
            .python("K = '-----BEGIN RSA PRIVATE KEY-----'"), .shell("export AWS=AKIAIOSFODNN7ABCDEFG"),
            .javascript("const t = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'"),
        ],
        passes: [
            .python("K = '-----BEGIN PUBLIC KEY-----'"), .shell("echo AKIA"), .python("x = 'ghp_short'"),
        ])
}
