// `privilege_escalation`: rights that would grow.

import Event
import Policy

extension Rule {
    static let privilege: [Rule] = [
        setIDBit, anyoneWrites, systemOwner, setGroupBit, runAsRoot, becomeRoot, identityChange, preload,
        sudoersWrite,
        passwordFileWrite, accountChange, capabilityGrant,
        ownerChange, linkerWrite,
    ]

    static let setIDBit = Rule(
        "set-id-bit", .privilegeEscalation, .block, 0.8, cwe: 732, attack: "T1548.001",
        "Makes a file run with its owner's rights whoever starts it.",
        when: .permit { _, permission in permission.contains(.setID) },
        finds: [
            .shell("chmod u+s /tmp/sh"), .shell("c''hmod 4755 /tmp/sh"),
            .python("import os\nos.chmod('/tmp/sh', 0o4755)"),
            .javascript("require('fs').chmodSync('/tmp/sh', 0o4755)"),
        ],
        passes: [
            .shell("chmod 755 run.sh"), .python("import os\nos.chmod('run.sh', 0o755)"),
            .shell("echo chmod 4755 x"),
        ])

    static let systemOwner = Rule(
        "system-owner-change", .privilegeEscalation, .review, 0.6, cwe: 732, attack: "T1222.002",
        "Gives a file of the system to somebody else.",
        when: .call(["os.chown", "os.lchown", "shutil.chown"]) { call in
            call.arguments.first.map { Target($0.asText).isA([.system, .broad, .secret]) } ?? false
        },
        finds: [.python("import os\nos.chown('/etc/passwd', 1000, 1000)")],
        passes: [.python("import os\nos.chown('out.txt', 1000, 1000)"), .python("chown('/etc/passwd')")])

    static let setGroupBit = Rule(
        "set-group-bit", .privilegeEscalation, .review, 0.6, cwe: 732, attack: "T1548.001",
        "Makes a file run with its group's rights whoever starts it.",
        when: .permit { _, permission in permission.contains(.setGroup) },
        finds: [.shell("chmod g+s /srv/x"), .python("import os\nos.chmod('x', 0o2755)")],
        passes: [.shell("chmod g+x x"), .python("import os\nos.chmod('x', 0o755)")])

    static let anyoneWrites = Rule(
        "anyone-may-write", .privilegeEscalation, .review, 0.6, cwe: 732, attack: "T1222.002",
        "Lets anyone write to a file.",
        when: .permit { _, permission in permission.contains(.anyoneWrites) },
        finds: [
            .shell("chmod 777 /srv"), .shell("chmod -R a+rwx ."), .python("import os\nos.chmod('x', 0o777)"),
        ],
        passes: [
            .shell("chmod +x run.sh"), .shell("chmod 775 d"), .python("import os\nos.chmod('x', 0o700)"),
        ])

    static let runAsRoot = Rule(
        "run-as-root", .privilegeEscalation, .review, 0.6, cwe: 250, attack: "T1548.003",
        "Starts a program with another user's rights.",
        when: .command(["sudo", "doas", "pkexec", "runuser", "gosu", "su"]) { command in
            !command.has(anyWord: "-h", "--help", "-V", "--version", "-l", "-k")
        },
        finds: [
            .shell("sudo apt-get update"), .python("import os\nos.system('sudo ls')"),
            .shell("su''do -S su -"),
        ],
        passes: [.shell("man sudo"), .python("d = {'sudo': 'superuser do'}"), .shell("sudo -l")])

    static let becomeRoot = Rule(
        "become-root", .privilegeEscalation, .block, 0.8, cwe: 250, attack: "T1548",
        "Gives the process root's identity.",
        when: .call([
            "os.setuid", "os.seteuid", "os.setreuid", "os.setresuid", "os.setgid", "os.setegid",
            "ctypes.CDLL().setuid", "process.setuid", "process.seteuid", "process.setgid",
        ]) { call in
            call.arguments.first?.integer == 0
        },
        finds: [
            .python("import os\nos.setuid(0)"), .python("import ctypes\nctypes.CDLL(None).setuid(0)"),
            .javascript("process.setuid(0)"),
        ],
        passes: [.python("import os\nprint(os.getuid())"), .python("import os\nos.setuid(65534)")])

