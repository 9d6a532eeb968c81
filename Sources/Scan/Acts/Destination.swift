/// Where on the network an act goes to, by the text of a URL, a host or an address.
struct Destination {
    /// The host in lower case, without user, port and brackets; empty when there is none.
    let host: String
    /// What follows the host.
    let path: String
    /// The address, when the host is written as one, in any of the forms that inet_aton(3) reads.
    let address: UInt32?

    init(_ text: Text) {
        let shown = Text(text.bytes.prefix(2_048)).shown.lowercased()
        var rest = Substring(shown)
        if let scheme = rest.range(ofText: "://") { rest = rest[scheme.upperBound...] }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        path = String(rest.dropFirst(authority.count))
        var name = authority
        if let at = name.lastIndex(of: "@") { name = name[name.index(after: at)...] }
        if name.first == "[" {
            name = name.dropFirst().prefix { $0 != "]" }
        } else {
            name = name.prefix { $0 != ":" }
        }
        host = String(name)
        address = Destination.address(name)
    }

    /// IPv4 as inet_aton(3) reads it: one to four numbers, each decimal, octal or hexadecimal.
    private static func address(_ host: Substring) -> UInt32? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count) else { return nil }
        var value: UInt64 = 0
        for (index, part) in parts.enumerated() {
            let number: UInt64?
            if part.hasPrefix("0x") {
                number = UInt64(part.dropFirst(2), radix: 16)
            } else if part.hasPrefix("0"), part.count > 1 {
                number = UInt64(part, radix: 8)
            } else {
                number = part.allSatisfy { $0.isNumber } ? UInt64(part) : nil
            }
            guard let number else { return nil }
            let isLast = index == parts.count - 1
            let bits = isLast ? 8 * (5 - parts.count) : 8
            guard number < 1 << UInt64(bits) else { return nil }
            value = value << UInt64(bits) | number
        }
        return UInt32(truncatingIfNeeded: value)
    }

    /// The service from which a cloud machine reads its own credentials.
    var isMetadata: Bool {
        switch host {
        case "metadata.google.internal", "metadata", "metadata.azure.internal", "fd00:ec2::254",
            "instance-data", "169.254.169.254.nip.io":
            return true
        default: break
        }
        switch address {
        case 0xA9FE_A9FE, 0xA9FE_AA02, 0x6464_64C8, 0xC000_00C0: return true
        default: return false
        }
    }

    /// This machine or its own network.
    var isLocal: Bool {
        if host == "localhost" || host == "::1" || host == "0.0.0.0" || host.hasSuffix(".local") {
            return true
        }
        guard let address else { return false }
        let (first, second) = (address >> 24, address >> 16 & 0xFF)
        return first == 127 || first == 10 || first == 0 || first == 172 && (16...31).contains(second)
            || first == 192 && second == 168
    }

    /// An address in numbers that is nobody's own.
    var isBareAddress: Bool { address != nil && !isLocal && !isMetadata }

    /// A service that takes in whatever is sent to it and shows it to whoever made the address.
    var isDropSite: Bool {
        if host.hasSuffix("discord.com") || host.hasSuffix("discordapp.com") {
            return path.hasPrefix("/api/webhooks") || path.mentions("/webhooks/")
        }
        if host == "api.telegram.org" { return path.hasPrefix("/bot") }
        if host == "hooks.slack.com" { return true }
        let sites = [
            "webhook.site", "pastebin.com", "transfer.sh", "requestbin.com", "requestbin.net",
            "pipedream.net",
            "interact.sh", "oast.fun", "oast.me", "oast.pro", "oast.live", "oast.site", "oast.online",
            "burpcollaborator.net", "oastify.com", "canarytokens.com", "hookb.in", "file.io", "anonfiles.com",
            "gofile.io", "ptsv2.com", "beeceptor.com", "dnslog.cn", "ceye.io", "0x0.st", "termbin.com",
            "ix.io",
            "paste.ee", "rentry.co", "bashupload.com", "temp.sh", "requestcatcher.com",
        ]
        return sites.contains { host == $0 || host.hasSuffix("." + $0) }
    }

    /// A host on which anybody can put up a page at once, under a name of their choice.
    var isPersonalPage: Bool {
        let suffixes = [
            ".github.io", ".gitlab.io", ".pages.dev", ".netlify.app", ".vercel.app", ".web.app",
            ".firebaseapp.com", ".glitch.me", ".repl.co", ".replit.app", ".surge.sh", ".onrender.com",
            ".workers.dev", ".neocities.org", ".000webhostapp.com", ".weebly.com", ".blogspot.com",
            ".altervista.org", ".herokuapp.com",
        ]
        return suffixes.contains { host.hasSuffix($0) }
    }

    /// Reaches into a hidden network or through somebody's tunnel.
    var isHidden: Bool {
        let suffixes = [
            ".onion", ".i2p", "ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "serveo.net",
            "localhost.run",
            "loca.lt", "portmap.io", "ply.gg", "duckdns.org", "no-ip.org",
        ]
        return suffixes.contains { host.hasSuffix($0) }
    }

    /// The path ends like a program or a script.
    var namesProgram: Bool {
        let file = path.prefix { $0 != "?" && $0 != "#" }
        let endings = [
            ".exe", ".dll", ".bat", ".ps1", ".vbs", ".sh", ".py", ".elf", ".msi", ".scr", ".jar", ".so",
            ".apk", ".bin", ".hta",
        ]
        return endings.contains { file.hasSuffix($0) }
    }
}

extension Substring {
    /// Where an ASCII text first occurs.
    fileprivate func range(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
