import YAML

private enum NonoKey: String, CaseIterable {
    case schema = "$schema"
    case extends, meta, security, groups, commands, filesystem, network, diagnostics, linux, environment,
        workdir
    case envCredentials = "env_credentials"
    case secrets
    case commandPolicies = "command_policies"
    case hooks
    case sessionHooks = "session_hooks"
    case rollback, undo
    case openURLs = "open_urls"
    case allowLaunchServices = "allow_launch_services"
    case allowGPU = "allow_gpu"
    case interactive, packs
    case commandArgs = "command_args"
    case credentialCapture = "credential_capture"
    case seatbelt = "unsafe_macos_seatbelt_rules"
}

private enum NonoFilesKey: String, CaseIterable {
    case allow, read, write
    case allowFile = "allow_file"
    case readFile = "read_file"
    case writeFile = "write_file"
    case deny
    case bypassProtection = "bypass_protection"
    case suppressSavePrompt = "suppress_save_prompt"
    case ignore
}

private enum NonoNetworkKey: String, CaseIterable {
    case block
    case networkProfile = "network_profile"
    case allowDomain = "allow_domain"
    case proxyAllow = "proxy_allow"
    case allowProxy = "allow_proxy"
    case credentials
    case proxyCredentials = "proxy_credentials"
    case openPort = "open_port"
    case portAllow = "port_allow"
    case allowPort = "allow_port"
    case listenPort = "listen_port"
    case customCredentials = "custom_credentials"
    case tlsIntercept = "tls_intercept"
    case upstreamProxy = "upstream_proxy"
    case externalProxy = "external_proxy"
    case upstreamBypass = "upstream_bypass"
    case externalProxyBypass = "external_proxy_bypass"
}

extension Decoder {
    /// A profile of nono as a policy. What may be read there may be run, and the network is open unless it is blocked or
    /// domains are listed.
    mutating func nono(_ root: Node) -> ImportedPolicy {
        var document = ImportedDocument(of: "a profile of nono")
        var hasNetwork = false
        members(of: root, as: NonoKey.self, under: "", example: "{\"filesystem\": {\"read\": [\"/usr\"]}}") {
            decoder, key, node in
            switch key {
            case .schema, .diagnostics, .interactive:
                document.leave(key.rawValue, "says nothing of what is allowed")
            case .meta: document.name = node["name"]?.scalar?.text
            case .filesystem: decoder.nonoFiles(node, into: &document)
            case .network:
                hasNetwork = true
                decoder.nonoNetwork(node, into: &document)
            case .workdir: decoder.nonoDirectory(node, into: &document)
            case .groups, .extends, .security:
                for name in decoder.nonoNames(node) {
                    document.cannot(
                        "\(key.rawValue): \(name)",
                        "what it stands for is a part of nono and is not read; add what is meant under files and network"
                    )
                }
            case .commands:
                document.leave(
                    key.rawValue, "it is not enforced for child processes there; files.exec is here")
            default: document.cannot(key.rawValue, "nothing here does the same")
            }
        }
        if !hasNetwork {
            document.add(
                "any", to: "network.allow", for: "(no network)", "it is open there unless something closes it"
            )
        }
        document.leave("(no limits)", "a profile has none, so none is set; add limits")
        return document.imported
    }

    /// The names in a list, in a mapping of lists, or alone.
    private func nonoNames(_ node: Node) -> [String] {
        switch node.content {
        case .scalar(let scalar): scalar.kind == .text ? [scalar.text.shown] : []
        case .sequence(let items): items.flatMap { nonoNames($0) }
        case .mapping(let pairs): pairs.flatMap { nonoNames($0.value) }
        }
    }

    private mutating func nonoDirectory(_ node: Node, into document: inout ImportedDocument) {
        switch node["access"]?.scalar?.text {
        case "none", nil: document.leave("workdir", "not granted there, and not here")
        case "read": document.add(".", to: "files.exec", for: "workdir", "to be read, and programs in it run")
        case "write", "readwrite", "read_write":
            document.add(".", to: "files.write", for: "workdir")
            document.add(".", to: "files.exec", for: "workdir", "programs in it run there, and so here")
        case let other?: document.cannot("workdir", "'\(other.shown)' is not known")
        }
    }

    private mutating func nonoFiles(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        members(of: node, as: NonoFilesKey.self, under: "filesystem", example: "{\"read\": [\"/usr\"]}") {
            decoder, key, value in
            for item in decoder.list(value, key.rawValue, example: "[/usr]") {
                // An entry may be a mapping with conditions.
                let scalar = item.scalar?.text ?? item["path"]?.scalar?.text
                let field = "filesystem.\(key.rawValue): \(scalar?.shown ?? "")"
                guard let scalar, let path = document.path(scalar, for: field) else { continue }
                if item.scalar == nil {
                    document.cannot(field, "its conditions; the path is taken without them")
                }
                switch key {
                case .allow, .allowFile:
                    document.add(path, to: "files.write", for: field)
                    document.add(path, to: "files.exec", for: field, "what may be read there may be run")
                case .read, .readFile:
                    document.add(
                        path, to: "files.exec", for: field,
                        "to be read, and what may be read there may be run")
                case .write, .writeFile:
                    document.add(path, to: "files.write", for: field, "kept; here it may be read, too")
                case .deny: document.add(path, to: "files.deny", for: field)
                case .bypassProtection: document.leave(field, "no group denies it here")
                case .suppressSavePrompt, .ignore: document.leave(field, "says nothing of what is allowed")
                }
            }
        }
        result = document
    }

    private mutating func nonoNetwork(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        var isBlocked = false
        var isFiltered = false
        members(of: node, as: NonoNetworkKey.self, under: "network", example: "{\"block\": true}") {
            decoder, key, value in
            let field = "network.\(key.rawValue)"
            switch key {
            case .block: isBlocked = value.scalar?.text == "true"
            case .allowDomain, .proxyAllow, .allowProxy:
                isFiltered = true
                for item in decoder.list(value, key.rawValue, example: "[example.com]") {
                    guard let text = item.scalar?.text ?? item["domain"]?.scalar?.text else { continue }
                    if item.scalar == nil {
                        document.cannot(
                            "\(field): \(text.shown)", "methods and paths of requests are not looked at here")
                    }
                    if let place = document.domain(text, for: field) {
                        document.add(place, to: "network.allow", for: "\(field): \(text.shown)")
                    }
                }
            case .openPort, .portAllow, .allowPort, .listenPort:
                for item in decoder.list(value, key.rawValue, example: "[8080]") {
                    guard let port = item.scalar.flatMap({ UInt16($0.text) }), port > 0 else {
                        document.cannot(field, "'\(item.scalar?.text.shown ?? "")' is no port")
                        continue
                    }
                    let host = key == .listenPort ? "0.0.0.0" : "127.0.0.1"
                    document.add("tcp://\(host):\(port)", to: "network.listen", for: "\(field): \(port)")
                    if key != .listenPort {
                        document.add("tcp://\(host):\(port)", to: "network.allow", for: "\(field): \(port)")
                    }
                }
            case .networkProfile, .credentials, .proxyCredentials, .customCredentials:
                isFiltered = true
                document.cannot(field, "nothing here is a proxy that adds credentials")
            default: document.cannot(field, "nothing here is a proxy")
            }
        }
        if !isBlocked, !isFiltered {
            document.add("any", to: "network.allow", for: "network.block", "it is open there")
        } else {
            document.leave("network.block", "only what is listed is reached")
        }
        result = document
    }
}
