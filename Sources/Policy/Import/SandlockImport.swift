import YAML

private enum SandlockKey: String, CaseIterable {
    case config, determinism, program, filesystem, network, http, syscalls, limits
}

private enum SandlockFilesKey: String, CaseIterable {
    case read, write, deny, chroot, mount
    case onExit = "on_exit"
    case onError = "on_error"
}

private enum SandlockNetworkKey: String, CaseIterable {
    case allowBind = "allow_bind"
    case denyBind = "deny_bind"
    case allow, deny
    case portRemap = "port_remap"
}

private enum SandlockLimitsKey: String, CaseIterable {
    case memory, processes
    case openFiles = "open_files"
    case cpu, disk
    case gpuDevices = "gpu_devices"
    case cpuCores = "cpu_cores"
    case numCPUs = "num_cpus"
}

private enum SandlockCallsKey: String, CaseIterable {
    case extraAllow = "extra_allow"
    case extraDeny = "extra_deny"
}

extension Decoder {
    /// A profile of sandlock as a policy. What may be read there may be run.
    mutating func sandlock(_ root: Node) -> ImportedPolicy {
        var document = ImportedDocument(of: "a profile of sandlock")
        members(of: root, as: SandlockKey.self, under: "", example: "[filesystem]") { decoder, key, node in
            switch key {
            case .filesystem: decoder.sandlockFiles(node, into: &document)
            case .network: decoder.sandlockNetwork(node, into: &document)
            case .syscalls: decoder.sandlockCalls(node, into: &document)
            case .limits: decoder.sandlockLimits(node, into: &document)
            case .program:
                for pair in node.pairs ?? [] {
                    let name = pair.key.scalar?.text ?? ""
                    if ["clean_env", "no_coredump"].contains(name) {
                        document.leave("program.\(name)", "always so here")
                    } else {
                        document.leave(
                            "program.\(name.shown)", "no part of a policy; say it with the command")
                    }
                }
            case .config, .determinism, .http:
                for pair in node.pairs ?? [] {
                    document.cannot(
                        "\(key.rawValue).\(pair.key.scalar?.text.shown ?? "")",
                        key == .http
                            ? "methods and paths of requests are not looked at here"
                            : "nothing here does the same")
                }
            }
        }
        return document.imported
    }

    private mutating func sandlockTexts(_ node: Node, _ name: String) -> [String] {
        list(node, name, example: "[]").compactMap { item in
            // A port may be a number.
            guard let scalar = item.scalar else {
                wrongType(item, "\(name) has", not: "text", example: nil)
                return nil
            }
            return scalar.text
        }
    }

    private mutating func sandlockFiles(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        members(of: node, as: SandlockFilesKey.self, under: "filesystem", example: "read = [\"/usr\"]") {
            decoder, key, value in
            let name = "filesystem.\(key.rawValue)"
            switch key {
            case .read, .write, .deny:
                for text in decoder.sandlockTexts(value, key.rawValue) {
                    let field = "\(name): \(text.shown)"
                    guard let path = document.path(text, for: field) else { continue }
                    switch key {
                    case .read:
                        document.add(
                            path, to: "files.exec", for: field,
                            "to be read, and what may be read there may be run")
                    case .write: document.add(path, to: "files.write", for: field)
                    default: document.add(path, to: "files.deny", for: field)
                    }
                }
            case .mount:
                for text in decoder.sandlockTexts(value, key.rawValue) {
                    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                    let isReadOnly = parts.last == "ro"
                    if parts.count == 3, isReadOnly || parts.last == "rw" { parts.removeLast() }
                    let field = "\(name): \(text.shown)"
                    guard parts.count == 2, parts[0] == parts[1],
                        let path = document.path(parts[1], for: field)
                    else {
                        document.cannot(field, "a file keeps its name here")
                        continue
                    }
                    document.add(path, to: isReadOnly ? "files.exec" : "files.write", for: field)
                }
            case .onExit, .onError:
                if value.scalar?.text == "commit" {
                    document.leave(name, "what is written goes to the files themselves")
                } else {
                    document.cannot(
                        name, "files.workspace: overlay keeps what was written until somebody commits it")
                }
            case .chroot: document.cannot(name, "a file keeps its name here")
            }
        }
        result = document
    }

