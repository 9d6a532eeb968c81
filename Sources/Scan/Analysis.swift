import Event

/// What one scan has found so far, and what is left of its budget. One object for a source and all the code nested
/// in it, whose analysers add to the same findings.
final class Analysis {
    /// A rule that found something, not yet turned into lines and columns.
    struct Sighting {
        let rule: Rule
        let range: Range<Int>
        var evidence: [(range: Range<Int>, message: String)]
    }

    private struct Key: Hashable {
        let rule: String
        let range: Range<Int>
    }

    /// Code in code in code: deeper than this nobody writes it but to hide it.
    static let maximumDepth = 5
    /// Work on one source and all that is nested in it: about one step for each expression, and one more for every
    /// 16 bytes that are copied or decoded.
    static let maximumSteps = 4_000_000
    static let findingsPerRule = 100

    private(set) var sightings: [Sighting] = []
    private(set) var limits: [Limit] = []
    private(set) var depth = 0
    private(set) var facts = Facts()
    private var indexes: [Key: Int] = [:]
    private var counts: [String: Int] = [:]
    private var stepsLeft = Analysis.maximumSteps
    /// How many acts were put before the rules.
    private(set) var judged = 0
    /// The stretch of the source that nested code stands for.
    private var outer: Range<Int>?
    private var outerNote = ""

    /// Adds a finding; the same rule is found once in one place.
    func report(_ rule: Rule, at range: Range<Int>, _ because: String = "") {
        let place = outer ?? range
        let key = Key(rule: rule.id, range: place)
        var evidence: [(range: Range<Int>, message: String)] = []
        if !because.isEmpty { evidence.append((place, outerNote + because)) }
        if let index = indexes[key] {
            let known = sightings[index].evidence
            if known.count < 8 {
                sightings[index].evidence += evidence.filter { new in !known.contains { $0 == new } }
            }
            return
        }
        guard counts[rule.id, default: 0] < Analysis.findingsPerRule else {
            return exceeded(.findings(of: rule.id))
        }
        counts[rule.id, default: 0] += 1
        indexes[key] = sightings.count
        sightings.append(Sighting(rule: rule, range: place, evidence: evidence))
    }

    /// Puts an act before the rules that wait for it. Of the rules of one threat the first that agrees is found.
    func judge(_ act: Act, at range: Range<Int>, _ because: @autoclosure () -> String = "") {
        judged += 1
        facts.note(act, at: outer ?? range)
        var threats: [Threat] = []
        for rule in Rulebook.rules(for: act) where !threats.contains(rule.threat) && rule.trigger.accepts(act)
        {
            threats.append(rule.threat)
            report(rule, at: range, because())
        }
    }

    /// Looks into code that lies inside this code, unless it is nested too deep. What is found there is shown at
    /// `range`, the place it was written in.
    func nested(at range: Range<Int>, _ note: @autoclosure () -> String, _ body: () -> Void) {
        guard depth < Analysis.maximumDepth else { return exceeded(.depth, at: range) }
        let saved = (outer, outerNote)
        if outer == nil { outer = range }
        outerNote += note() + ": "
        depth += 1
        body()
        depth -= 1
        (outer, outerNote) = saved
    }

    /// Spends steps; false when there are none left, and then the work is to be left off.
    func spend(_ steps: Int = 1) -> Bool {
        guard stepsLeft > 0 else { return false }
        stepsLeft -= steps
        if stepsLeft <= 0 { exceeded(.steps) }
        return stepsLeft > 0
    }

    var stepsSpent: Int { Analysis.maximumSteps - stepsLeft }

    /// Notes that something was not looked at in full: a finding of its own.
    func exceeded(_ limit: Limit, at range: Range<Int> = 0..<0) {
        guard !limits.contains(limit) else { return }
        limits.append(limit)
        report(.unreadable, at: range, "\(limit)")
    }

    /// Says that something was done here whose outcome hangs on values.
    func noteChoice() { judged += 1 }

    /// Marks what only an analyser can see.
    func note(_ update: (inout Facts) -> Void) { update(&facts) }

    /// Judges what shows only in the whole of a source.
    func conclude() {
        if let secret = facts.secretRead, let send = facts.send,
            !sightings.contains(where: { $0.rule.id == Rule.secretUpload.id })
        {
            report(.secretBesideSend, at: send, "Something is sent here.")
            if let index = sightings.firstIndex(where: { $0.rule.id == Rule.secretBesideSend.id }) {
                sightings[index].evidence.append((secret, "Secrets are read here."))
            }
        }
        if let shell = facts.shellStart, let connection = facts.connection,
            facts.descriptorsTied || facts.shellTied
        {
            report(facts.listens ? .bindShell : .reverseShell, at: shell, "A shell is started here.")
            _ = connection
        }
        if facts.listens, let command = facts.remoteCommand {
            report(.bindShell, at: command, "What comes in is started here.")
        }
    }
}

/// What a whole source does, for rules about two acts together.
struct Facts {
    var secretRead: Range<Int>?
    var send: Range<Int>?
    var connection: Range<Int>?
    var shellStart: Range<Int>?
    var listens = false
    /// Standard streams were made copies of other descriptors.
    var descriptorsTied = false
    /// A shell's streams were handed to a connection.
    var shellTied = false
    /// How many acts there were that reach beyond the values of the code.
    var acts = 0
    /// A command was started that came from the network.
    var remoteCommand: Range<Int>?
    /// Data from the network was written to a file.
    var download: Range<Int>?
    /// Files that it was written to, where they are known.
    var dropped: [Text] = []

    mutating func note(_ act: Act, at range: Range<Int>) {
        switch act {
        case .start, .delete, .send, .fetch, .connect, .sweep, .permit: acts += 1
        default: break
        }
        switch act {
        case .start(let command) where command.labels.contains(.network):
            remoteCommand = remoteCommand ?? range
        case .read(let target) where target.isA([.secret, .browser, .accounts, .memory]):
            secretRead = secretRead ?? range
        case .send(let sending) where !sending.asName: send = send ?? range
        case .connect: connection = connection ?? range
        case .listen:
            connection = connection ?? range
            listens = true
        case .write(_, let content) where content.labels.contains(.network): download = download ?? range
        default: break
        }
    }
}
