import Event
import Policy

/// One thing that the scanner knows to be worth a finding. Its id reads as "allow ⟨id⟩" and never changes.
///
/// A rule carries its own examples, which tests run: they are the rule's manual page.
///
/// A class, and its examples closures, because all rules are made at the first act of each process: that must not cost
/// more than the scan.
package final class Rule: Sendable {
    package let id: String
    package let threat: Threat
    package let level: Level
    /// The share of its findings that are right, measured on labelled code and never above 0.99; where it was seen
    /// too seldom to be measured, 0.8 at block, 0.6 at review, 0.5 at capability.
    package var confidence: Double { Rule.measuredConfidence(id) ?? assumedConfidence }
    private let assumedConfidence: Double
    /// The number in the Common Weakness Enumeration.
    package let cwe: Int
    /// The technique in MITRE ATT&CK.
    package let attack: String
    /// One sentence for people.
    package let message: String
    let trigger: Trigger
    private let makeFinds: @Sendable () -> [Example]
    private let makePasses: @Sendable () -> [Example]

    /// Code in which the rule must find something.
    package var finds: [Example] { makeFinds() }
    /// Code that looks alike, in which it must not.
    package var passes: [Example] { makePasses() }

    init(
        _ id: String, _ threat: Threat, _ level: Level, _ confidence: Double, cwe: Int, attack: String,
        _ message: String, when trigger: Trigger, finds: @autoclosure @escaping @Sendable () -> [Example],
        passes: @autoclosure @escaping @Sendable () -> [Example]
    ) {
        self.id = id
        self.threat = threat
        self.level = level
        assumedConfidence = confidence
        self.cwe = cwe
        self.attack = attack
        self.message = message
        self.trigger = trigger
        makeFinds = finds
        makePasses = passes
    }

    /// A piece of code in a language.
    package enum Example: Sendable {
        case python(String)
        case shell(String)
        case javascript(String)
    }
}

/// What a rule waits for. Where several rules of one threat wait for the same act, the first in its list that agrees
/// is the one that is found.
enum Trigger: Sendable {
    case delete(@Sendable (_ target: Target, _ tree: Bool) -> Bool)
    case sweep(@Sendable (_ root: Target, _ what: Act.Sweep) -> Bool)
    case write(@Sendable (_ target: Target, _ content: Value) -> Bool)
    case read(@Sendable (_ target: Target) -> Bool)
    case list(@Sendable (_ target: Target) -> Bool)
    case permit(@Sendable (_ target: Target, _ permission: Permission) -> Bool)
    case evaluate(@Sendable (_ code: Value, _ means: Act.Means) -> Bool)
    case start(@Sendable (_ command: Value) -> Bool)
    case send(@Sendable (_ sending: Act.Sending) -> Bool)
    case fetch(@Sendable (_ from: Text) -> Bool)
    case connect(@Sendable (_ to: Text) -> Bool)
    case listen(@Sendable (_ at: Text) -> Bool)
    case query(@Sendable (_ statement: Text) -> Bool)
    case assign(@Sendable (_ variable: String, _ value: Value) -> Bool)
    case command([String], @Sendable (_ command: Command) -> Bool)
    case call([String], @Sendable (_ call: Call) -> Bool)
    /// What an analyser reports where it sees it, since no single act shows it.
    case seen

    func accepts(_ act: Act) -> Bool {
        switch (self, act) {
        case (.delete(let accepts), .delete(let target, let tree)): accepts(target, tree)
        case (.sweep(let accepts), .sweep(let root, let what)): accepts(root, what)
        case (.write(let accepts), .write(let target, let content)): accepts(target, content)
        case (.read(let accepts), .read(let target)): accepts(target)
        case (.list(let accepts), .list(let target)): accepts(target)
        case (.permit(let accepts), .permit(let target, let permission)): accepts(target, permission)
        case (.evaluate(let accepts), .evaluate(let code, let means)): accepts(code, means)
        case (.start(let accepts), .start(let command)): accepts(command)
        case (.send(let accepts), .send(let sending)): accepts(sending)
        case (.fetch(let accepts), .fetch(let url)): accepts(url)
        case (.connect(let accepts), .connect(let host)): accepts(host)
        case (.listen(let accepts), .listen(let place)): accepts(place)
        case (.query(let accepts), .query(let statement)): accepts(statement)
        case (.assign(let accepts), .assign(let variable, let value)): accepts(variable, value)
        case (.command(let names, let accepts), .command(let command)):
            names.contains(command.name) && accepts(command)
        case (.call(let names, let accepts), .call(let call)): names.contains(call.name) && accepts(call)
        default: false
        }
    }
}
