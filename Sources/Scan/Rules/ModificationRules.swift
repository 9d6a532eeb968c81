// `system_modification`: a machine that would not be the same afterwards, and what would stay behind on it.

import Event
import Policy

extension Rule {
    static let modification: [Rule] = [
        authorizedKeysWrite, loginWrite, scheduleWrite, serviceWrite, hookWrite, systemWrite, scheduleInstall,
        serviceChange, powerChange, firewallChange, signalAll,
        signalByName, signal, commandShadow, shellHook, packageChange, registryWrite, clockChange,
    ]

    static let authorizedKeysWrite = Rule(
        "authorized-keys-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1098.004",
        "Adds a key that opens an account.",
        when: .write { target, _ in target.isA(.authorizedKeys) },
        finds: [
            .shell("tee -a ~/.ssh/authorized_keys <<< 'ssh-ed25519 AAAA x'"),
            .python(
                "from pathlib import Path\n(Path.home() / '.ssh' / 'authorized_keys').write_text('ssh-ed25519 AAAA')"
            ),
            .javascript("require('fs').appendFileSync(process.env.HOME + '/.ssh/authorized_keys', 'k')"),
        ],
        passes: [.shell("cat ~/.ssh/authorized_keys"), .python("print('authorized_keys')")])

    static let loginWrite = Rule(
        "login-file-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1546.004",
        "Changes what runs at each login or shell start.",
        when: .write { target, _ in target.isA(.login) },
        finds: [
            .shell("echo 'alias ls=id' >> ~/.bash\"rc\""),
            .python("with open('/root/.bashrc', 'a') as f:\n    f.write('alias sudo=id')"),
            .javascript("const fs = require('fs'); fs.appendFileSync('/root/.profile', 'id')"),
        ],
        passes: [
            .shell("cat ~/.bashrc"), .shell("source ~/.bashrc"),
            .python("print(open('.bashrc.example').read())"), .shell("cp evil ~/.bash_history"),
        ])

    static let scheduleWrite = Rule(
        "schedule-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1053.003",
        "Writes a job that the clock will start.",
        when: .write { target, _ in target.isA(.schedule) },
        finds: [
            .shell("echo '* * * * * root id' > /etc/cron.d/job"),
            .python("open('/etc/crontab', 'a').write('* * * * * root id')"),
        ],
        passes: [.shell("crontab -l"), .shell("ls /etc/cron.d"), .python("print('crontab')")])

    static let scheduleInstall = Rule(
        "schedule-install", .systemModification, .block, 0.8, cwe: 506, attack: "T1053.003",
        "Installs a job that the clock will start.",
        when: .command(["crontab", "at", "batch", "systemd-run", "schtasks"]) { command in
            switch command.name {
            case "crontab": !command.has("l") && !command.operands.isEmpty
            case "at": !command.has("lcrd") && !command.operands.isEmpty
            case "schtasks": command.has(anyWord: "/create", "/Create")
            default:
                command.has(word: "--on-calendar") || command.has(word: "--on-active")
                    || command.name == "batch"
            }
        },
        finds: [
            .shell("(crontab -l; echo '* * * * * id') | crontab -"),
            .python("import os\nos.system('crontab /tmp/jobs')"),
        ],
        passes: [.shell("crontab -l"), .shell("echo crontab")])

    static let serviceWrite = Rule(
        "service-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1543.002",
        "Writes a program that starts with the machine or the session.",
        when: .write { target, _ in target.isA(.service) },
        finds: [
            .python("open('/etc/systemd/system/x.service', 'w').write('[Service]')"),
            .shell("cp x.desktop ~/.config/autostart/"),
        ],
        passes: [.shell("systemctl status ssh"), .python("open('x.service', 'w').write('[Service]')")])

    static let hookWrite = Rule(
        "hook-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1546",
        "Writes what other programs load or run by themselves.",
        when: .write { target, _ in target.isA(.hook) },
        finds: [
            .python("open('.git/hooks/pre-commit', 'w').write('id')"),
            .python("import site\nopen(site.getsitepackages()[0] + '/x.pth', 'w').write('import os')"),
            .shell("echo x > /etc/pam.d/sshd"),
        ],
        passes: [.python("open('weights.pth', 'wb').write(b'')"), .shell("ls .git/hooks")])

    static let systemWrite = Rule(
        "system-file-write", .systemModification, .block, 0.8, cwe: 506, attack: "T1565.001",
        "Writes into a directory that belongs to the system.",
        when: .write { target, _ in
            target.isA(.system)
                && !target.isA([
                    .disk, .neutralDevice, .kernelHandle, .memory, .trace, .networkDevice, .containerSocket,
                ])
        },
        finds: [
            .python("with open('/etc/hosts', 'a+') as f:\n    print('10.0.0.1 example.org', file=f)"),
            .shell("cp evil /usr/bin/ls"),
            .javascript("require('fs').writeFileSync('/etc/hosts', 'x')"),
        ],
        passes: [
            .python("open('/tmp/hosts', 'w').write('x')"), .shell("cat /etc/hosts"),
            .shell("echo hi > /dev/null"),
        ])

