import Audit
import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// Opens what a command line names. What cannot be opened ends guardrun with a sentence.
enum Loading {
    /// The policy asked for, or `strict`. Everything that is wrong with it is said at once.
    ///
    /// - Parameter inSession: whether keys that only a session enforces may be there.
    static func policy(
        _ reference: String?, settings: [String], _ context: Context, inSession: Bool = false
    ) -> Policy.Loaded {
        do throws(PolicyFaults) {
            return try Policy.load(
                reference: reference ?? "strict", settings: settings,
                context: inSession ? context.sessionPolicy : context.policy,
                checkPattern: Scanner.problem(with:))
        } catch {
            show(error)
            fail("the policy is wrong, so nothing was run", Exit.policy)
        }
    }

    /// Every fault on a line of its own, as far as anybody would read.
    static func show(_ error: PolicyFaults) {
        for fault in error.faults.prefix(100) {
            Terminal.standardError.line(inert(fault.description, limit: 2_000))
        }
        if error.faults.count > 100 { Terminal.standardError.line("and \(error.faults.count - 100) more") }
    }

    /// The program that the words of a command mean.
    static func command(_ words: [[UInt8]], _ context: Context) -> Command {
        do throws(CommandError) {
            return try Command(words, in: context.directory, searchPath: context.searchPath)
        } catch {
            fail("\(error)", error.exitStatus)
        }
    }

    /// Where the policy lets a run connect and listen, with its names resolved.
    static func destinations(_ rules: NetworkRules) -> Destinations {
        do throws(Unenforceable) {
            return try Destinations(rules)
        } catch {
            refuse(error)
        }
    }

    /// Says why a policy cannot be enforced, and stops.
    static func refuse(_ error: Unenforceable) -> Never {
        for fault in error.faults { Terminal.standardError.line(inert("\(fault)", limit: 2_000)) }
        fail("the policy cannot be enforced here, so nothing was run", Exit.policy)
    }

    /// The program's standard streams.
    static func streams(_ limits: Limits, _ code: CodeToRun, terminal: Bool) -> StandardStreams {
        if terminal, isatty(0) == 0 {
            fail("-t: standard input is no terminal; leave -t out to have it passed through")
        }
        do throws(SystemError) {
            return try StandardStreams(
                standardInput: code.standardInput, isCounted: limits.output != nil,
                terminal: terminal ? try PseudoTerminal() : nil)
        } catch {
            fail("the standard streams could not be opened: \(error)")
        }
    }

    /// Where `--events` leads: a descriptor by number, else a file that is added to.
    static func eventStream(_ target: String) -> Outlet {
        if let number = target == "-" ? 1 : CInt(target) {
            // What guardrun has opened itself closes on execve; what the caller handed over does not.
            guard wasHandedOver(number) else {
                fail(
                    "--events \(number): no such descriptor is open; write `\(number)>FILE` behind the command"
                )
            }
            return Outlet(number)
        }
        // An earlier run may have left a link there, to have something else written to; those in /dev are the system's.
        let follows = ["/dev/", "/proc/"].contains { target.hasPrefix($0) }
        do throws(SystemError) {
            let file = try Descriptor.open(
                Path(target), O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | (follows ? 0 : O_NOFOLLOW),
                mode: 0o600)
            // A named pipe: no run waits for who reads it.
            file.setWaiting(false)
            return Outlet(file)
        } catch {
            if error.errno == .tooManyLinks {
                fail("--events \(inert(target)): this is a symbolic link; name the file that it leads to")
            }
            fail("--events \(inert(target)): \(error.errno)")
        }
    }

    /// Writes the object of `--json` in place of what the file held, or to standard output for `-`.
    static func writeJSON(_ value: JSON, to file: String) {
        let line = value.encoded + [UInt8(ascii: "\n")]
        if file == "-" { return Terminal.standardOutput.write(bytes: line) }
        do throws(SystemError) {
            // A named pipe that nobody reads, perhaps left there by a run, is not to be waited for.
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK
            let target = try Descriptor.open(Path(file), flags, mode: 0o644)
            target.setWaiting(true)
            try target.write(line)
        } catch {
            Terminal.standardError.line(
                "guardrun: --json \(inert(file)) could not be written: \(error.errno)")
        }
    }
}

extension PolicySummary {
    init(_ loaded: Policy.Loaded) {
        self.init(
            name: loaded.policy.name, digest: Digest(loaded.policy.document.encoded), chain: loaded.chain)
    }
}
