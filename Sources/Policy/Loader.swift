import YAML

/// A document laid over its bases.
struct Composition {
    let source: Source
    let name: String
    let root: Node
    /// The labels of the documents in it, bases first.
    let chain: [String]
    /// Of this document alone.
    let examples: [Policy.Example]
    let loosen: [Located<String>]
}

/// Reads documents and what they extend, and collects what is wrong with them.
struct Loader {
    let context: Policy.Context
    let checkPattern: (Pattern) -> String?
    /// Whether profiles are read with their examples.
    let readsExamples: Bool
    private(set) var faults: [Fault] = []
    private(set) var warnings: [Fault] = []
    /// The documents read, the settings behind them.
    private var labels: [String] = []

    /// How many documents may extend each other in a row, and how many may be read in all.
    private static let mostDeep = 8
    private static let mostDocuments = 32

    init(context: Policy.Context, checkPattern: @escaping (Pattern) -> String?, readsExamples: Bool) {
        self.context = context
        self.checkPattern = checkPattern
        self.readsExamples = readsExamples
    }

    /// The document that the command line names, on top of its bases; `nil` when there is a fault.
    mutating func compose(_ reference: String) -> Composition? {
        do throws(Unreadable) {
            return compose(try Source.named(reference, context: context), below: [], namedAt: nil)
        } catch {
            let origin = Origin(file: reference.shown, line: 0, column: 0)
            labels.append(origin.file)
            faults.append(Fault(at: origin, error.sentence, didYouMean: error.suggestion))
            return nil
        }
    }

    /// The tree of one `--set`, checked alone; `nil` when there is a fault.
    mutating func setting(_ argument: String) -> Setting? {
        labels.append(Setting.label(argument))
        do throws(Fault) {
            let setting = try Setting(argument)
            check(setting.root, header: [])
            return setting
        } catch {
            faults.append(error)
            return nil
        }
    }

    /// What a composed tree says. Each of its documents has been decoded alone, so that only contradictions
    /// between them are left to find.
    mutating func decode(_ root: Node) -> Policy {
        var decoder = Decoder(context: context)
        let policy = decoder.policy(root)
        faults += decoder.faults
        return policy
    }

    mutating func note(_ fault: Fault) { faults.append(fault) }
    mutating func note(warning: Fault) { warnings.append(warning) }

    /// The faults document by document, in the order these were read, and each document's by its lines.
    var faultsInOrder: PolicyFaults {
        var turns: [String: Int] = [:]
        for (turn, label) in labels.enumerated().reversed() { turns[label] = turn }
        let keyed = faults.map { fault in
            (
                turn: turns[fault.origin.file] ?? labels.count, line: fault.origin.line,
                column: fault.origin.column
            )
        }
        let order = faults.indices.sorted { keyed[$0] < keyed[$1] }
        return PolicyFaults(faults: order.map { faults[$0] })
    }

    private mutating func compose(
        _ source: Source, below: [Source], namedAt origin: Origin?
    ) -> Composition? {
        labels.append(source.label)
        guard labels.count <= Self.mostDocuments, below.count < Self.mostDeep else {
            let cap = "at most \(Self.mostDocuments) documents, \(Self.mostDeep) deep"
            let start = Origin(file: source.label, line: 0, column: 0)
            faults.append(Fault(at: origin ?? start, "this extends too much; a policy is made of \(cap)"))
            return nil
        }
        guard let root = read(source, namedAt: origin) else { return nil }
        var decoder = Decoder(context: context)
        let header = decoder.header(root)
        // What ships has been checked by tests, and each launch would pay for checking it again.
        if case .file = source { check(root, header: decoder.faults + header.misnamed) }
        let bases = header.extends.compactMap { base($0, of: source, below: below + [source]) }
        guard faults.isEmpty else { return nil }
        let name = header.name ?? source.name
        let chain = bases.flatMap { $0.chain } + [source.label]
        guard let first = bases.first else {
            warn(header.loosen)
            return Composition(
                source: source, name: name, root: root, chain: chain, examples: header.examples,
                loosen: header.loosen)
        }
        let baseRoot = bases.dropFirst().reduce(first.root) { $0.merged(with: $1.root) }
        let merged = baseRoot.merged(with: root)
        if case .file = source {
            let loosenings = decode(merged).loosenings(over: decode(baseRoot))
            guard faults.isEmpty else { return nil }
            let labels = bases.map { $0.source.label }.joined(separator: " and ")
            check(loosenings, of: root, allowed: header.loosen, base: labels)
        }
        return Composition(
            source: source, name: name, root: merged, chain: chain, examples: header.examples,
            loosen: header.loosen)
    }

    private mutating func read(_ source: Source, namedAt origin: Origin?) -> Node? {
        let bytes: [UInt8]
        do throws(Unreadable) {
            bytes = try source.read(withExamples: readsExamples)
        } catch {
            let subject = origin == nil ? "the file" : "'\(source.label)'"
            let start = Origin(file: source.label, line: 0, column: 0)
            faults.append(Fault(at: origin ?? start, "\(subject) \(error.sentence)"))
            return nil
        }
        do throws(YAMLError) {
            return try parse(bytes, file: source.label)
        } catch {
            let hint = error.problem == .empty ? "; the smallest policy is guardrun: 1" : ""
            faults.append(Fault(at: Origin(error.mark), error.sentence + hint))
            return nil
        }
    }

    private mutating func base(_ name: Located<String>, of source: Source, below: [Source]) -> Composition? {
        do throws(Unreadable) {
            let base = try Source.named(name.value, from: source, context: context)
            if let start = below.firstIndex(of: base) {
                let circle = (below[start...] + [base]).map { $0.label }.joined(separator: " → ")
                throw Unreadable("extends goes round in a circle: \(circle)")
            }
            return compose(base, below: below, namedAt: name.origin)
        } catch {
            faults.append(Fault(at: name.origin, error.sentence, didYouMean: error.suggestion))
            return nil
        }
    }

    /// Decodes one document without its bases, and notes its faults and those already found in its header.
    private mutating func check(_ root: Node, header: [Fault]) {
        var decoder = Decoder(context: context)
        let policy = decoder.policy(root)
        faults += header + decoder.faults + policy.unenforced(inSession: context.hasSession)
        for pattern in policy.scan.patterns + policy.tools.patterns {
            guard let why = checkPattern(pattern.value) else { continue }
            faults.append(
                Fault(at: pattern.origin, "the pattern '\(pattern.value.form.text.shown)' is wrong: \(why)"))
        }
    }
}
