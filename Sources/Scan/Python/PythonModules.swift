/// The names that Python's modules go by.
enum PythonModules {
    /// One name for modules that are the same or stand for the same.
    static func canonical(_ name: String) -> String {
        switch name {
        case "posix", "nt": "os"
        case "_posixsubprocess", "commands", "subprocess32": "subprocess"
        case "__builtin__", "__builtins__": "builtins"
        case "_socket": "socket"
        case "urllib2": "urllib.request"
        case "_pickle", "cPickle", "dill", "cloudpickle": "pickle"
        case "imp": "importlib"
        case "asyncio.subprocess": "asyncio"
        case "_thread": "threading"
        case "httplib": "http.client"
        case "posixpath", "ntpath": "os.path"
        case "_winreg": "winreg"
        case "_ctypes": "ctypes"
        case "Cryptodome.Cipher": "Crypto.Cipher"
        default: name
        }
    }

    /// Modules under the names that only their own library uses for them.
    static func isTwin(_ name: String) -> Bool {
        switch name {
        case "posix", "nt", "_posixsubprocess", "_socket", "_ctypes", "_io", "_interpreters", "_winapi": true
        default: false
        }
    }

    /// Modules that others import, so that `shutil.os.system` reaches them.
    static let carried = [
        "os", "sys", "subprocess", "socket", "builtins", "importlib", "pickle", "shutil", "_os", "_sys",
    ]

    /// Modules whose functions run commands or change the machine.
    static func isPowerful(_ name: String) -> Bool {
        switch name.prefix(while: { $0 != "." }) {
        case "os", "sys", "subprocess", "builtins", "shutil", "socket", "ctypes", "importlib", "pty": true
        default: false
        }
    }

    /// What is worth taking from the globals of another's function: `__name__` and the like are not.
    static func isPrize(_ name: String) -> Bool {
        switch name {
        case "__builtins__", "__import__", "__loader__", "system", "popen", "exec", "eval", "open", "compile":
            true
        default: isPowerful(name)
        }
    }

    /// The built-in names that matter here.
    static let builtins = [
        "exec", "eval", "compile", "__import__", "getattr", "setattr", "delattr", "globals", "locals",
        "vars", "open", "file", "breakpoint", "input", "raw_input", "execfile", "chr", "ord", "bytes",
        "bytearray", "str", "map", "list", "tuple", "reversed", "iter", "type", "print", "object",
        "hex", "int", "dict", "set", "filter", "range", "format", "repr", "sum", "sorted", "len",
        "memoryview", "next", "pow", "float", "bool", "super", "max", "min", "zip", "enumerate",
        "frozenset", "ascii", "unichr", "unicode", "isinstance", "issubclass", "callable", "hasattr",
        "id", "hash",
    ]

    /// Attributes through which objects lead to what was not given.
    static let waysOut = [
        "__builtins__", "f_builtins", "func_globals",
    ]

    /// Those that debuggers, loggers and registries of plug-ins use too: on their own a reason to look, no more.
    static let waysIn = [
        "__subclasses__", "__globals__", "f_globals", "f_back", "tb_frame", "__closure__", "gi_frame",
        "cr_frame",
        "ag_frame",
    ]
}
