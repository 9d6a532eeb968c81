import Audit
import Linux
import Policy
import Sandbox

/// Where `guardrun audit ship` delivers events.
enum ShipSink: Equatable {
    /// A server on a local socket or at an address, to which lines are written.
    case socket(StreamConnection.Place)
    /// A command for /bin/sh, which reads a delivery on its standard input and takes it by exiting with 0.
    case command(String)
    /// An address that takes deliveries by HTTP POST, through curl(1).
    case web(String)

    /// Reads `unix:PATH`, `tcp://HOST:PORT`, `exec:COMMAND`, or an address for the web.
    init(_ text: String) throws(UsageError) {
        func rest(_ prefix: String) -> String? {
            text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
        }
        if let path = rest("unix:"), !path.isEmpty {
            self = .socket(.path(Path(path.hasPrefix("//") ? String(path.dropFirst(2)) : path)))
        } else if let command = rest("exec:"), !command.isEmpty {
            self = .command(command)
        } else if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self = .web(text)
        } else if let place = rest("tcp://") {
            self = .socket(try Self.address(place, in: text))
        } else {
            throw UsageError(
                description:
                    "--sink takes unix:PATH, tcp://HOST:PORT, exec:COMMAND or https://…, not '\(inert(text))'"
            )
        }
    }

    private static func address(_ place: String, in text: String) throws(UsageError) -> StreamConnection.Place
    {
        guard let colon = place.lastIndex(of: ":"), let port = UInt16(place[place.index(after: colon)...]),
            port > 0, place.startIndex < colon
        else {
            throw UsageError(
                description: "--sink \(inert(text)): write tcp://HOST:PORT, as in tcp://192.0.2.1:6514")
        }
        var host = String(place[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if let bytes = SocketAddress.parse(host) { return .address(bytes, port: port) }
        switch NameResolution.addresses(of: host) {
        case .success(let addresses):
            guard let first = addresses.first else {
                throw UsageError(description: "--sink \(inert(text)): \(inert(host)) has no address")
            }
            return .address(first, port: port)
        case .failure(let error):
            throw UsageError(
                description: "--sink \(inert(text)): \(inert(host)) is not known: \(error.description)")
        }
    }
}

/// Some lines of one run on their way.
struct Delivery {
    let run: RunID
    /// Where in the trail they end, in bytes.
    let place: UInt64
    let bytes: [UInt8]
}

/// What delivers to one sink, and keeps a connection to it where it is one.
struct Deliverer: ~Copyable {
    private let sink: ShipSink
    private let form: ExportForm
    private let key: [UInt8]?
    private var connection: StreamConnection?

    /// - Parameters:
    ///   - form: what is delivered; its opening comes first in each connection or delivery.
    ///   - key: signs deliveries to the web.
    init(_ sink: ShipSink, _ form: ExportForm, key: [UInt8]?) {
        self.sink = sink
        self.form = form
        self.key = key
    }

    /// Why it was not taken, as a sentence; nil when it was.
    mutating func failure(of delivery: Delivery) -> String? {
        switch sink {
        case .socket(let place): socketFailure(place, delivery)
        case .command(let command):
            Self.failure(
                of: ["/bin/sh", "-c", command], form.opening + delivery.bytes, variables(delivery),
                "the command")
        case .web(let address): webFailure(address, delivery)
        }
    }

    private mutating func socketFailure(_ place: StreamConnection.Place, _ delivery: Delivery) -> String? {
        do throws(SystemError) {
            var isNew = false
            if connection == nil {
                connection = try StreamConnection.open(to: place, within: Self.patience)
                isNew = true
            }
            try connection?.deliver(
                isNew ? form.opening + delivery.bytes : delivery.bytes, within: Self.patience)
            return nil
        } catch {
            connection = nil
            return "\(error)"
        }
    }

    /// curl knows TLS, proxies and certificates; how it is called is our own, whatever ~/.curlrc says.
    private func webFailure(_ address: String, _ delivery: Delivery) -> String? {
        let body = form.opening + delivery.bytes
        var words = [
            "curl", "--disable", "--silent", "--show-error", "--fail", "--proto", "=http,https", "--max-time",
            "30",
            "--request", "POST", "--data-binary", "@-", "--header", "Content-Type: \(form.mediaType)",
            "--header", "Expect:", "--header", "X-Guardrun-Run: \(delivery.run)",
            "--header", "X-Guardrun-Place: \(delivery.place)", "--output", "/dev/null",
        ]
        if let key {
            words += ["--header", "X-Guardrun-Signature: sha256=\(MessageCode.of(body, key: key))"]
        }
        return Self.failure(of: words + ["--url", address], body, [], "curl")
    }

    private func variables(_ delivery: Delivery) -> [String] {
        ["GUARDRUN_RUN=\(delivery.run)", "GUARDRUN_PLACE=\(delivery.place)"]
    }

    private static func failure(of words: [String], _ input: [UInt8], _ variables: [String], _ name: String)
        -> String?
    {
        do throws(SystemError) {
            switch try StartedProgram.run(words, input: input, variables: variables, within: 2 * patience) {
            case .exited(0): return nil
            case .exited(let status): return "\(name) ended with \(status)"
            case .late: return "\(name) took longer than a minute"
            }
        } catch {
            return "\(name) cannot be started: \(error.errno)"
        }
    }

    /// Thirty seconds.
    private static let patience: UInt64 = 30_000_000_000
}
