import Linux
import Policy
import Sandbox

/// Names of hosts that a run may have meant by the addresses it connected to: those among its words and in its script,
/// asked for now. A run under `observe` looks names up by itself, and nobody sees what it asked.
struct KnownNames {
    private var known: [(name: String, addresses: [[UInt8]])] = []
    /// Each is a question to a name server.
    private static let most = 16

    init(_ observed: Observed) {
        guard !observed.connections.isEmpty else { return }
        var texts = observed.words
        for path in observed.scanned.prefix(4) {
            if let bytes = try? path.contents(atMost: 1 << 20) {
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        var names: [String] = []
        for text in texts {
            for name in Self.names(in: text) where !names.contains(name) { names.append(name) }
        }
        for name in names.prefix(Self.most) {
            if case .success(let addresses) = NameResolution.addresses(of: name) {
                known.append((name, addresses))
            }
        }
    }

    func names(of host: String) -> [String] {
        guard let address = SocketAddress.parse(host) else { return [] }
        return known.filter { $0.addresses.contains(address) }.map { $0.name }
    }

    /// Words with dots in them that end like a name, and `localhost`.
    private static func names(in text: String) -> [String] {
        let words = text.utf8.split { byte in
            !(0x30...0x39).contains(byte) && !(0x61...0x7A).contains(byte | 0x20) && byte != 0x2D
                && byte != 0x2E
        }
        return words.prefix(4_096).compactMap { word in
            let name = String(decoding: word, as: UTF8.self)
            guard name != "localhost" else { return name }
            let labels = name.split(separator: ".", omittingEmptySubsequences: false)
            guard labels.count > 1, let last = labels.last, last.utf8.count >= 2,
                last.utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
                !fileEndings.contains(String(last)), (try? Host(parsing: name)) != nil
            else { return nil }
            return name
        }
    }

    /// What is no top-level domain in a command, although some are.
    private static let fileEndings: Set<String> = [
        "bash", "cfg", "conf", "csv", "exe", "gz", "html", "ini", "js", "json", "log", "md", "pdf", "png",
        "py",
        "sh", "so", "sqlite", "svg", "tar", "toml", "ts", "tsv", "txt", "xml", "yaml", "yml", "zip", "path",
        "read", "write", "close", "append", "join", "format", "exit", "argv", "environ", "open", "get",
        "split",
    ]
}
