extension PythonCalls {
    /// What the name of a function is to the analyser: most names are nothing, and one look says so.
    struct Kind {
        /// See `PythonCalls.table`.
        var effect: Effect?
        /// `PythonReader.library` knows what it gives.
        var isLibrary = false
        /// It only makes a value of what it is given, and nothing is known of that.
        var isPlain = false
    }

    /// Nil for a name that means nothing here.
    static func kind(of name: String) -> Kind? { kinds[name] }

    static func effect(of name: String) -> Effect? { kinds[name]?.effect }

    /// The functions of a module, for `from module import *`.
    static func holds(_ name: String) -> Bool { effect(of: name) != nil }

    private static let kinds: [String: Kind] = {
        var kinds: [String: Kind] = [:]
        kinds.reserveCapacity(table.count + library.count + plain.count)
        for row in table { kinds[row.name] = Kind(effect: row.effect) }
        for name in library { kinds[name, default: Kind()].isLibrary = true }
        for name in plain { kinds[name, default: Kind()].isPlain = true }
        return kinds
    }()

    private static let plain = [
        "builtins.isinstance", "builtins.issubclass", "builtins.callable", "builtins.hasattr",
        "builtins.hash",
        "builtins.type", "builtins.len", "builtins.float", "builtins.bool", "builtins.super",
        "builtins.object", "builtins.id", "builtins.hex",
    ]

    /// The names that `PythonReader.library` and `makePath` tell apart.
    static let library = [
        "importlib.import_module", "importlib.__import__",
        "importlib.machinery.BuiltinImporter.load_module", "pkgutil.resolve_name", "?graph.load_module",
        "importlib.reload", "importlib.util.module_from_spec", "sys.modules.get",
        "sys.modules.__getitem__", "operator.attrgetter", "operator.methodcaller", "functools.partial",
        "json.dumps", "pprint.pformat", "copy.copy", "copy.deepcopy", "urllib.parse.urlencode",
        "json.dump", "pprint.pprint", "codecs.decode", "codecs.encode", "os.dup2", "math.factorial",
        "itertools.repeat", "os.path.join", "os.path.expanduser", "os.path.abspath", "os.path.realpath",
        "os.path.normpath", "os.fspath", "os.path.expandvars", "os.path.dirname", "os.path.basename",
        "os.path.splitext", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath",
        "pathlib.PurePosixPath", "pathlib.Path.home", "pathlib.Path.cwd", "os.getcwd",
        "tempfile.mkdtemp", "tempfile.gettempdir", "tempfile.mktemp", "tempfile.mkstemp",
        "site.getsitepackages", "site.getusersitepackages", "sysconfig.get_path",
        "distutils.sysconfig.get_python_lib",
    ]
}
