// `destructive_data`: data that would be lost.

import Event
import Policy

extension Rule {
    static let destructive: [Rule] = [
        broadDelete, systemDelete, currentDirectoryDelete, outsideDelete, recursiveDelete, singleDelete,
        walkingDelete,
        walkingOverwrite, walkingRename, walkingEncrypt, diskOverwrite, filesystemFormat, shredding,
        pipedDelete, sqlDrop,
        sqlGuardedDrop,
        sqlAllRows, discardedWork, broadExtraction,
    ]

    static let broadDelete = Rule(
        "broad-delete", .destructiveData, .block, 0.8, cwe: 73, attack: "T1485",
        "Deletes the root, a home or another directory that much hangs below.",
        when: .delete { target, tree in target.isA(.broad) && (tree || !target.isA(.temporary)) },
        finds: [
            .python("import shutil\nshutil.rmtree('/')"),
            .python("from shutil import rmtree as clean\nclean('/home')"),
            .shell("rm -rf /"), .shell("rm -rf /home/user"), .shell("rm$IFS-rf$IFS/"),
            .shell("find / -delete"),
            .javascript("require('fs').rmSync('/', {recursive: true})"),
        ],
        passes: [
            .python("print('rm -rf /')"),
            .python("import shutil, tempfile\nshutil.rmtree(tempfile.mkdtemp())"),
            .shell("rm -rf ./build"), .shell("echo 'rm -rf /'"), .javascript("console.log('rm -rf /')"),
        ])

    static let systemDelete = Rule(
        "system-file-delete", .destructiveData, .block, 0.8, cwe: 73, attack: "T1485",
        "Deletes what the system, a login or the user's whole account rests on.",
        when: .delete { target, tree in
            target.isA(.disk)
                || target.isA([.system, .login, .passwordFile, .schedule])
                    && !target.isA([.trace, .neutralDevice])
                || tree && target.text.bytes.elementsEqual("..".utf8)
        },
        finds: [
            .python("import os\nos.remove('/etc/passwd')"), .shell("unlink ~/.bashrc"),
            .shell("rm -rf /home/user/.bashrc"),
            .javascript("const fs = require('fs'); fs.unlinkSync('/etc/passwd')"),
        ],
        passes: [
            .python("import os\nos.remove('out/result.txt')"), .shell("rm -f /tmp/x"), .shell("rm --help"),
        ])

    static let currentDirectoryDelete = Rule(
        "working-directory-delete", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Deletes the working directory or everything in it.",
        when: .delete { target, tree in tree && target.isA(.here) },
        finds: [.shell("rm -rf *"), .shell("rm -Rf ."), .python("import shutil\nshutil.rmtree('.')")],
        passes: [
            .shell("rm -rf ./build"), .shell("rm *.o"), .python("import shutil\nshutil.rmtree('./build')"),
        ])

    static let outsideDelete = Rule(
        "outside-delete", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Deletes a directory and all below it that is no part of the working directory.",
        when: .delete { target, tree in
            tree && !target.isA(.temporary)
                && (target.text.bytes.first == UInt8(ascii: "/") || target.isA([.home, .uphill]))
        },
        finds: [
            .shell("rm -rf /data/projects"), .shell("find /x -delete"), .shell("rm -r ~/Documents"),
            .python("import shutil\nshutil.rmtree('/data')"),
        ],
        passes: [
            .shell("rm -rf ./build"), .shell("rm -rf /tmp/x"), .shell("rm -rf $TMPDIR/x"),
            .shell("rm -rf ../dist"),
        ])

    static let recursiveDelete = Rule(
        "recursive-delete", .destructiveData, .capability, 0.5, cwe: 73, attack: "T1485",
        "Deletes a directory and all below it.",
        when: .delete { _, tree in tree },
        finds: [
            .shell("rm -rf ./build"), .python("import shutil\nshutil.rmtree('build')"),
            .javascript("import { rmSync } from 'fs'\nrmSync('build', { recursive: true })"),
        ],
        passes: [.shell("rm file.txt"), .python("import shutil\nshutil.copytree('a', 'b')")])

    static let singleDelete = Rule(
        "file-delete", .destructiveData, .capability, 0.5, cwe: 73, attack: "T1485",
        "Deletes a file.",
        when: .delete { _, _ in true },
        finds: [
            .shell("rm file.txt"), .python("import os\nos.unlink('a')"),
            .javascript("require('fs').unlinkSync('a')"),
        ],
        passes: [.shell("man rm"), .python("items = [1]\nitems.remove(1)")])

    static let walkingDelete = Rule(
        "walking-delete", .destructiveData, .block, 0.8, cwe: 73, attack: "T1485",
        "Deletes every file found below the root, a home or a system directory.",
        when: .sweep { root, what in what == .delete && root.isA([.broad, .system]) },
        finds: [
            .python(
                "import os\nfor d, _, fs in os.walk('/home'):\n    for f in fs:\n        os.unlink(os.path.join(d, f))"
            )
        ],
        passes: [
            .python(
                "import os\nfor d, _, fs in os.walk('build'):\n    for f in fs:\n        os.unlink(os.path.join(d, f))"
            )
        ])

