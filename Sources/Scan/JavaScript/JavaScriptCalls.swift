/// What functions of Node.js and of packages that hostile code is fond of do with their arguments. The endings `Sync`
/// and the part `promises` change nothing of that and are left off.
enum JavaScriptCalls {
    /// The name of a module as it stands in names here.
    static func module(_ bytes: [UInt8]) -> String {
        var name = Substring(Text(bytes).shown)
        if name.hasPrefix("node:") { name = name.dropFirst(5) }
        if name == "fs/promises" || name == "fs-extra" || name == "graceful-fs" { name = "fs" }
        if name == "node-fetch" || name == "cross-fetch" || name == "undici" { name = "fetch" }
        return String(name)
    }

    static func canonical(_ name: String) -> String {
        var name = name
        if name.hasPrefix("fs.promises.") { name = "fs." + name.dropFirst(12) }
        if name == "fs.promises" { return "fs" }
        if name.hasSuffix("Sync"), name.hasPrefix("fs.") || name.hasPrefix("child_process.") {
            name = String(name.dropLast(4))
        }
        switch name {
        case "fetch.default", "fetch.fetch": return "fetch"
        case "process.getBuiltinModule", "process.mainModule.require", "module.createRequire()",
            "globalThis.require":
            return "require"
        case "axios.default": return "axios"
        default: return name.hasSuffix(".default") ? String(name.dropLast(8)) : name
        }
    }

    /// Names that are there without being declared.
    static func isGlobal(_ name: String) -> Bool {
        switch name {
        case "require", "process", "eval", "Function", "fetch", "Buffer", "globalThis", "window", "global",
            "self", "module", "atob", "unescape",
            "decodeURIComponent", "String", "JSON", "Object", "setTimeout", "setInterval", "setImmediate",
            "XMLHttpRequest", "WebSocket", "navigator",
            "console", "Array", "Uint8Array", "ArrayBuffer", "Deno", "Bun", "encodeURIComponent", "encodeURI",
            "Reflect", "Promise", "importScripts",
            "__filename", "__dirname":
            true
        default: false
        }
    }

    static func isPowerful(_ owner: String) -> Bool {
        ["child_process", "fs", "process", "globalThis", "window", "global", "vm", "require", "net"].contains(
            owner)
    }

    static func effect(of name: String) -> Effect? {
        switch name {
        case "child_process.exec", "shelljs.exec", "execa.command", "execa.commandSync", "zx.$": .shell
        case "child_process.spawn", "child_process.execFile", "execa", "execa.execa", "cross-spawn",
            "Bun.spawn", "Deno.run", "child_process.fork", "Deno.Command":
            .spawnsWords
        case "eval", "vm.runInThisContext", "vm.runInNewContext", "vm.runInContext", "vm.compileFunction",
            "globalThis.eval":
            .expression
        case "Function", "vm.Script", "setTimeout", "setInterval", "setImmediate", "process.binding",
            "importScripts":
            .statements
        case "fs.readFile", "fs.createReadStream", "fs.open", "Deno.readTextFile", "Deno.readFile",
            "Bun.file":
            .reads
        case "fs.writeFile", "fs.appendFile", "fs.createWriteStream", "fs.outputFile", "Deno.writeTextFile",
            "Bun.write", "fs.truncate":
            .writes
        case "fs.unlink", "fs.rmdir", "fs.rm", "Deno.remove": .deletes(tree: false)
        case "fs.remove", "rimraf", "rimraf.sync", "del", "fs.emptyDir": .deletes(tree: true)
        case "fs.copyFile", "fs.rename", "fs.cp", "fs.symlink", "fs.link", "fs.copy", "fs.move": .copies
        case "fs.chmod", "fs.fchmod": .permits
        case "fs.readdir", "fs.opendir", "Deno.readDir": .lists
        case "glob", "glob.sync", "fast-glob", "globby": .walks
        case "fetch", "axios.get", "axios", "http.get", "https.get", "http.request", "https.request", "got",
            "got.get", "request", "request.get", "superagent.get",
            "needle", "XMLHttpRequest().open", "axios.request":
            .fetches
        case "axios.post", "axios.put", "got.post", "request.post", "superagent.post", "navigator.sendBeacon",
            "http.request().write", "https.request().write",
            "http.request().end", "https.request().end", "XMLHttpRequest().send", "WebSocket().send",
            "net.connect().write", "net.Socket().write", "net.createConnection().write":
            .sends
        case "net.connect", "net.createConnection", "net.Socket().connect", "tls.connect", "WebSocket", "ws",
            "dgram.createSocket", "http2.connect", "ssh2.Client().connect":
            .connects
        case "net.createServer().listen", "http.createServer().listen", "https.createServer().listen",
            "express().listen", "Bun.serve", "Deno.serve", "Deno.listen":
            .listens
        case "dns.lookup", "dns.resolve", "dns.resolve4", "dns.promises.resolve": .looksUp
        case "atob": .decodesBase64
        case "unescape", "decodeURIComponent", "decodeURI", "querystring.unescape": .decodesPercent
        case "zlib.inflate", "zlib.gunzip", "zlib.unzip", "zlib.inflateSync", "zlib.gunzipSync",
            "zlib.brotliDecompressSync", "crypto.createDecipheriv().update",
            "crypto.createDecipheriv().final", "CryptoJS.AES.decrypt", "crypto-js.AES.decrypt":
            .decodes
        case "os.hostname", "os.userInfo", "os.networkInterfaces": .namesHost
        case "readline.question", "prompt", "readline-sync.question": .takesInput
        case "process.setuid", "process.seteuid", "process.setgid", "process.kill", "process.dlopen",
            "ffi-napi.Library", "koffi.load", "cluster.fork",
            "RegExp().test", "RegExp().exec", "worker_threads.Worker":
            .call
        default: nil
        }
    }
}