    static let identityChange = Rule(
        "identity-change", .privilegeEscalation, .review, 0.6, cwe: 250, attack: "T1548",
        "Changes the user or group that the process runs as.",
        when: .call(
            [
                "os.setuid", "os.seteuid", "os.setreuid", "os.setresuid", "os.setgid", "os.setegid",
                "os.setregid", "os.setresgid", "os.setgroups", "os.initgroups",
                "ctypes.CDLL().setuid", "ctypes.CDLL().setresuid", "ctypes.windll.shell32.ShellExecuteW",
                "process.setuid", "process.setgid", "process.seteuid",
            ]
        ) { _ in true },
        finds: [.python("import os\nos.setuid(1000)"), .javascript("process.setgid('games')")],
        passes: [
            .python("class C:\n    def setuid(self, n): pass\nC().setuid(0)"),
            .python("import os\nprint(os.geteuid())"),
        ])

    static let preload = Rule(
        "library-preload", .privilegeEscalation, .block, 0.8, cwe: 426, attack: "T1574.006",
        "Has programs load a library of its choice before their own.",
        when: .assign { name, value in
            ["LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES"].contains(name) && value.text?.isEmpty != true
        },
        finds: [
            .shell("LD_PRELOAD=/tmp/x.so id"), .shell("export LD_PRELOAD=/tmp/x.so"),
            .python("import os\nos.environ['LD_PRELOAD'] = '/tmp/x.so'"),
            .javascript("process.env.LD_PRELOAD = '/tmp/x.so'"),
        ],
        passes: [
            .shell("echo $LD_PRELOAD"), .python("import os\nos.environ['PATH'] = '/bin'"),
            .shell("unset LD_PRELOAD"),
        ])

    static let linkerWrite = Rule(
        "preload-file-write", .privilegeEscalation, .block, 0.8, cwe: 426, attack: "T1574.006",
        "Has every program of the machine load a library of its choice.",
        when: .write { target, _ in target.text.bytes.firstRange(of: "ld.so") != nil && target.isA(.hook) },
        finds: [
            .shell("tee -a /etc/ld.so.preload <<< /tmp/x.so"),
            .python("open('/etc/ld.so.preload', 'w').write('/tmp/x.so')"),
        ],
        passes: [.shell("cat /etc/ld.so.preload"), .python("open('ld.so.txt', 'w').write('x')")])

    static let sudoersWrite = Rule(
        "sudoers-write", .privilegeEscalation, .block, 0.8, cwe: 269, attack: "T1548.003",
        "Changes who may act as root.",
        when: .write { target, _ in target.isA(.sudoers) },
        finds: [
            .shell("echo 'me ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers"),
            .python("open('/etc/sudoers.d/x', 'w').write('me ALL=(ALL) ALL')"),
        ],
        passes: [.shell("echo sudoers"), .python("open('sudoers.txt', 'w').write('x')")])

    static let passwordFileWrite = Rule(
        "account-file-write", .privilegeEscalation, .block, 0.8, cwe: 269, attack: "T1136.001",
        "Changes the lists of accounts and passwords.",
        when: .write { target, _ in target.isA(.passwordFile) },
        finds: [.shell("cat file >> /etc/passwd"), .python("open('/etc/shadow', 'a').write('x::0:0')")],
        passes: [
            .shell("cat /etc/group"), .python("note = 'See /etc/passwd(5)'\nopen('n.txt', 'w').write(note)"),
        ])

    static let accountChange = Rule(
        "account-change", .privilegeEscalation, .review, 0.6, cwe: 269, attack: "T1136.001",
        "Adds or changes an account or a password.",
        when: .command([
            "useradd", "adduser", "usermod", "userdel", "groupadd", "gpasswd", "passwd", "chpasswd", "visudo",
            "chsh", "chfn", "newusers",
        ]) { command in
            !command.has(anyWord: "--help", "-h", "-S", "--status")
        },
        finds: [
            .shell("useradd -o -u 0 evil"), .shell("echo root:x | chpasswd"),
            .python("import os\nos.system('usermod -aG sudo me')"),
        ],
        passes: [.shell("man useradd"), .shell("passwd -S root"), .shell("getent passwd")])

    static let capabilityGrant = Rule(
        "capability-grant", .privilegeEscalation, .block, 0.8, cwe: 250, attack: "T1548",
        "Gives a program a right of root's.",
        when: .command(["setcap"]) { !$0.operands.isEmpty },
        finds: [
            .shell("setcap cap_setuid+ep /tmp/python"),
            .python("import os\nos.system('setcap cap_net_raw+ep ./x')"),
        ],
        passes: [.shell("getcap -r /usr/bin"), .shell("man setcap")])

    static let ownerChange = Rule(
        "owner-change", .privilegeEscalation, .capability, 0.5, cwe: 282, attack: "T1222.002",
        "Changes who owns a file.",
        when: .command(["chown", "chgrp"]) { !$0.operands.isEmpty && !$0.has(word: "--help") },
        finds: [.shell("chown root:root x"), .shell("sudo chown -R me /srv")],
        passes: [.shell("ls -l"), .shell("man chown")])
}
