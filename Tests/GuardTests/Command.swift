import Foundation

/// A command with its streams, run to its end.
struct Command {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    private let process = Process()
    private let input: String?
    private let file: FileHandle?

    init(
        _ words: [String], as caller: Caller, in directory: URL, environment: [String: String] = [:],
        input: String? = nil, inputFile: String? = nil
    ) {
        var words = words
        if caller == .user && getuid() == 0 {
            words =
                [
                    "/usr/bin/setpriv", "--reuid", "\(Caller.uid)", "--regid", "\(Caller.uid)",
                    "--clear-groups", "--",
                ] + words
        }
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = directory
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8"].merging(
            environment
        ) { $1 }
        self.input = input
        file = inputFile.flatMap { FileHandle(forReadingAtPath: $0) }
    }

    func run() throws -> Result {
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let source = Pipe()
        process.standardInput = input == nil ? file ?? FileHandle.nullDevice : source
        // Read while it runs: a full pipe would stop it.
        let collected = Collected()
        let group = DispatchGroup()
        for (pipe, isOutput) in [(output, true), (errors, false)] {
            group.enter()
            DispatchQueue.global().async {
                let data = pipe.fileHandleForReading.readDataToEndOfFile()
                collected.set(data, isOutput)
                group.leave()
            }
        }
        try process.run()
        if let input {
            try? source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? source.fileHandleForWriting.close()
        }
        process.waitUntilExit()
        group.wait()
        let status =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(status: status, output: collected.text(true), errors: collected.text(false))
    }
}

/// What two threads read.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var output = Data()
    private var errors = Data()

    func set(_ data: Data, _ isOutput: Bool) {
        lock.withLock { if isOutput { output = data } else { errors = data } }
    }

    func text(_ isOutput: Bool) -> String {
        lock.withLock { String(decoding: isOutput ? output : errors, as: UTF8.self) }
    }
}
