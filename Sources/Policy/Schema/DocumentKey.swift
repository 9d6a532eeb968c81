/// A key of a mapping in a policy document.
///
/// The decoder knows the keys of types that conform and no others, and the schema and the reference page are made of
/// what these say. So no key can be in one of the three and not in the others.
protocol DocumentKey: CaseIterable, RawRepresentable where RawValue == String {
    /// Everything there is to know about it.
    var meaning: KeyMeaning { get }
}

/// What a key says and what may stand behind it.
struct KeyMeaning {
    /// One sentence, without units and defaults, which stand beside it.
    let sentence: String
    let value: ValueShape
    /// What holds where the key is absent, as YAML; nil where it has to be there, or nothing holds.
    let standard: String?
    /// A value, as YAML, which a test decodes.
    let example: String

    init(_ sentence: String, _ value: ValueShape, default standard: String?, example: String) {
        self.sentence = sentence
        self.value = value
        self.standard = standard
        self.example = example
    }
}

/// A key by its name, without its type.
struct KeyEntry {
    let name: String
    let meaning: KeyMeaning
}

extension DocumentKey {
    /// All keys of this mapping, in the order of the reference.
    static var entries: [KeyEntry] { allCases.map { KeyEntry(name: $0.rawValue, meaning: $0.meaning) } }
}

/// What may stand behind a key.
indirect enum ValueShape {
    /// One scalar and nothing else, as YAML.
    case constant(String)
    case word([String])
    case text(TextShape)
    /// A number from 0 to 1.
    case share
    /// Any number.
    case number
    case truth
    case time, size, count, money
    /// Any plain value.
    case scalar
    case list(ValueShape)
    case mapping(MappingShape)
    /// A mapping whose keys are names that the writer chooses.
    case named(ValueShape)
    case either([ValueShape])
    /// An empty mapping.
    case nothing
    /// A pattern: a text to look for, or a mapping of `PatternKey`.
    case pattern
}

/// A mapping with known keys.
struct MappingShape {
    let entries: [KeyEntry]
    /// Keys that have to be there.
    var required: [String] = []
    /// Of these there is exactly one.
    var oneOf: [String] = []
}

/// Text with a form of its own.
enum TextShape: CaseIterable {
    case path, endpoint, listening, systemCall, tool, identifier, name, base, keys, act, any

    /// As a table says it.
    var inWords: String {
        switch self {
        case .path: "path"
        case .endpoint: "destination"
        case .listening: "tcp:// address"
        case .systemCall: "system call"
        case .tool: "tool or pattern of tools"
        case .identifier: "identifier"
        case .name: "text on one line"
        case .base: "profile or path"
        case .keys: "path of keys"
        case .act: "act"
        case .any: "text"
        }
    }
}
