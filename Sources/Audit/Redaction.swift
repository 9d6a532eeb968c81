import Event

/// Takes secrets out of what is about to be written. What stands in their place names the rule and, so that somebody
/// who has the secret can find where it was, the beginning of a keyed digest.
///
/// A rule is a shape that keys and tokens have by design, or a name that says what follows it: passwords have no shape.
/// Reading is linear: names that are looked back at are short, and what was taken out is not read again.
struct Redaction {
    /// Twelve hexadecimal digits for a secret; nil where there is no key to make them with.
    let digest: ([UInt8]) -> String?
    /// Code that is not to be kept, where it is a word of a command or ends one.
    var withheld: [[UInt8]] = []

    init(digest: @escaping ([UInt8]) -> String?) { self.digest = digest }

    /// The event without secrets.
    func redacted(_ event: Event) -> Event {
        let fields = event.fields.map { field in
            // What guardrun says of itself holds nothing of the caller's.
            Self.own.contains(field.name)
                ? field : JSON.Member(field.name, redacted(field.value) ?? field.value)
        }
        let message = withheld.isEmpty ? event.message : withoutCode(event)
        return Event(
            event.kind, event.severity, rule: event.rule, threat: event.threat,
            redacted(message) ?? message, fields: fields)
    }

    /// A message that ends in the words of the event's command.
    private func withoutCode(_ event: Event) -> String {
        guard let words = event.fields.first(where: { $0.name == "argv" })?.value.elements else {
            return event.message
        }
        let text = words.compactMap { $0.stringValue }
        let whole = Array(text.joined(separator: " ").utf8)
        let message = Array(event.message.utf8)
        guard message.count >= whole.count, message.suffix(whole.count).elementsEqual(whole) else {
            return event.message
        }
        let kept = text.map { withoutCode($0) ?? $0 }.joined(separator: " ")
        return String(decoding: message.dropLast(whole.count), as: UTF8.self) + kept
    }

    /// nil when the word is not, and does not end in, code that is withheld.
    private func withoutCode(_ word: String) -> String? {
        let bytes = Array(word.utf8)
        for code in withheld where !code.isEmpty && bytes.count >= code.count {
            // What is no UTF-8 was replaced on the way here.
            let shown = Array(String(decoding: code, as: UTF8.self).utf8)
            guard bytes.count >= shown.count, bytes.suffix(shown.count).elementsEqual(shown) else { continue }
            return String(decoding: bytes.dropLast(shown.count), as: UTF8.self) + "[code \(Digest(code))]"
        }
        return nil
    }

    private static let own = ["enforcement", "policy", "fitted", "usage", "counts", "repeated", "threats"]

    /// nil when there is nothing to take out.
    func redacted(_ value: JSON) -> JSON? {
        switch value {
        case .string(let text): return redacted(text).map(JSON.string)
        case .array(let values): return redacted(values).map(JSON.array)
        case .object(let members):
            var changed: [JSON.Member]?
            for (place, member) in members.enumerated() {
                guard let value = redacted(member.value) else { continue }
                changed = changed ?? members
                changed?[place] = JSON.Member(member.name, value)
            }
            return changed.map(JSON.object)
        default: return nil
        }
    }

    /// Words of a command: the one after `--password` is a secret whatever it looks like.
    private func redacted(_ values: [JSON]) -> [JSON]? {
        var changed: [JSON]?
        var isNamed = false
        for (place, value) in values.enumerated() {
            let text = value.stringValue
            if !withheld.isEmpty, let text, let kept = withoutCode(text) {
                changed = changed ?? values
                changed?[place] = .string(kept)
                continue
            }
            if isNamed, let text {
                changed = changed ?? values
                changed?[place] = .string(label("named", Array(text.utf8)))
                isNamed = false
                continue
            }
            if let value = redacted(value) {
                changed = changed ?? values
                changed?[place] = value
            }
            isNamed =
                text.map { $0.utf8.first == UInt8(ascii: "-") && Self.names(Array($0.utf8)[...]) } ?? false
        }
        return changed
    }

    func redacted(_ text: String) -> String? {
        Suspicion.rises(from: text.utf8Span.span) ? closely(text) : nil
    }

    /// The same, whatever the text looks like.
    func closely(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var (place, copied) = (0, 0)
        while place < bytes.count {
            guard let secret = secret(at: place, in: bytes) else {
                place += 1
                continue
            }
            out += bytes[copied..<secret.range.lowerBound]
            out += label(secret.rule, Array(bytes[secret.range])).utf8
            (place, copied) = (secret.range.upperBound, secret.range.upperBound)
        }
        guard copied > 0 else { return nil }
        return String(decoding: out + bytes[copied...], as: UTF8.self)
    }

    private func label(_ rule: String, _ secret: [UInt8]) -> String {
        "[redacted \(rule)\(digest(secret).map { " \($0)" } ?? "")]"
    }

    // MARK: Rules

    private func secret(at place: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        switch bytes[place] {
        case UInt8(ascii: "="), UInt8(ascii: ":"): return Self.assigned(at: place, in: bytes)
        case UInt8(ascii: " "): return Self.following(place, in: bytes)
        case UInt8(ascii: "-"): return Self.privateKey(at: place, in: bytes)
        case UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "S"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return Self.token(at: place, in: bytes)
        default: return nil
        }
    }