    static let serviceChange = Rule(
        "service-change", .systemModification, .review, 0.6, cwe: 404, attack: "T1489",
        "Stops, starts or reconfigures a service of the machine.",
        when: .command(["systemctl", "service", "rc-service", "update-rc.d", "chkconfig", "launchctl", "sc"])
        { command in
            command.has(
                anyWord: "stop", "disable", "mask", "enable", "kill", "restart", "remove", "load", "unload",
                "delete", "isolate")
        },
        finds: [
            .shell("systemctl stop ssh"), .shell("service auditd stop"),
            .python("import os\nos.system('systemctl disable ufw')"),
        ],
        passes: [.shell("systemctl status ssh"), .shell("systemctl list-units"), .python("service = 'stop'")])

    static let powerChange = Rule(
        "power-change", .systemModification, .block, 0.8, cwe: 404, attack: "T1529",
        "Turns the machine off or starts it anew.",
        when: .command(["shutdown", "reboot", "halt", "poweroff", "init", "telinit"]) { command in
            !command.has(anyWord: "--help", "-c", "--show")
                && (!command.name.hasSuffix("init") || command.has(anyWord: "0", "6"))
        },
        finds: [.shell("shutdown -h now"), .python("import os\nos.system('reboot')"), .shell("init 0")],
        passes: [.python("import logging\nlogging.shutdown()"), .shell("shutdown -c"), .shell("git init")])

    static let firewallChange = Rule(
        "firewall-change", .systemModification, .block, 0.8, cwe: 506, attack: "T1562.004",
        "Opens, empties or turns off the firewall.",
        when: .command(["iptables", "ip6tables", "nft", "ufw", "firewall-cmd", "setenforce", "aa-disable"]) {
            command in
            switch command.name {
            case "setenforce": command.has(anyWord: "0", "Permissive")
            case "ufw": command.has(anyWord: "disable", "reset", "allow", "delete")
            case "nft": command.has(anyWord: "flush", "delete", "add")
            case "firewall-cmd": command.words.contains { $0.mentions("add") || $0.mentions("remove") }
            default:
                command.has("FXDAIP") && !command.has("LS")
                    || command.has(anyWord: "--flush", "--append", "--insert", "--policy")
            }
        },
        finds: [
            .shell("iptables -F"), .shell("ufw disable"), .python("import os\nos.system('setenforce 0')"),
        ],
        passes: [.shell("iptables -L -n"), .shell("ufw status")])

    static let signalAll = Rule(
        "signal-everything", .systemModification, .block, 0.8, cwe: 404, attack: "T1489",
        "Ends every process that it may, or the first one.",
        when: .call(["os.kill", "os.killpg", "process.kill"]) { call in
            call.arguments.first?.integer == -1 || call.arguments.first?.integer == 1
        },
        finds: [.python("import os\nos.kill(-1, 9)"), .javascript("process.kill(-1, 'SIGKILL')")],
        passes: [.python("class Enemy:\n    def kill(self): self.hp = 0\nEnemy().kill()")])

    static let signal = Rule(
        "process-signal", .systemModification, .review, 0.6, cwe: 404, attack: "T1489",
        "Sends a signal to another process.",
        when: .call([
            "os.kill", "os.killpg", "psutil.Process().kill", "psutil.Process().terminate", "process.kill",
        ]) { _ in true },
        finds: [
            .python("import os, signal\nos.kill(pid, signal.SIGKILL)"), .javascript("process.kill(pid)"),
        ],
        passes: [.python("import subprocess\np = subprocess.Popen(['sleep', '9'])\np.kill()")])

    static let signalByName = Rule(
        "process-kill", .systemModification, .review, 0.6, cwe: 404, attack: "T1489",
        "Ends processes by name or number.",
        when: .command(["kill", "pkill", "killall", "killall5", "xkill", "taskkill", "fuser"]) { command in
            if command.has(anyWord: "-0", "-l", "-L", "--list", "--help") { return false }
            if command.name == "fuser" { return command.has("k") }
            // `kill -9 -1`: every process there is.
            if command.name == "kill", command.words.count > 1, command.has(word: "-1") { return true }
            // A job of the same shell, or what it started last, is its own.
            return command.operands.contains { $0.bytes.first != UInt8(ascii: "%") && !$0.isUnknown }
        },
        finds: [
            .shell("killall -9 sshd"), .shell("pkill -f auditd"), .shell("kill -9 1"), .shell("kill -9 -1"),
        ],
        passes: [.shell("sleep 10 & kill %1"), .shell("kill -0 $pid"), .shell("kill $!")])

