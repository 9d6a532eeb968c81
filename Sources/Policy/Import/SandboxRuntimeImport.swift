import YAML

private enum RuntimeKey: String, CaseIterable {
    case network, filesystem, ignoreViolations, enableWeakerNestedSandbox, enableWeakerNetworkIsolation
    case allowAppleEvents, allowPty, ripgrep, mandatoryDenySearchDepth, seccomp, binShell, credentials,
        windows
}

private enum RuntimeNetworkKey: String, CaseIterable {
    case allowedDomains, deniedDomains, deniedDomainReasons, allowUnixSockets, allowAllUnixSockets
    case allowLocalBinding, allowMachLookup, httpProxyPort, socksProxyPort, mitmProxy, parentProxy,
        tlsTerminate
    case strictAllowlist, filterRequest
}

private enum RuntimeFilesKey: String, CaseIterable {
    case denyRead, allowRead, allowWrite, denyWrite, allowGitConfig, disabled
}

extension Decoder {
    /// Settings of Anthropic's sandbox-runtime (`srt`) as a policy. Reading is allowed there where nothing denies it, and
    /// programs run wherever they lie.
    mutating func sandboxRuntime(_ root: Node) -> ImportedPolicy {
        var document = ImportedDocument(of: "settings of sandbox-runtime")
        var hasFiles = false
        members(of: root, as: RuntimeKey.self, under: "", example: "{\"filesystem\": {}}") {
            decoder, key, node in
            switch key {
            case .network: decoder.runtimeNetwork(node, into: &document)
            case .filesystem:
                hasFiles = true
                decoder.runtimeFiles(node, into: &document)
            case .ignoreViolations:
                document.leave(key.rawValue, "every refusal is written down here")
            default:
                if node.scalar?.text == "false" {
                    document.leave(key.rawValue, "off there, and left out")
                } else {
                    document.cannot(key.rawValue, "nothing here does the same")
                }
            }
        }
        if !hasFiles {
            document.add("/", to: "files.exec", for: "filesystem", "everything may be read there")
        }
        document.leave("(no limits)", "sandbox-runtime has none, so none is set; add limits")
        return document.imported
    }

    private mutating func runtimeFiles(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        var hidden: [String] = []
        var shown: [String] = []
        var held: [String] = []
        members(of: node, as: RuntimeFilesKey.self, under: "filesystem", example: "{\"allowWrite\": [\".\"]}")
        {
            decoder, key, value in
            let field = "filesystem.\(key.rawValue)"
            switch key {
            case .allowGitConfig, .disabled:
                if value.scalar?.text == "true" { document.cannot(field, "nothing here does the same") }
            default:
                for item in decoder.list(value, key.rawValue, example: "[.]") {
                    guard let text = decoder.text(item, "\(key.rawValue) has", not: "a path"),
                        let path = document.path(text, for: field)
                    else { continue }
                    switch key {
                    case .denyRead: hidden.append(path)
                    case .allowRead: shown.append(path)
                    case .denyWrite: held.append(path)
                    default: document.add(path, to: "files.write", for: "\(field): \(text.shown)")
                    }
                }
            }
        }
        document.add("/", to: "files.exec", for: "filesystem", "everything may be read and run there")
        for path in hidden { document.add(path, to: "files.deny", for: "filesystem.denyRead: \(path)") }
        for path in shown {
            document.cannot(
                "filesystem.allowRead: \(path)",
                "what is denied stays denied here, whatever lies in it; take the denial above it out, and list what "
                    + "may be read instead of /")
        }
        let writes = document.entries(of: "files.write")
        for path in held {
            let isWritten = writes.contains {
                $0 == "." && !path.hasPrefix("/") && !path.hasPrefix("~") || path == $0
                    || path.hasPrefix($0 + "/") || $0 == "/"
            }
            if isWritten {
                document.add(
                    path, to: "files.deny", for: "filesystem.denyWrite: \(path)",
                    "STRICTER here: nothing that is only read lies in what may be written, so it is not there at all"
                )
            } else {
                document.leave("filesystem.denyWrite: \(path)", "it is not granted for writing anyway")
            }
        }
        result = document
    }

    private mutating func runtimeNetwork(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        var denied: [String] = []
        members(of: node, as: RuntimeNetworkKey.self, under: "network", example: "{\"allowedDomains\": []}") {
            decoder, key, value in
            let field = "network.\(key.rawValue)"
            switch key {
            case .allowedDomains, .deniedDomains:
                for item in decoder.list(value, key.rawValue, example: "[example.com]") {
                    guard let text = decoder.text(item, "\(key.rawValue) has", not: "a domain") else {
                        continue
                    }
                    if key == .deniedDomains {
                        denied.append(text)
                    } else if text == "*" {
                        document.add("any", to: "network.allow", for: "\(field): *", "every destination")
                    } else if let place = document.domain(text, for: field) {
                        document.add(
                            place, to: "network.allow", for: "\(field): \(text.shown)",
                            "kept; resolved once, before the run")
                    }
                }
            case .allowUnixSockets:
                for item in decoder.list(value, key.rawValue, example: "[/run/app.sock]") {
                    guard let text = decoder.text(item, "\(key.rawValue) has", not: "a path"),
                        let path = document.path(text, for: field)
                    else { continue }
                    guard path.hasPrefix("/") else {
                        document.cannot(
                            "\(field): \(text.shown)", "a local socket is granted by its whole path")
                        continue
                    }
                    document.add("unix://" + path, to: "network.allow", for: "\(field): \(text.shown)")
                }
            case .allowLocalBinding where value.scalar?.text == "true":
                document.add("tcp://127.0.0.1:*", to: "network.listen", for: field, "on the loopback")
            case .allowLocalBinding, .allowAllUnixSockets, .strictAllowlist:
                if value.scalar?.text == "true", key == .allowAllUnixSockets {
                    document.cannot(field, "each local socket is granted by itself")
                } else {
                    document.leave(field, "so it is here")
                }
            default: document.cannot(field, "nothing here is a proxy")
            }
        }
        for text in denied {
            let place = text == "*" ? nil : document.domain(text, for: "network.deniedDomains")
            if let place, document.entries(of: "network.allow").contains(place) {
                document.remove(place, from: "network.allow")
                document.leave("network.deniedDomains: \(text.shown)", "taken out of what is allowed")
            } else if document.entries(of: "network.allow").isEmpty
                || place != nil && !document.entries(of: "network.allow").contains("any")
            {
                document.leave("network.deniedDomains: \(text.shown)", "it is not granted anyway")
            } else {
                for entry in document.entries(of: "network.allow") where text == "*" || entry == "any" {
                    document.remove(entry, from: "network.allow")
                }
                document.cannot(
                    "network.deniedDomains: \(text.shown)",
                    "nothing is taken out of a larger grant here, so that grant is left out; list what is meant"
                )
            }
        }
        result = document
    }
}

extension ImportedDocument {
    /// `example.com`, `example.com:443` or `[2001:db8::1]:443` as a destination.
    mutating func domain(_ text: String, for field: String) -> String? {
        let behind = text.split(separator: "]", omittingEmptySubsequences: false).last ?? ""
        guard let colon = behind.lastIndex(of: ":"),
            text.hasPrefix("[") || !behind[..<colon].contains(":" as Character)
        else {
            return destination(text, for: "\(field): \(text.shown)")
        }
        let port = String(behind[behind.index(after: colon)...])
        let host = String(text.dropLast(port.count + 1))
        return destination(host, port: port, for: "\(field): \(text.shown)")
    }
}
