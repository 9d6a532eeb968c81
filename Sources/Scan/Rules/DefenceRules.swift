// `sandbox_escape`: defences that would be left out or weakened.

import Event
import Policy

extension Rule {
    static let defences: [Rule] = [checkBypass, guardWrite]

    static let checkBypass = Rule(
        "check-bypass", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1562.001",
        "Leaves out the checks that the repository runs.",
        when: .command(["git"]) { GitCommand($0).skipsChecks },
        finds: [
            .shell("git commit --no-verify -m x"), .shell("git -C repo commit -n -m x"),
            .python("import subprocess\nsubprocess.run(['git', 'push', '--no-verify'])"),
        ],
        passes: [.shell("git commit -m 'no --no-verify here'"), .shell("git log -n 3"), .shell("git push")])

    /// Directories in which guards of commands and agents keep what they allow.
    private static let guards = [
        "/shguard/", "/dcg/", "/guardrun/", "/nah/", "/.claude/settings", "/.codex/config",
        "/.cursor/permissions",
        "/.gemini/settings", "/.pre-commit-config.yaml", "/fail2ban/", "/.semgrepignore",
    ]

    static let guardWrite = Rule(
        "guard-write", .sandboxEscape, .review, 0.6, cwe: 693, attack: "T1562.001",
        "Writes what a guard of commands or agents goes by.",
        when: .write { target, _ in target.text.clean.mentions(anyOf: guards) },
        finds: [
            .shell("tee ~/.config//shguard/./config.toml"), .shell("echo x > ~/.claude/settings.json"),
            .shell("sed -i s/deny/allow/ ~/.config/guardrun/policy.yaml"),
            .python("open('/home/a/.codex/config.toml', 'w')"),
        ],
        passes: [.shell("cat ~/.claude/settings.json"), .shell("tee ~/.config/app/config.toml")])
}

extension Text {
    /// With doubled slashes and `/./` taken out, as the kernel reads a path.
    fileprivate var clean: Text {
        var out: [UInt8] = []
        for part in bytes.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            out.append(UInt8(ascii: "/"))
            out += part
        }
        return Text(out)
    }
}