    static let walkingOverwrite = Rule(
        "walking-overwrite", .destructiveData, .block, 0.8, cwe: 73, attack: "T1485",
        "Empties or overwrites every file found below the root, a home or a system directory.",
        when: .sweep { root, what in what == .overwrite && root.isA([.broad, .system]) },
        finds: [.python("import glob\nfor f in glob.glob('/home/*/*'):\n    open(f, 'w').close()")],
        passes: [.python("import glob\nfor f in glob.glob('out/*.txt'):\n    open(f, 'w').close()")])

    static let walkingRename = Rule(
        "walking-rename", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Renames every file found in a directory that is no part of the working directory.",
        when: .sweep { root, what in
            what == .rename && !root.isA(.temporary)
                && (root.text.bytes.first == UInt8(ascii: "/") || root.isA([.home, .broad, .uphill]))
        },
        finds: [
            .python(
                "import os\nfor f in os.listdir('/root/docs'):\n"
                    + "    os.rename(os.path.join('/root/docs', f), os.path.join('/root/docs', f + '.x'))")
        ],
        passes: [
            .python(
                "import os\nfor f in os.listdir('out'):\n    os.rename(os.path.join('out', f), f.lower())"),
            .python("import os\nos.rename('/data/a', '/data/b')"),
        ])

    static let walkingEncrypt = Rule(
        "walking-encrypt", .destructiveData, .block, 0.8, cwe: 73, attack: "T1486",
        "Encrypts the files found below a directory in place.",
        when: .sweep { _, what in what == .encrypt },
        finds: [
            .python(
                "import os\nfrom cryptography.fernet import Fernet\nk = Fernet(Fernet.generate_key())\n"
                    + "for r, _, fs in os.walk('/srv/data'):\n    for f in fs:\n        q = os.path.join(r, f)\n"
                    + "        b = open(q, 'rb').read()\n        open(q, 'wb').write(k.encrypt(b))")
        ],
        passes: [
            .python(
                "from cryptography.fernet import Fernet\nk = Fernet(Fernet.generate_key())\n"
                    + "open('secret.bin', 'wb').write(k.encrypt(b'x'))")
        ])

    static let diskOverwrite = Rule(
        "disk-overwrite", .destructiveData, .block, 0.8, cwe: 73, attack: "T1561",
        "Writes onto a disk or partition itself.",
        when: .write { target, _ in target.isA(.disk) },
        finds: [
            .shell("dd if=/dev/zero of=/dev/sda"), .shell("echo x > /dev/nvme0n1"),
            .python("open('/dev/sda', 'wb').write(b'0')"),
        ],
        passes: [
            .shell("dd if=disk.img of=copy.img"), .shell("echo x > /dev/null"), .python("print('/dev/sda')"),
        ])

    static let filesystemFormat = Rule(
        "filesystem-format", .destructiveData, .block, 0.8, cwe: 73, attack: "T1561",
        "Makes, wipes or divides a file system on a disk.",
        when: .command(
            [
                "mkfs", "mke2fs", "mkfs.ext4", "mkfs.ext3", "mkfs.ext2", "mkfs.xfs", "mkfs.btrfs",
                "mkfs.vfat", "mkfs.ntfs", "mkswap", "wipefs", "fdisk",
                "sfdisk", "parted", "sgdisk", "blkdiscard", "hdparm", "cryptsetup", "diskpart",
            ]
        ) { command in
            // Asking for a listing or for help changes nothing.
            !command.operands.isEmpty
                && !command.has(anyWord: "-l", "--list", "--help", "-V", "--version", "print")
        },
        finds: [
            .shell("mkfs.ext4 /dev/sda1"), .python("import os\nos.system('mkfs -t ext4 /dev/sda1')"),
            .shell("sudo wipefs -a /dev/sdb"),
        ],
        passes: [.shell("fdisk -l"), .shell("man mkfs"), .python("print('mkfs /dev/sda1')")])

    static let shredding = Rule(
        "shredding", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Overwrites or empties a file so that it cannot be brought back.",
        when: .command(["shred", "srm", "truncate"]) { command in
            guard command.name == "truncate" else {
                return !command.operands.isEmpty && !command.has(word: "--help")
            }
            let size = command.value(of: "-s") ?? command.value(of: "--size")
            return size?.bytes.elementsEqual("0".utf8) == true || command.has(word: "-s0")
        },
        finds: [.shell("shred -u notes.txt"), .shell("truncate -s 0 /important")],
        passes: [.shell("truncate -s 10M disk.img"), .shell("shred --help"), .shell("grep shred notes.txt")])

