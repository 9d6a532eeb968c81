import Linux

/// The names of one source, each with a number, so that looking one up is looking into a list.
///
/// Names that mean something to the analyser are known by their traits, found out once for each name and not once for
/// each place where it stands.
struct PythonSymbols {
    /// What a name is to the analyser.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt16

        static let builtin = Traits(rawValue: 1 << 0)
        /// See `PythonModules.leadsOut` and `looksIn`.
        static let leadsOut = Traits(rawValue: 1 << 1)
        static let looksIn = Traits(rawValue: 1 << 2)
        /// A call of it waits for time, a person or a peer.
        static let waits = Traits(rawValue: 1 << 3)
        /// It ends the process.
        static let ends = Traits(rawValue: 1 << 4)
        /// A method that hands a statement to a database.
        static let queries = Traits(rawValue: 1 << 5)
        /// A method that takes from a peer.
        static let receives = Traits(rawValue: 1 << 6)
        /// See `PythonModules.isCarried`.
        static let carried = Traits(rawValue: 1 << 7)
        /// A method that makes a container or a file larger.
        static let grows = Traits(rawValue: 1 << 8)
    }

    private(set) var names: [String] = []
    private(set) var traits: [Traits] = []
    private var words: [PythonToken.Word] = []
    /// The bytes of all names, one behind the other, and where each begins.
    private var pool: [UInt8] = []
    private var starts: [Int32] = [0]
    private var slots = [Int32](repeating: -1, count: 256)

    /// Other numbers in each process, so that nobody can choose names that share a place. What is found does not
    /// depend on them.
    private static let seed = UInt64(randomNumber()) << 32 | UInt64(randomNumber())

    var count: Int { names.count }

    /// The number of the name that these bytes spell.
    mutating func number(of bytes: [UInt8], _ range: Range<Int>) -> Int32 {
        var hash = PythonSymbols.seed
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x9E37_79B9_7F4A_7C15 }
        hash ^= hash >> 32
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            if spells(slots[slot], bytes, range) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = Int32(names.count)
        slots[slot] = number
        pool += bytes[range]
        starts.append(Int32(pool.count))
        let name = String(decoding: bytes[range], as: UTF8.self)
        names.append(name)
        words.append(PythonToken.Word(keyword: bytes[range]))
        traits.append(PythonSymbols.traits[name] ?? [])
        if names.count * 2 > slots.count { grow() }
        return number
    }

    mutating func number(of name: String) -> Int32 {
        let bytes = Array(name.utf8)
        return number(of: bytes, 0..<bytes.count)
    }

    func word(_ number: Int32) -> PythonToken.Word { words[Int(number)] }

    private func spells(_ number: Int32, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let start = Int(starts[Int(number)])
        guard Int(starts[Int(number) + 1]) - start == range.count else { return false }
        for offset in 0..<range.count where pool[start + offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in names.indices {
            var hash = PythonSymbols.seed
            for index in Int(starts[number])..<Int(starts[number + 1]) {
                hash = (hash ^ UInt64(pool[index])) &* 0x9E37_79B9_7F4A_7C15
            }
            hash ^= hash >> 32
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    private static let traits: [String: Traits] = {
        var traits: [String: Traits] = [:]
        func add(_ trait: Traits, _ names: [String]) {
            for name in names { traits[name, default: []].insert(trait) }
        }
        add(.builtin, PythonModules.builtins)
        add(.leadsOut, PythonModules.waysOut)
        add(.looksIn, PythonModules.waysIn)
        add(.carried, PythonModules.carried)
        add(
            .waits,
            [
                "sleep", "recv", "get", "accept", "read", "readline", "wait", "input", "pop", "join", "next",
                "select", "poll", "recvfrom", "result",
            ])
        add(.ends, ["exit", "_exit", "quit"])
        add(.queries, ["execute", "executescript", "executemany", "query", "raw"])
        add(.receives, ["recv", "recvfrom", "recv_into"])
        add(.grows, ["append", "extend", "write", "add", "insert", "writelines", "appendleft", "push"])
        return traits
    }()
}
