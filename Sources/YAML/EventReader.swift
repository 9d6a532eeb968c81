import CYAML

/// What libyaml finds next in a document, with what is never allowed already refused.
enum ParserEvent {
    case documentStart
    case documentEnd
    case streamEnd
    case scalar(Scalar)
    case sequenceStart
    case mappingStart
    case collectionEnd
}

/// libyaml's event parser over bytes that it owns. All of this target's unsafe code is here.
@safe struct EventReader: ~Copyable {
    private let file: String
    /// libyaml keeps a pointer to its own parser and to the input, so both stay where they are.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    /// Where the last event began.
    private(set) var mark: Mark

    init(_ bytes: [UInt8], file: String) throws(YAMLError) {
        self.file = file
        mark = Mark(file: file, line: 1, column: 1)
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: bytes.count)
        _ = unsafe input.initialize(fromContentsOf: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe input.deallocate()
            unsafe parser.deallocate()
            throw YAMLError(.syntax("there is no memory left to read this"), at: mark)
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event. After `streamEnd` there is none.
    mutating func next() throws(YAMLError) -> ParserEvent {
        var event = unsafe yaml_event_t()
        while true {
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
            defer { unsafe yaml_event_delete(&event) }
            mark = unsafe place(event.start_mark)
            switch unsafe event.type {
            case YAML_STREAM_START_EVENT: continue
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
            case YAML_DOCUMENT_START_EVENT: return .documentStart
            case YAML_DOCUMENT_END_EVENT: return .documentEnd
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
            case YAML_ALIAS_EVENT:
                throw YAMLError(.alias(unsafe text(event.data.alias.anchor) ?? ""), at: mark)
            case YAML_SEQUENCE_START_EVENT:
                let start = unsafe event.data.sequence_start
                unsafe try refuse(anchor: start.anchor, tag: start.tag)
                return .sequenceStart
            case YAML_MAPPING_START_EVENT:
                let start = unsafe event.data.mapping_start
                unsafe try refuse(anchor: start.anchor, tag: start.tag)
                return .mappingStart
            default:
                let scalar = unsafe event.data.scalar
                unsafe try refuse(anchor: scalar.anchor, tag: scalar.tag)
                let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
                let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
                return .scalar(Scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain))
            }
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?
    ) throws(YAMLError) {
        if let name = unsafe text(anchor) { throw YAMLError(.anchor(name), at: mark) }
        if let name = unsafe text(tag) { throw YAMLError(.tag(Self.short(tag: name).shown), at: mark) }
    }

    /// `tag:yaml.org,2002:str` as people write it: `!!str`.
    private static func short(tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    }

    /// What libyaml says stopped it. Its reader finds nothing of its own to mind: `checkText` went first.
    private var failure: YAMLError {
        let found = unsafe parser.pointee
        let problem = unsafe found.problem.map { unsafe String(cString: $0) } ?? "this is not YAML"
        let context = unsafe found.context.map { unsafe String(cString: $0) } ?? ""
        let mark = unsafe place(found.problem_mark)
        let opened = unsafe place(found.context_mark)
        let next = unsafe scalar(at: found.problem_mark.index)
        let sentence = syntaxSentence(problem, context: context, opened: opened, next: next)
        // A key without a colon is only found out at the end of its line, or later.
        return YAMLError(.syntax(sentence), at: context == "while scanning a simple key" ? opened : mark)
    }

    /// The scalar with that many before it.
    private func scalar(at index: Int) -> Unicode.Scalar? {
        let scalars = unsafe String(decoding: input, as: UTF8.self).unicodeScalars
        return scalars.dropFirst(index).first
    }

    private func place(_ mark: yaml_mark_t) -> Mark {
        Mark(file: file, line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    private func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
        guard let bytes = unsafe bytes else { return nil }
        return unsafe String(cString: bytes)
    }
}
