extension Endpoint: CustomStringConvertible {
    /// Reads `any` or `tcp://HOST:PORT`.
    ///
    /// - Throws: the rest of a sentence that has quoted the text.
    package init(parsing text: String) throws(Misread) {
        if text == "any" {
            self = .any
            return
        }
        let authority = try Endpoint.authority(text)
        if let slash = authority.firstIndex(where: { "/?#".contains($0) }) {
            if authority[slash] == "/", authority[slash...].dropFirst().first?.isNumber == true {
                throw Misread(", an address range, which this version does not enforce; list each address")
            }
            throw Misread(", which goes on after the port; an endpoint is tcp://HOST:PORT")
        }
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            throw Misread(", which has no port; write tcp://\(Endpoint.example(authority)):443")
        }
        let host = try Host.canonical(String(authority[..<colon]))
        self = .tcp(host: host, port: try Endpoint.port(authority[authority.index(after: colon)...]))
    }

    /// `any`, or `tcp://HOST:PORT` in the one form that names it.
    package var description: String {
        switch self {
        case .any: "any"
        case .tcp(let host, let port):
            host.utf8.contains(UInt8(ascii: ":")) ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        }
    }

    /// What stands behind `tcp://`.
    private static func authority(_ text: String) throws(Misread) -> Substring {
        if text.isEmpty { throw Misread(", which names nothing; write tcp://HOST:PORT, or any") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            if text.utf8.contains(where: { $0 >= 0x80 }) {
                throw Misread(", which is not ASCII; write its xn-- form")
            }
            throw Misread(", which has a space or a control character; write tcp://HOST:PORT")
        }
        if text.hasPrefix("tcp://") { return text.dropFirst("tcp://".count) }
        let scheme = text.prefix { $0.isLetter }
        let rest = text[scheme.endIndex...]
        let isURL = rest.hasPrefix("://")
        switch scheme.lowercased() {
        case "udp" where isURL, "unix" where rest.hasPrefix(":"):
            throw Misread(", which this version does not enforce; only any and tcp://HOST:PORT are")
        case "http" where isURL: throw Misread("; a web address is no endpoint, write tcp://HOST:80")
        case "https" where isURL: throw Misread("; a web address is no endpoint, write tcp://HOST:443")
        case "tcp" where isURL, "any" where rest.isEmpty: throw Misread("; write it in lower case")
        case _ where isURL: throw Misread(", which is no endpoint; write tcp://HOST:PORT")
        default:
            let port = rest.contains(":") ? "" : ":443"
            throw Misread(", which is no endpoint; write any, or tcp://\(example(text[...]))\(port)")
        }
    }

    private static func port(_ text: Substring) throws(Misread) -> UInt16 {
        if text == "*" { throw Misread(", every port, which this version does not enforce; list each port") }
        if text.utf8.contains(UInt8(ascii: "-")),
            text.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "-") })
        {
            throw Misread(", a port range, which this version does not enforce; list each port")
        }
        if text.isEmpty { throw Misread(", which names nothing; write tcp://HOST:PORT, or any") }
        guard text.utf8.allSatisfy(isDigit), !text.hasPrefix("0"), let port = UInt16(text) else {
            throw Misread(", whose port is not a number from 1 to 65535")
        }
        return port
    }

    /// The host of a hint, unless it is too long to repeat.
    private static func example(_ host: Substring) -> Substring {
        host.isEmpty || host.utf8.count > 60 ? "HOST" : host
    }
}
