/// Reads one YAML document of at most 1 MiB, nested at most 32 deep, without anchors, aliases or tags.
///
/// - Parameters:
///   - bytes: the whole file. A byte order mark at its start is skipped.
///   - file: how messages call it.
/// - Throws: the first thing that is wrong, with its place.
package func parse(_ bytes: [UInt8], file: String) throws(YAMLError) -> Node {
    let start = Mark(file: file, line: 1, column: 1)
    guard bytes.count <= documentCap else { throw YAMLError(.tooLarge(bytes: bytes.count), at: start) }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    try checkText(text, file: file)
    var events = try EventReader(text, file: file)
    guard case .documentStart = try events.next() else { throw YAMLError(.empty, at: start) }
    let root = try readNode(&events)
    if root.scalar == Scalar("", isPlain: true) { throw YAMLError(.empty, at: start) }
    _ = try events.next()
    if case .documentStart = try events.next() { throw YAMLError(.secondDocument, at: events.mark) }
    return root
}

/// A collection whose end has not been read yet.
private struct OpenCollection {
    let mark: Mark
    let isMapping: Bool
    /// The elements, or keys and values in turn.
    var nodes: [Node] = []

    var closed: Node {
        guard isMapping else { return Node(.sequence(nodes), at: mark) }
        let pairs = stride(from: 0, to: nodes.count - 1, by: 2).map {
            Node.Pair(key: nodes[$0], value: nodes[$0 + 1])
        }
        return Node(.mapping(pairs), at: mark)
    }
}

/// The next node and everything in it. The open collections are kept in a list, not on the call stack.
private func readNode(_ events: inout EventReader) throws(YAMLError) -> Node {
    var open: [OpenCollection] = []
    while true {
        let finished: Node
        switch try events.next() {
        case .scalar(let scalar):
            finished = Node(.scalar(scalar), at: events.mark)
        case .sequenceStart:
            guard open.count < depthCap else { throw YAMLError(.tooDeep, at: events.mark) }
            open.append(OpenCollection(mark: events.mark, isMapping: false))
            continue
        case .mappingStart:
            guard open.count < depthCap else { throw YAMLError(.tooDeep, at: events.mark) }
            open.append(OpenCollection(mark: events.mark, isMapping: true))
            continue
        case .collectionEnd:
            guard let last = open.popLast() else { throw YAMLError(.empty, at: events.mark) }
            finished = last.closed
        case .documentStart, .documentEnd, .streamEnd:
            throw YAMLError(.empty, at: events.mark)
        }
        if open.isEmpty { return finished }
        open[open.count - 1].nodes.append(finished)
    }
}
