import Linux
import Testing

@testable import Scan

@Suite("Modules that lie beside the code")
struct ImportTests {
    /// The files of a made-up tree that importing the source runs.
    private func files(_ source: String, in tree: Set<String>, directory: String = "/w") -> [String] {
        PythonImports.files(
            of: Array(source.utf8), root: Path("/w"), directory: Path(directory),
            kind: { path in
                if tree.contains(path.description) { return .regular }
                return tree.contains { $0.hasPrefix(path.description + "/") } ? .directory : nil
            }
        ).map(\.description)
    }

    @Test("statements of every form name them")
    func forms() {
        let tree: Set = ["/w/a.py", "/w/b.py", "/w/p/__init__.py", "/w/p/q.py", "/w/n/deep.py"]
        #expect(files("import a", in: tree) == ["/w/a.py"])
        #expect(files("import os, a as x, b", in: tree) == ["/w/a.py", "/w/b.py"])
        #expect(files("def f():\n    import a; import b", in: tree) == ["/w/a.py", "/w/b.py"])
        #expect(files("from a import anything", in: tree) == ["/w/a.py"])
        #expect(files("import p.q", in: tree) == ["/w/p/__init__.py", "/w/p/q.py"])
        #expect(files("from p import (\n    q,\n    z,\n)", in: tree) == ["/w/p/__init__.py", "/w/p/q.py"])
        #expect(files("import n.deep", in: tree) == ["/w/n/deep.py"])
        #expect(files("import json", in: tree).isEmpty)
        #expect(files("raise E from a\n'import a'  # import b", in: tree).isEmpty)
        #expect(files("import", in: tree).isEmpty && files("from a", in: tree).isEmpty)
    }

    @Test("compiled ones count where there is no source")
    func compiled() {
        let tree: Set = ["/w/a.py", "/w/a.pyc", "/w/b.pyc", "/w/p/__init__.pyc", "/w/p/q.pyc"]
        #expect(files("import a, b", in: tree) == ["/w/a.py", "/w/b.pyc"])
        #expect(files("import p.q", in: tree) == ["/w/p/__init__.pyc", "/w/p/q.pyc"])
    }

    @Test("a name in other letters is the name that Python sees")
    func disguised() { #expect(files("import \u{FF41}", in: ["/w/a.py"]) == ["/w/a.py"]) }

    @Test("relative ones count from the source's own directory")
    func relative() {
        let tree: Set = ["/w/a.py", "/w/p/__init__.py", "/w/p/q.py", "/w/p/r/s.py"]
        #expect(files("from . import q", in: tree, directory: "/w/p") == ["/w/p/q.py"])
        #expect(files("from .q import x", in: tree, directory: "/w/p") == ["/w/p/q.py"])
        #expect(files("from ..q import x", in: tree, directory: "/w/p/r") == ["/w/p/q.py"])
        #expect(files("from ... import a", in: tree, directory: "/w/p/r") == ["/w/a.py"])
        #expect(files("from ........ import a", in: tree).isEmpty)
    }
}