    static let commandShadow = Rule(
        "command-shadowing", .systemModification, .review, 0.6, cwe: 506, attack: "T1546.004",
        "Puts its own command in place of one that people trust.",
        when: .command(["alias"]) { command in
            command.words.contains { word in
                let name = word.shown.prefix { $0 != "=" }
                return word.bytes.contains(0x3D)
                    && [
                        "sudo", "su", "ssh", "passwd", "git", "cd", "apt", "apt-get", "doas", "rm", "cat",
                        "docker", "kubectl", "curl",
                    ].contains(String(name))
                    && !word.shown.dropFirst(name.count + 1).hasPrefix(String(name))
            }
        },
        finds: [.shell("alias sudo='id;sudo'")],
        passes: [.shell("alias ll='ls -l'"), .shell("alias rm='rm -i'"), .shell("alias")])

    static let shellHook = Rule(
        "shell-hook", .systemModification, .block, 0.8, cwe: 506, attack: "T1546.004",
        "Has each shell or interpreter run a command of its choice.",
        when: .assign { name, value in
            switch name {
            case "PROMPT_COMMAND", "BASH_ENV", "ENV", "PYTHONSTARTUP", "PERL5OPT", "RUBYOPT",
                "PYTHONBREAKPOINT":
                value.text?.isEmpty == false
            case "NODE_OPTIONS": value.text?.mentions(anyOf: ["--require", "--import", "-r "]) == true
            case "GIT_SSH_COMMAND": value.text?.mentions(anyOf: [";", "|", "`", "$("]) == true
            default: false
            }
        },
        finds: [
            .shell("export PROMPT_COMMAND='curl -s http://c2.invalid'"),
            .python("import os\nos.environ['PYTHONBREAKPOINT'] = 'os.system'\nbreakpoint('id')"),
        ],
        passes: [
            .shell("export PATH=$PATH:/opt/bin"), .shell("NODE_OPTIONS=--max-old-space-size=4096 node x.js"),
        ])

    static let packageChange = Rule(
        "package-install", .systemModification, .capability, 0.5, cwe: 829, attack: "T1072",
        "Installs or removes software.",
        when: .command([
            "apt", "apt-get", "yum", "dnf", "pacman", "apk", "zypper", "brew", "pip", "pip3", "npm", "yarn",
            "pnpm", "gem", "cargo", "go", "snap", "dpkg", "rpm", "conda", "uv",
        ]) { command in
            command.has(
                anyWord: "install", "add", "remove", "purge", "uninstall", "upgrade", "dist-upgrade", "-i",
                "-S", "i")
        },
        finds: [
            .shell("apt-get install -y nmap"),
            .python("import subprocess\nsubprocess.run(['pip', 'install', 'x'])"),
        ],
        passes: [.shell("pip list"), .shell("npm test")])

    static let registryWrite = Rule(
        "registry-write", .systemModification, .review, 0.6, cwe: 506, attack: "T1112",
        "Writes into the registry of Windows.",
        when: .call([
            "winreg.SetValueEx", "winreg.SetValue", "winreg.CreateKey", "winreg.CreateKeyEx",
            "_winreg.SetValueEx", "winreg.DeleteKey",
        ]) { _ in true },
        finds: [.python("import winreg\nwinreg.SetValueEx(k, 'x', 0, winreg.REG_SZ, 'x.exe')")],
        passes: [.python("import winreg\nwinreg.QueryValueEx(k, 'x')")])

    static let clockChange = Rule(
        "host-settings-change", .systemModification, .review, 0.6, cwe: 506, attack: "T1565",
        "Changes the clock, the name or the kernel settings of the machine.",
        when: .command(["sysctl", "hostnamectl", "timedatectl", "hwclock", "swapoff", "hostname", "date"]) {
            command in
            switch command.name {
            case "sysctl": command.has("w") || command.operands.contains { $0.bytes.contains(0x3D) }
            case "hostname": !command.operands.isEmpty
            case "hwclock": command.has(anyWord: "--set", "-w", "--systohc")
            case "swapoff": true
            case "date": command.has("s") || command.has(word: "--set")
            default: command.words.contains { $0.bytes.starts(with: "set-".utf8) }
            }
        },
        finds: [
            .shell("date -s 2020-01-01"), .shell("sysctl -w kernel.randomize_va_space=0"),
            .shell("hostnamectl set-hostname x"),
        ],
        passes: [
            .shell("date -d yesterday +%s"), .shell("sysctl kernel.hostname"), .shell("hostname"),
            .shell("hostname -I"),
        ])
}
