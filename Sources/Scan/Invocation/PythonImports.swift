import Linux

/// The modules that Python source imports by statements, as far as they lie beside it (The Python Language Reference,
/// 5 and 7.11). What is imported in other ways is only seen while it runs.
package enum PythonImports {
    /// The files that importing runs, in the order in which the source names them.
    ///
    /// - Parameters:
    ///   - root: the first directory of `sys.path`: that of the script, or the working directory.
    ///   - directory: the one that the source lies in, which relative imports count from.
    ///   - kind: what lies at a path, `nil` for nothing; links followed.
    package static func files(
        of bytes: [UInt8], root: Path, directory: Path,
        kind: (Path) -> FileStatus.Kind? = { try? $0.status().kind }
    ) -> [Path] {
        var files: [Path] = []
        for name in names(in: bytes) {
            let levels = name.prefix { $0.isEmpty }.count
            // One dot is the source's own directory, each further one the directory above.
            let start = levels == 0 ? root : (1..<levels).reduce(directory) { place, _ in place.parent }
            for file in walk(name.dropFirst(levels), from: start, kind) where !files.contains(file) {
                files.append(file)
            }
        }
        return files
    }

    /// The packages on the way and the module at the end of it; what is not there is somebody else's module.
    private static func walk(
        _ parts: ArraySlice<[UInt8]>, from start: Path, _ kind: (Path) -> FileStatus.Kind?
    ) -> [Path] {
        var files: [Path] = []
        var place = start
        for part in parts {
            let package = place.appending(part)
            let module = Path(bytes: package.bytes + ".py".utf8)
            for source in [package.appending("__init__.py"), module] {
                // Compiled code is imported where there is no source (importlib, SourcelessFileLoader).
                let compiled = Path(bytes: source.bytes + "c".utf8)
                if let file = [source, compiled].first(where: { kind($0) == .regular }) {
                    files.append(file)
                }
            }
            guard kind(package) == .directory else { break }
            place = package
        }
        return files
    }

    /// Every name that stands behind `import`, in parts; an empty part in front for each dot of a relative one. What
    /// `from a import b` takes may be a module too.
    private static func names(in bytes: [UInt8]) -> [[[UInt8]]] {
        var lexer = PythonLexer(bytes)
        lexer.run()
        var reader = Reader(bytes: bytes, tokens: lexer.tokens)
        var names: [[[UInt8]]] = []
        while let token = reader.next() {
            switch token.word {
            case .kImport: names += reader.list().map { $0 }
            case .kFrom:
                let base = reader.dotted()
                guard !base.isEmpty, reader.take(.kImport) else { continue }
                names.append(base)
                reader.skip(.openParen)
                names += reader.list().map { base + $0 }
            default: continue
            }
        }
        return names
    }

    private struct Reader {
        let bytes: [UInt8]
        let tokens: [PythonToken]
        var at = 0

        mutating func next() -> PythonToken? {
            defer { at += 1 }
            return at < tokens.count ? tokens[at] : nil
        }

        private var word: PythonToken.Word { at < tokens.count ? tokens[at].word : .none }

        mutating func take(_ wanted: PythonToken.Word) -> Bool {
            guard word == wanted else { return false }
            at += 1
            return true
        }

        mutating func skip(_ word: PythonToken.Word) { _ = take(word) }

        /// `a.b`, `.a` or `..`.
        mutating func dotted() -> [[UInt8]] {
            var parts: [[UInt8]] = []
            while true {
                if take(.dot) {
                    parts.append([])
                } else if take(.ellipsis) {
                    parts += [[], [], []]
                } else {
                    break
                }
            }
            while at < tokens.count, tokens[at].kind == .name, tokens[at].word == .none {
                parts.append(Array(PythonName.folded(bytes[tokens[at].range]).name.utf8))
                at += 1
                guard take(.dot) else { break }
            }
            return parts
        }

        /// Names between commas, each with an `as` behind it or not.
        mutating func list() -> [[[UInt8]]] {
            var names: [[[UInt8]]] = []
            repeat {
                let name = dotted()
                if name.isEmpty { break }
                names.append(name)
                if take(.kAs) { at += 1 }
            } while take(.comma)
            return names
        }
    }
}
