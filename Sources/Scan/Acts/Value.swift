/// Where a value comes from, as far as that matters to a rule. Labels travel with a value through every operation.
struct Labels: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    /// Received from the network.
    static let network = Labels(rawValue: 1 << 0)
    /// Read from a place that holds secrets.
    static let secret = Labels(rawValue: 1 << 1)
    /// One variable of the environment.
    static let environment = Labels(rawValue: 1 << 2)
    /// All of the environment.
    static let wholeEnvironment = Labels(rawValue: 1 << 3)
    /// Names the host or its user.
    static let host = Labels(rawValue: 1 << 4)
    /// What a command printed.
    static let output = Labels(rawValue: 1 << 5)
    /// Read from a file.
    static let file = Labels(rawValue: 1 << 6)
    /// Typed in, or given on the command line.
    static let input = Labels(rawValue: 1 << 7)
    /// Decoded, decrypted or decompressed.
    static let decoded = Labels(rawValue: 1 << 8)
    /// Put together from pieces in a way that hides the words from a reader.
    static let assembled = Labels(rawValue: 1 << 9)
    /// Names of files found by walking a directory.
    static let found = Labels(rawValue: 1 << 10)
    /// Keys, screens, cameras, clipboards.
    static let observed = Labels(rawValue: 1 << 11)
    /// Endless: reading it to its end never stops.
    static let endless = Labels(rawValue: 1 << 12)
    /// A name that was reached by computing it, not by writing it. It does not travel into what a call returns.
    static let indirect = Labels(rawValue: 1 << 13)
    /// A name that was reached by a way round the usual one, though it was written. It does not travel either.
    static let roundabout = Labels(rawValue: 1 << 15)
    /// Handed in by whoever calls a function of this source, which nothing here does.
    static let parameter = Labels(rawValue: 1 << 16)
    /// Made of thousands of repetitions of something.
    static let many = Labels(rawValue: 1 << 17)
    /// What says how a name was reached and not what a value is.
    static let naming: Labels = [.indirect, .roundabout]
    /// Includes the right to execute, of a memory mapping.
    static let executable = Labels(rawValue: 1 << 14)
}

/// What is known about the value of an expression without running it.
struct Value: Sendable {
    enum Known: Sendable {
        case nothing
        case integer(Int)
        /// Text or bytes, the two alike.
        case text(Text)
        case list([Value])
        case table([Entry])
        /// A path that a path library holds.
        case path(Text)
        /// Something outside this source by its qualified name: `os.system`, or `socket.socket()` for what a call
        /// of it returns.
        case name(String)
        /// A function that this source defines, by its number.
        case function(Int)
    }

    struct Entry: Sendable {
        let key: Text
        let value: Value
    }

    let known: Known
    let labels: Labels
    /// How many values it holds, itself counted, and how deep they nest. A few lines of code can describe a value of
    /// any size by sharing, so both are bounded where values are made.
    private let weight: Int32
    private let depth: Int32

    private static let maximumWeight: Int32 = 20_000
    private static let maximumDepth: Int32 = 16

    private init(_ known: Known, _ labels: Labels, weight: Int32 = 1, depth: Int32 = 0) {
        self.known = known
        self.labels = labels
        self.weight = weight
        self.depth = depth
    }

    static let unknown = Value(.nothing, [])

    /// Something unknown of which only this is known.
    static func unknown(_ labels: Labels) -> Value { Value(.nothing, labels) }
    static func integer(_ number: Int, _ labels: Labels = []) -> Value { Value(.integer(number), labels) }
    static func text(_ text: Text, _ labels: Labels = []) -> Value { Value(.text(text), labels) }
    static func path(_ text: Text, _ labels: Labels = []) -> Value { Value(.path(text), labels) }
    static func name(_ name: String, _ labels: Labels = []) -> Value { Value(.name(name), labels) }
    static func function(_ number: Int) -> Value { Value(.function(number), []) }

    /// A list has the labels of all it holds.
    static func list(_ values: [Value], _ labels: Labels = []) -> Value {
        container(of: values, labels) { .list(values) }
    }

    static func table(_ entries: [Entry], _ labels: Labels = []) -> Value {
        container(of: entries.map { $0.value }, labels) { .table(entries) }
    }

    private static func container(of values: [Value], _ labels: Labels, _ known: () -> Known) -> Value {
        var (labels, weight, depth) = (labels, Int32(1), Int32(0))
        for value in values {
            labels.formUnion(value.labels)
            weight = min(weight + value.weight, maximumWeight + 1)
            depth = max(depth, value.depth + 1)
        }
        guard weight <= maximumWeight, depth <= maximumDepth else { return .unknown(labels) }
        return Value(known(), labels, weight: weight, depth: depth)
    }

    /// The same value with more labels.
    func labelled(_ more: Labels) -> Value {
        Value(known, labels.union(more), weight: weight, depth: depth)
    }

    /// The qualified name, when it is one.
    var qualifiedName: String? {
        guard case .name(let name) = known else { return nil }
        return name
    }

    var integer: Int? {
        guard case .integer(let number) = known else { return nil }
        return number
    }

    var elements: [Value]? {
        guard case .list(let values) = known else { return nil }
        return values
    }

    /// The text that this is, or that a path object holds.
    var text: Text? {
        switch known {
        case .text(let text), .path(let text): text
        default: nil
        }
    }

    /// The text that this is when it becomes part of another: what is not known is a hole.
    var asText: Text {
        switch known {
        case .text(let text), .path(let text): text
        case .integer(let number): Text(String(number))
        default: .unknown
        }
    }

    /// Whether a condition on it always holds.
    var isTrue: Bool {
        switch known {
        case .integer(let number): number != 0
        case .text(let text): !text.isEmpty && !text.hasHoles
        default: false
        }
    }

    /// Whether nothing of it depends on running the code.
    var isConstant: Bool {
        switch known {
        case .integer: true
        case .text(let text), .path(let text): !text.hasHoles
        case .list(let values): values.allSatisfy { $0.isConstant }
        default: false
        }
    }
}