    /// A token begins where a word does.
    private static func token(at place: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        if place > 0, isWord(bytes[place - 1]) { return nil }
        for shape in shapes where bytes[place...].starts(with: shape.prefix) {
            let start = place + shape.prefix.count
            var end = start
            while end < bytes.count, isWord(bytes[end]) || shape.dots && bytes[end] == UInt8(ascii: ".") {
                end += 1
            }
            let first = shape.keepsPrefix ? start : place
            if end - start >= shape.least { return (shape.rule, first..<end) }
        }
        return nil
    }

    private struct Shape {
        let rule: String
        let prefix: [UInt8]
        /// How many characters follow at least.
        let least: Int
        var dots = false
        /// The prefix is no part of the secret.
        var keepsPrefix = false

        init(_ rule: String, _ prefix: String, _ least: Int, dots: Bool = false, keepsPrefix: Bool = false) {
            self.rule = rule
            self.prefix = Array(prefix.utf8)
            self.least = least
            self.dots = dots
            self.keepsPrefix = keepsPrefix
        }
    }

    /// As the issuers document them.
    private static let shapes: [Shape] = [
        Shape("aws-key", "AKIA", 16), Shape("aws-key", "ASIA", 16), Shape("google-key", "AIza", 35),
        Shape("github-token", "ghp_", 36), Shape("github-token", "gho_", 36),
        Shape("github-token", "ghu_", 36),
        Shape("github-token", "ghs_", 36), Shape("github-token", "ghr_", 36),
        Shape("github-token", "github_pat_", 22), Shape("gitlab-token", "glpat-", 20),
        Shape("slack-token", "xoxb-", 10), Shape("slack-token", "xoxp-", 10),
        Shape("slack-token", "xoxa-", 10),
        Shape("stripe-key", "sk_live_", 16), Shape("stripe-key", "rk_live_", 16), Shape("api-key", "sk-", 20),
        Shape("npm-token", "npm_", 36), Shape("pypi-token", "pypi-", 16),
        Shape("hugging-face-token", "hf_", 30),
        Shape("json-web-token", "eyJ", 30, dots: true),
        Shape("bearer", "Bearer ", 16, dots: true, keepsPrefix: true),
        Shape("bearer", "bearer ", 16, dots: true, keepsPrefix: true),
        Shape("basic", "Basic ", 12, dots: true, keepsPrefix: true),
    ]

    /// What tokens begin with.
    static let prefixes = shapes.map { $0.prefix }

    /// `-----BEGIN … PRIVATE KEY-----` to its end, or to the end of the text.
    private static func privateKey(at place: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        guard bytes[place...].starts(with: begin) else { return nil }
        let title = bytes[(place + begin.count)...].prefix(40)
        guard title.indices.contains(where: { title[$0...].starts(with: "PRIVATE KEY-----".utf8) }) else {
            return nil
        }
        var end = place + begin.count
        while end < bytes.count, !bytes[end...].starts(with: finish) { end += 1 }
        return ("private-key", place..<min(bytes.count, end == bytes.count ? end : end + finish.count + 24))
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let finish = Array("-----END ".utf8)

    /// `password=…`, `"api_key": "…"`, and `://user:password@host`.
    private static func assigned(at place: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        if bytes[place] == UInt8(ascii: ":"), bytes[place...].starts(with: Array("://".utf8)) {
            return userinfo(at: place + 3, in: bytes)
        }
        var name = place
        while name > 0, isQuote(bytes[name - 1]) || bytes[name - 1] == UInt8(ascii: " "), place - name < 2 {
            name -= 1
        }
        guard names(bytes[max(0, name - 40)..<name]) else { return nil }
        var start = place + 1
        while start < bytes.count, start < place + 4,
            isQuote(bytes[start]) || bytes[start] == UInt8(ascii: " ")
        {
            start += 1
        }
        return value(from: start, in: bytes)
    }

    /// `--password …` in a command that was joined to one text.
    private static func following(_ place: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        var name = place
        while name > 0, place - name < 40, isWord(bytes[name - 1]) { name -= 1 }
        guard name < place, bytes[name] == UInt8(ascii: "-"), names(bytes[name..<place]) else { return nil }
        return value(from: place + 1, in: bytes)
    }

    /// A literal. What looks like an expression that only fetches the secret is none.
    private static func value(from start: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: ";"),
                UInt8(ascii: "&"), UInt8(ascii: "}"), UInt8(ascii: ")"):
                return end - start >= 4 ? ("named", start..<end) : nil
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "$"), UInt8(ascii: "{"):
                // No expression is that long before its first bracket; and nothing is read over and over.
                if end - start < 256 { return nil }
                end += 1
            default: end += 1
            }
        }
        return end - start >= 4 ? ("named", start..<end) : nil
    }

    private static func userinfo(at start: Int, in bytes: [UInt8]) -> (rule: String, range: Range<Int>)? {
        var colon: Int?
        for place in start..<min(bytes.count, start + 256) {
            switch bytes[place] {
            case UInt8(ascii: ":"): colon = colon ?? place
            case UInt8(ascii: "@"):
                return colon.flatMap { $0 + 1 < place ? ("url-password", $0 + 1..<place) : nil }
            case 0...0x20, UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "'"): return nil
            default: continue
            }
        }
        return nil
    }

    /// Whether a name ends in a word that announces a secret.
    private static func names(_ text: ArraySlice<UInt8>) -> Bool {
        words.contains { word in
            text.count >= word.count
                && zip(text.suffix(word.count), word).allSatisfy { byte, wanted in
                    let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                    return lower == wanted || wanted == UInt8(ascii: "_") && lower == UInt8(ascii: "-")
                }
        }
    }

    private static let words = [
        "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "access_key",
        "private_key",
        "secret_key", "credential", "credentials",
    ].map { Array($0.utf8) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
}