    private mutating func sandlockNetwork(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        members(
            of: node, as: SandlockNetworkKey.self, under: "network", example: "allow = [\"example.com:443\"]"
        ) {
            decoder, key, value in
            let name = "network.\(key.rawValue)"
            switch key {
            case .allow:
                for text in decoder.sandlockTexts(value, key.rawValue) {
                    document.sandlockDestination(text, "\(name): \(text.shown)")
                }
            case .allowBind:
                for text in decoder.sandlockTexts(value, key.rawValue) {
                    let field = "\(name): \(text.shown)"
                    if text == "*" {
                        document.add("any", to: "network.listen", for: field)
                    } else if let place = try? Endpoint(listening: "tcp://0.0.0.0:\(text)") {
                        document.add(
                            place.description, to: "network.listen", for: field, "on every IPv4 address")
                    } else {
                        document.cannot(field, "it is no port, list or range of ports")
                    }
                }
            case .deny, .denyBind:
                for text in decoder.sandlockTexts(value, key.rawValue) {
                    document.cannot(
                        "\(name): \(text.shown)",
                        "nothing is taken out of a larger grant here; what it would have left open is not granted"
                    )
                }
            case .portRemap: document.cannot(name, "ports are what they are here")
            }
        }
        result = document
    }

    private mutating func sandlockCalls(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        members(of: node, as: SandlockCallsKey.self, under: "syscalls", example: "extra_deny = [\"ptrace\"]")
        {
            decoder, key, value in
            for text in decoder.sandlockTexts(value, key.rawValue) {
                let field = "syscalls.\(key.rawValue): \(text.shown)"
                guard SyscallNames.contains(text) else {
                    document.cannot(field, "it is no system call by that name; list the calls that are meant")
                    continue
                }
                document.add(text, to: key == .extraAllow ? "syscalls.allow" : "syscalls.deny", for: field)
            }
        }
        result = document
    }

    private mutating func sandlockLimits(_ node: Node, into result: inout ImportedDocument) {
        var document = result
        members(of: node, as: SandlockLimitsKey.self, under: "limits", example: "memory = \"512M\"") {
            decoder, key, value in
            let field = "limits.\(key.rawValue)"
            let text = value.scalar?.text ?? ""
            switch key {
            case .memory, .disk:
                // K, M and G are powers of 1024 there.
                let isShort = text.last.map { "KMG".contains($0) } ?? false
                let size = isShort ? text + "iB" : text
                guard (try? Quantity.bytes(size)) != nil else {
                    decoder.fault(
                        at: value.mark, "\(key.rawValue) is '\(text.shown)', which is no size; one is 512M")
                    return
                }
                document.set(field, size, for: field)
            case .processes, .openFiles:
                guard (try? Quantity.count(text)) != nil else {
                    decoder.fault(
                        at: value.mark, "\(key.rawValue) is '\(text.shown)', which is no whole number")
                    return
                }
                document.set(field, text, for: field)
            case .cpu: document.cannot(field, "it is a share of a processor, and limits.cpu here is time")
            case .gpuDevices, .cpuCores, .numCPUs: document.cannot(field, "nothing here does the same")
            }
        }
        result = document
    }
}

extension ImportedDocument {
    /// `example.com:443`, `:443`, `10.0.0.0/8`, `udp://192.0.2.53:53`, `*`: tcp and udp where no scheme says which.
    fileprivate mutating func sandlockDestination(_ text: String, _ field: String) {
        if ["*", ":*", "*:*"].contains(text) {
            return add("any", to: "network.allow", for: field, "every destination")
        }
        var (schemes, rest) = (["tcp", "udp"], text)
        for scheme in ["tcp", "udp", "icmp"] where text.hasPrefix("\(scheme)://") {
            (schemes, rest) = ([scheme], String(text.dropFirst(scheme.utf8.count + 3)))
        }
        if schemes == ["icmp"] { return cannot(field, "pings are not given out") }
        let behind = rest.split(separator: "]", omittingEmptySubsequences: false).last ?? ""
        let colon = behind.lastIndex(of: ":")
        let ports = colon.map { String(behind[behind.index(after: $0)...]) } ?? "*"
        let host = colon == nil ? rest : String(rest.dropLast(ports.utf8.count + 1))
        let hosts = host.isEmpty || host == "*" ? ["0.0.0.0/0", "[::]/0"] : [host]
        for scheme in schemes {
            for host in hosts {
                do throws(Misread) {
                    let place = try Endpoint(parsing: "\(scheme)://\(host):\(ports)")
                    add(place.description, to: "network.allow", for: field)
                } catch {
                    cannot(field, "'\(host.shown)'\(error.why)")
                }
            }
        }
    }
}
