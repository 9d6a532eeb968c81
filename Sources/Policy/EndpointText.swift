import Linux

extension Endpoint: CustomStringConvertible {
    /// Reads `any`, `tcp://HOST:PORTS`, `udp://HOST:PORTS` or `unix://PATH`.
    ///
    /// - Throws: the rest of a sentence that has quoted the text.
    package init(parsing text: String) throws(Misread) {
        if text == "any" {
            self = .any
            return
        }
        let (scheme, rest) = try Endpoint.split(text)
        if scheme == "unix" {
            self = .unix(try Endpoint.path(rest))
            return
        }
        guard let transport = Transport(rawValue: scheme) else { throw Misread(Endpoint.advice) }
        if let odd = rest.first(where: { "?#".contains($0) }) {
            throw Misread(", which has a '\(odd)'; an endpoint is \(scheme)://HOST:PORT")
        }
        let (host, ports) = try Endpoint.divide(rest, scheme)
        self = .network(transport, try Host(parsing: String(host)), try Ports(parsing: ports, scheme))
    }

    /// Reads what a run may listen on: `any` or `tcp://HOST:PORTS`.
    ///
    /// - Throws: the rest of a sentence that has quoted the text.
    package init(listening text: String) throws(Misread) {
        try self.init(parsing: text)
        switch self {
        case .unix:
            throw Misread("; a run makes local sockets where it may write, so grant that: files.write")
        case .network(.udp, _, _):
            throw Misread(", and waiting for datagrams is not enforced by this version; only tcp:// is")
        default: return
        }
    }

    /// The one form that names it.
    package var description: String {
        switch self {
        case .any: "any"
        case .network(let transport, let host, let ports): "\(transport.rawValue)://\(host):\(ports)"
        case .unix(let path): "unix://\(path)"
        }
    }

    private static let advice =
        ", which is no endpoint; write tcp://HOST:PORT, udp://HOST:PORT or unix:///PATH"

    /// The scheme and what stands behind its `://`.
    private static func split(_ text: String) throws(Misread) -> (scheme: String, rest: Substring) {
        if text.isEmpty { throw Misread(", which names nothing; write tcp://HOST:PORT, or any") }
        if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw Misread(", which has a space or a control character; write tcp://HOST:PORT")
        }
        let scheme = text.prefix { $0.isLetter }
        var rest = text[scheme.endIndex...]
        let isURL = rest.hasPrefix("://")
        if isURL { rest = rest.dropFirst("://".count) }
        switch scheme {
        case "unix" where isURL: return ("unix", rest)
        case "tcp" where isURL, "udp" where isURL:
            if rest.utf8.contains(where: { $0 >= 0x80 }) {
                throw Misread(", which is not ASCII; write its xn-- form")
            }
            return (String(scheme), rest)
        default: throw misread(text, scheme.lowercased(), rest, isURL: isURL)
        }
    }

    /// What to write in place of something else.
    private static func misread(_ text: String, _ scheme: String, _ rest: Substring, isURL: Bool) -> Misread {
        switch scheme {
        case "unix" where rest.hasPrefix(":"): return Misread("; a local socket is written unix:///PATH")
        case "http" where isURL: return Misread("; a web address is no endpoint, write tcp://HOST:80")
        case "https" where isURL: return Misread("; a web address is no endpoint, write tcp://HOST:443")
        case "tcp" where isURL, "udp" where isURL, "unix" where isURL, "any" where rest.isEmpty:
            return Misread("; write it in lower case")
        case _ where isURL: return Misread(advice)
        default:
            if text.utf8.contains(where: { $0 >= 0x80 }) {
                return Misread(", which is not ASCII; write its xn-- form")
            }
            let port = rest.contains(":") ? "" : ":443"
            return Misread(", which is no endpoint; write any, or tcp://\(example(text[...]))\(port)")
        }
    }

    /// The host, with its prefix if it has one, and the ports. An IPv6 address has colons inside its brackets alone.
    private static func divide(
        _ text: Substring, _ scheme: String
    ) throws(Misread) -> (host: Substring, ports: Substring) {
        guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") else {
            if text.isEmpty { throw Misread(", which names no host; write \(scheme)://HOST:PORT") }
            throw Misread(", which has no port; write \(scheme)://\(example(text)):443")
        }
        let (host, ports) = (text[..<colon], text[text.index(after: colon)...])
        if let slash = ports.firstIndex(of: "/") {
            let isPrefix = ports[slash...].dropFirst().first?.isNumber == true
            throw Misread(
                isPrefix
                    ? "; a prefix stands before the port, as in \(scheme)://10.0.0.0/8:443"
                    : ", which goes on after the port; an endpoint is \(scheme)://HOST:PORT")
        }
        return (host, ports)
    }

    /// An absolute path without anything that could be read in two ways.
    private static func path(_ text: Substring) throws(Misread) -> Path {
        guard text.hasPrefix("/") else {
            throw Misread("; a local socket is written with its whole path, as in unix:///run/x.sock")
        }
        // path_resolution(7): PATH_MAX with its terminating NUL.
        if text.utf8.count > 4_095 { throw Misread(", whose path is longer than 4095 bytes") }
        if let odd = text.first(where: { "*?$".contains($0) }) {
            throw Misread(", whose path has a '\(odd)'; patterns and variables are not read")
        }
        let path = Path(String(text)).normalised
        if path.isRoot || text.hasSuffix("/") { throw Misread(", which names a directory and no socket") }
        return path
    }

    /// The host of a hint, unless it is too long to repeat.
    static func example(_ host: Substring) -> Substring {
        host.isEmpty || host.utf8.count > 60 ? "HOST" : host
    }
}

extension Ports {
    /// Reads `443`, `80,443`, `8000-8080` or `*`.
    ///
    /// - Throws: the rest of a sentence that has quoted the endpoint.
    init(parsing text: Substring, _ scheme: String) throws(Misread) {
        if text == "*" {
            self = .all
            return
        }
        if text.isEmpty { throw Misread(", which names no port; write \(scheme)://HOST:PORT") }
        var ranges: [ClosedRange<UInt16>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let first = try Ports.number(ends[0])
            let last = ends.count == 2 ? try Ports.number(ends[1]) : first
            guard first <= last else {
                throw Misread(", whose ports run backwards; write \(last)-\(first)")
            }
            ranges.append(first...last)
        }
        self.init(ranges)
    }

    private static func number(_ text: Substring) throws(Misread) -> UInt16 {
        guard text.utf8.allSatisfy(isDigit), !text.hasPrefix("0"), let port = UInt16(text) else {
            throw Misread(
                ", whose port is not a number from 1 to 65535; several are written 80,443 or 8000-8080, all *"
            )
        }
        return port
    }
}
