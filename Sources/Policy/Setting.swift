import YAML

/// One `--set PATH=YAML` of the command line.
struct Setting {
    /// The place that faults about it name: the argument itself.
    let origin: Origin
    /// A document that holds nothing else.
    let root: Node

    /// The argument as messages show it.
    static func label(_ argument: String) -> String { "--set \(argument.shown)" }

    /// - Parameter argument: what followed `--set`: `limits.wall=30s`.
    init(_ argument: String) throws(Fault) {
        origin = Origin(file: Self.label(argument), line: 0, column: 0)
        let mark = Mark(file: origin.file, line: 0, column: 0)
        guard let equals = argument.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw Fault(at: origin, "there is no '='; write --set limits.wall=30s")
        }
        let keys = argument[..<equals].split(separator: ".", omittingEmptySubsequences: false)
        guard keys.allSatisfy({ !$0.isEmpty }), keys.count <= 8 else {
            throw Fault(at: origin, "there is no path of keys before the '='; write --set limits.wall=30s")
        }
        if let first = keys.first, ["guardrun", "extends", "loosen", "examples"].contains(first) {
            throw Fault(at: origin, "\(first) is for files and cannot be set here")
        }
        let value: Node
        do throws(YAMLError) {
            value = try parse(Array(argument[equals...].utf8.dropFirst()), file: origin.file)
        } catch {
            let sentence = error.problem == .empty ? "there is no value after the '='" : error.sentence
            throw Fault(at: origin, sentence)
        }
        root = keys.reversed().reduce(value.moved(to: mark)) { node, key in
            let key = Node(.scalar(Scalar(String(key), isPlain: true)), at: mark)
            return Node(.mapping([Node.Pair(key: key, value: node)]), at: mark)
        }
    }
}

extension Node {
    /// This node and all in it with one place: within an argument, lines and columns say nothing.
    fileprivate func moved(to mark: Mark) -> Node {
        switch content {
        case .scalar: Node(content, at: mark)
        case .sequence(let items): Node(.sequence(items.map { $0.moved(to: mark) }), at: mark)
        case .mapping(let pairs):
            Node(
                .mapping(pairs.map { Pair(key: $0.key.moved(to: mark), value: $0.value.moved(to: mark)) }),
                at: mark)
        }
    }
}