    static let pipedDelete = Rule(
        "piped-delete", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Deletes, with all below it, whatever names another command prints.",
        when: .command(["rm"]) { command in
            command.wrappers.contains("xargs") && (command.has("rR") || command.has(word: "--recursive"))
        },
        finds: [.shell("ls -d /* | xargs rm -r -f"), .shell("find . | xargs rm -rf")],
        passes: [.shell("find . -name '*.tmp' | xargs rm -f"), .shell("git ls-files | xargs wc -l")])

    static let sqlDrop = Rule(
        "sql-drop", .destructiveData, .block, 0.8, cwe: 89, attack: "T1485",
        "Drops a table or database, or empties one.",
        when: .query { text in
            let statement = Statement(text)
            return statement.drops && !statement.isGuarded
        },
        finds: [
            .python("import sqlite3\nsqlite3.connect('prod.db').execute('DR' + 'OP TA' + 'BLE users')"),
            .python("cursor.execute('TRUNCATE TABLE users')"), .shell("mysql -e 'DROP DATABASE prod'"),
            .javascript("db.query('DROP TABLE users')"),
        ],
        passes: [
            .python("print('DROP TABLE is a DDL statement')"), .python("cursor.execute('SELECT * FROM t')"),
            .python("cursor.execute(\"INSERT INTO log VALUES ('DROP TABLE x')\")"),
            .python("df = df.drop(columns=['a'])"),
        ])

    static let sqlGuardedDrop = Rule(
        "sql-drop-if-exists", .destructiveData, .capability, 0.5, cwe: 89, attack: "T1485",
        "Drops a table if it is there, as set-up code does.",
        when: .query { Statement($0).drops },
        finds: [.python("cursor.execute('DROP TABLE IF EXISTS t')")],
        passes: [.python("cursor.execute('CREATE TABLE IF NOT EXISTS t (a INT)')")])

    static let sqlAllRows = Rule(
        "sql-every-row", .destructiveData, .review, 0.6, cwe: 89, attack: "T1485",
        "Deletes or changes every row of a table.",
        when: .query { Statement($0).touchesAllRows },
        finds: [
            .python("cursor.execute('DELETE FROM users')"),
            .python("cursor.execute('UPDATE users SET admin = 1')"),
        ],
        passes: [
            .python("cursor.execute('DELETE FROM users WHERE id = ?', (1,))"),
            .python("text = 'DELETE FROM users'"),
        ])

    static let discardedWork = Rule(
        "discarded-work", .destructiveData, .review, 0.6, cwe: 73, attack: "T1485",
        "Throws away changes or history that git holds.",
        when: .command(["git"]) { GitCommand($0).discards },
        finds: [
            .shell("git reset --hard"), .shell("git push --force origin main"), .shell("git clean -fdx"),
            .shell("git branch -D old"),
            .shell("sudo env git reset --hard"),
            .python("import subprocess\nsubprocess.run(['git', 'reset', '--hard'])"),
        ],
        passes: [
            .shell("git reset --soft HEAD~1"), .shell("git push --force-with-lease"), .shell("git clean -n"),
            .shell("git commit -m 'git reset --hard'"), .shell("git branch -d merged"),
            .shell("git checkout -b push"),
        ])

    static let broadExtraction = Rule(
        "broad-extraction", .destructiveData, .review, 0.6, cwe: 22, attack: "T1485",
        "Unpacks an archive over the root, a home or the system.",
        when: .command(["tar", "bsdtar", "unzip", "cpio"]) { command in
            let extracts = command.name != "tar" && command.name != "bsdtar" || command.extracts
            return extracts && command.directories.contains { Target($0).isA([.broad, .system, .uphill]) }
        },
        finds: [
            .shell("tar -xf evil.tar -C /"), .shell("tar --extract --directory=/ -f evil.tar"),
            .shell("tar -C ~ -xf evil.tar"), .shell("tar -xf evil.tar -C ../../../.."),
        ],
        passes: [
            .shell("tar -xf x.tar -C ./build"), .shell("tar -czf home.tgz -C / home"),
            .shell("tar -xf x.tar -C ~/projects/app"),
        ])
}

extension Command {
    /// Whether tar(1) is asked to take out: `-x` in a cluster, old style or spelled out.
    fileprivate var extracts: Bool {
        has("x") || has(anyWord: "--extract", "--get")
            || words.first.map { first in
                first.bytes.first != 0x2D && first.bytes.contains(UInt8(ascii: "x")) && first.bytes.count < 6
            } ?? false
    }

    /// The directories that tar(1) and unzip(1) are told to work in.
    fileprivate var directories: [Text] {
        var found: [Text] = []
        for option in ["-C", "-d", "-D", "--directory", "--cd"] {
            if let directory = value(of: option) { found.append(directory) }
        }
        for word in words where word.bytes.starts(with: "-C".utf8) && word.bytes.count > 2 {
            found.append(Text(word.bytes.dropFirst(2)))
        }
        return found
    }
}
