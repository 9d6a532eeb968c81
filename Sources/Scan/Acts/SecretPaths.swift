extension NormalPath {
    /// Where keys, passwords, tokens and private data are kept, by the names that programs give such files.
    var secretKinds: PathKind {
        let last = parts.last ?? ""
        if isAbsolute, parts.first == "etc" { return etcSecrets(last) }
        if let ssh = parts.lastIndex(of: ".ssh") {
            let inside = parts[(ssh + 1)...]
            if inside.first == "authorized_keys" { return .authorizedKeys }
            return sshIsPublic(inside.first ?? "") ? [] : .secret
        }
        switch last {
        case "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".pgpass", ".git-credentials",
            ".pypirc", ".npmrc", ".my.cnf", ".vault-token", ".htpasswd", ".s3cfg", ".boto", ".dockercfg",
            "credentials.tfrc.json", "master.key", "application_default_credentials.json", "kubeconfig":
            return .secret
        case "shadow", "gshadow": return parts.dropLast().last == "etc" ? .secret : []
        case "SAM", "SECURITY", "NTUSER.DAT": return .secret
        case ".bash_history", ".zsh_history", ".python_history", ".mysql_history", ".psql_history",
            ".lesshst":
            return .trace
        default: return nestedSecrets
        }
    }

    private func sshIsPublic(_ name: String) -> Bool {
        name.hasPrefix("known_hosts") || name == "config" || name == "rc" || name == "rce"
            || name.hasSuffix(".pub")
    }

    /// Secrets that are known by the directory they lie in.
    private var nestedSecrets: PathKind {
        let last = parts.last ?? ""
        for (index, part) in parts.enumerated() {
            let next = index + 1 < parts.count ? parts[index + 1] : ""
            switch part {
            case ".aws" where next == "credentials" || next == "config" || next.isEmpty: return .secret
            case ".docker" where next == "config.json": return .secret
            case ".kube" where next == "config" || next.isEmpty: return .secret
            case ".gnupg", ".password-store", ".azure": return .secret
            case ".config" where next == "gcloud" || next == "gh": return .secret
            case "keychains", "Keychains", "keyrings": return .secret
            case "Local Storage" where next == "leveldb", "local storage" where next == "leveldb":
                return .browser
            case "google-chrome", "chromium", "BraveSoftware", ".mozilla", "User Data", "user data":
                return .browser
            case "Google", "google", "Firefox", "firefox", "Mozilla", "mozilla":
                // As words they are everywhere; below a home they are programs.
                if isHome || isWindows || parts.contains(".config") || parts.contains("AppData") {
                    return .browser
                }
            default: continue
            }
        }
        switch last {
        case "Login Data", "login data", "cookies.sqlite", "key4.db", "logins.json", "Local State",
            "local state",
            "wallet.dat", "Web Data", "web data", "leveldb", "Cookies":
            return .browser
        // What Debian makes the lists of accounts of.
        case "passwd.master", "group.master": return .accounts
        default: return []
        }
    }

    private func etcSecrets(_ last: String) -> PathKind {
        let second = parts.dropFirst().first ?? ""
        switch second {
        case "shadow", "shadow-", "gshadow", "gshadow-": return [.secret, .passwordFile]
        case "passwd", "passwd-", "group": return [.accounts, .passwordFile]
        case "sudoers", "sudoers.d": return [.secret, .sudoers]
        case "ssh": return last.hasPrefix("ssh_host_") && !last.hasSuffix(".pub") ? .secret : []
        case "ssl": return parts.contains("private") ? .secret : []
        case "krb5.keytab", "security", "openvpn", "wireguard", "NetworkManager", "ppp":
            return second == "security" && last != "opasswd" ? [] : .secret
        case "kubernetes": return .secret
        default: return []
        }
    }

    /// What runs by itself later: at login, by the clock, as a service, with each commit or interpreter start.
    var startKinds: PathKind {
        let last = parts.last ?? ""
        if isAbsolute, parts.first == "etc" { return etcStarts(last) }
        if isAbsolute,
            parts.starts(with: ["var", "spool", "cron"]) || parts.starts(with: ["var", "spool", "at"])
        {
            return .schedule
        }
        if isAbsolute, parts.contains("systemd"), parts.contains("system") { return .service }
        switch last {
        case ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile",
            ".zshenv",
            ".zlogin", ".kshrc", ".cshrc", ".tcshrc", ".xinitrc", ".xsession", ".xprofile", ".inputrc",
            ".vimrc",
            ".gitconfig", ".pam_environment", "config.fish", ".bash_aliases":
            return last == ".gitconfig" || last == ".vimrc" || last == ".inputrc" ? .hook : .login
        case "sitecustomize.py", "usercustomize.py": return .hook
        default: break
        }
        if parts.contains(".ssh"), last == "rc" || last == "config" || last == "environment" { return .login }
        if let hooks = parts.lastIndex(of: "hooks"), hooks > 0,
            parts[hooks - 1] == ".git" || parts[hooks - 1].hasSuffix(".git")
        {
            return .hook
        }
        if last.hasSuffix(".pth"),
            parts.contains("site-packages") || parts.contains("dist-packages")
                || parts.count <= 2 && parts.first == "…"
        {
            return .hook
        }
        if parts.contains("autostart") || parts.contains("LaunchAgents") || parts.contains("LaunchDaemons") {
            return .service
        }
        if isWindows || parts.contains("…"), parts.contains(where: { $0.lowercased() == "startup" }) {
            return .service
        }
        if let config = parts.lastIndex(of: ".config"), parts.dropFirst(config + 1).first == "systemd" {
            return .service
        }
        return []
    }

    private func etcStarts(_ last: String) -> PathKind {
        let second = parts.dropFirst().first ?? ""
        if second.hasPrefix("cron") || second == "anacrontab" || second == "at.allow" { return .schedule }
        if second.hasPrefix("profile") || second == "bash.bashrc" || second == "bashrc"
            || second == "environment"
            || second == "zsh" || second == "csh.cshrc" || second == "zshrc"
        {
            return .login
        }
        switch second {
        case "systemd", "init.d", "rc.local", "init", "rc.d", "inittab", "xdg", "update-motd.d":
            return .service
        case "ld.so.preload", "ld.so.conf", "ld.so.conf.d", "pam.d", "modprobe.d", "modules-load.d",
            "modules":
            return .hook
        default: return []
        }
    }
}
