import Linux
import Testing

@testable import Policy

@Suite("Paths in policies")
struct PathTextTests {
    let context = Policy.Context(workingDirectory: Path("/w/d"), home: Path("/home/u"))

    @Test(
        "A path is absolute, below the working directory, or below the caller's home",
        arguments: [
            ("/", "/"), (".", "/w/d"), ("./out", "/w/d/out"), ("out", "/w/d/out"), ("../x", "/w/x"),
            ("../../../x", "/x"),
            ("~", "/home/u"), ("~/", "/home/u"), ("~/x", "/home/u/x"), ("~//x", "/home/u/x"),
            ("~/../v", "/home/v"),
            ("./~", "/w/d/~"), ("a~b", "/w/d/a~b"), ("/usr//lib/./x/..", "/usr/lib"), ("/a b", "/a b"),
            ("é", "/w/d/é"),
            ("a$", "/w/d/a$"), ("$5", "/w/d/$5"), ("a[1]", "/w/d/a[1]"),
        ])
    func resolved(text: String, path: String) throws {
        #expect(try context.path(text) == Path(path))
    }

    @Test(
        "What a shell would expand, and what no path can be, is refused",
        arguments: [
            ("", ", which is empty; write . for the working directory"),
            ("~bob", "; another user's home is not looked up, write the whole path (or ./ before the ~)"),
            ("$HOME/x", "; variables are not expanded, write ~ for your home"),
            ("/a/${B}", "; variables are not expanded, write the whole path"),
            ("$$x", "; variables are not expanded, write the whole path"),
            ("/a/*/b", "; a path is no pattern, and a directory grants all below it: write /a"),
            ("/a?", "; a path is no pattern, and a directory grants all below it: write /"),
            ("a\u{0}", ", and no path can hold a NUL byte"),
            (String(repeating: "x", count: 4_096), ", which is longer than the 4095 bytes a path may have"),
        ])
    func refused(text: String, why: String) {
        #expect(throws: Misread(why)) { try context.path(text) }
    }

    @Test("Paths that only Unicode takes for equal stay two")
    func bytes() throws {
        #expect(try context.path("\u{E9}") != context.path("e\u{301}"))
    }
}
