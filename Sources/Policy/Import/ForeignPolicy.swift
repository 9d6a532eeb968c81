import Linux
import YAML

/// Policies of other tools, told apart by what is in them.
package enum ForeignPolicy {
    /// What a file may be, by the word of `--from`.
    package enum Format: String, CaseIterable, Sendable {
        case governance = "agent-os"
        case bubblewrap = "bwrap"
        case sandboxRuntime = "srt"
        case seccomp, nono, sandlock
    }

    /// The format that a file seems to have; where nothing tells, that of Agent-OS.
    package static func format(of bytes: [UInt8], file: String) -> Format {
        if file.hasSuffix(".toml") { return .sandlock }
        guard let root = try? parse(bytes, file: file), root.pairs != nil else {
            let text = String(decoding: bytes.prefix(documentCap), as: UTF8.self)
            if text.split(separator: "\n").contains(where: { $0.hasPrefix("[") && $0.hasSuffix("]") }) {
                return .sandlock
            }
            return ShellWords.command("bwrap", in: text) == nil ? .governance : .bubblewrap
        }
        func has(_ section: String, _ keys: [String]) -> Bool { keys.contains { root[section]?[$0] != nil } }
        if root["defaultAction"] != nil || root["linux"]?["seccomp"] != nil { return .seccomp }
        if has("filesystem", ["denyRead", "allowRead", "allowWrite", "denyWrite"])
            || has("network", ["allowedDomains", "deniedDomains", "allowUnixSockets", "allowLocalBinding"])
        {
            return .sandboxRuntime
        }
        if root["filesystem"] != nil || root["meta"] != nil || root["workdir"] != nil
            || root["network"] != nil
        {
            return .nono
        }
        return .governance
    }

    /// The policy that a file holds; one of Agent-OS is read by `GovernancePolicy`.
    ///
    /// - Parameter standing: how each system call stands with a run.
    /// - Throws: everything that is wrong with it.
    package static func imported(
        _ bytes: [UInt8], file: String, as format: Format, standing: (String) -> CallStanding
    ) throws(PolicyFaults) -> ImportedPolicy {
        if format == .bubblewrap {
            guard let words = ShellWords.command("bwrap", in: String(decoding: bytes, as: UTF8.self)) else {
                let start = Origin(file: file, line: 0, column: 0)
                throw PolicyFaults(faults: [Fault(at: start, "no command that begins with bwrap is in it")])
            }
            return try bubblewrap(words, file: file)
        }
        var decoder = Decoder(context: .init(workingDirectory: .root, home: .root))
        let root = try tree(bytes, file, format)
        let imported =
            switch format {
            case .seccomp: SeccompImport.imported(root, &decoder, standing: standing)
            case .nono: decoder.nono(root)
            case .sandlock: decoder.sandlock(root)
            default: decoder.sandboxRuntime(root)
            }
        guard decoder.faults.isEmpty else { throw PolicyFaults(faults: decoder.faults) }
        return imported
    }

    /// A command line of bubblewrap, from `bwrap` on.
    package static func bubblewrap(_ words: [String], file: String) throws(PolicyFaults) -> ImportedPolicy {
        try BubblewrapImport.imported(words, file: file)
    }

    private static func tree(_ bytes: [UInt8], _ file: String, _ format: Format) throws(PolicyFaults) -> Node
    {
        if format == .sandlock {
            do throws(Fault) {
                return try TOML.parse(bytes, file: file)
            } catch {
                throw PolicyFaults(faults: [error])
            }
        }
        do throws(YAMLError) {
            return try parse(bytes, file: file)
        } catch {
            throw PolicyFaults(faults: [Fault(at: Origin(error.mark), error.sentence)])
        }
    }
}
