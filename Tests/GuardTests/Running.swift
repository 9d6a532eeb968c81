import Foundation

/// A command that is still running: it can be waited for line by line and be sent signals, and its streams hold any
/// bytes.
final class Running {
    struct Result {
        let status: Int32
        let output: Data
        let errors: Data

        var text: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    private let process = Process()
    private let output = Received()
    private let errors = Received()
    private let finished = DispatchGroup()

    /// Starts it as the caller; `input` is a file or a pipe to read, nothing where it is nil.
    init(
        _ words: [String], as caller: Caller, in directory: URL, environment: [String: String] = [:],
        input: FileHandle? = nil
    ) throws {
        let words = caller.words(words)
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = directory
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8"].merging(
            environment
        ) { $1 }
        let (first, second) = (Pipe(), Pipe())
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = first
        process.standardError = second
        try process.run()
        for (pipe, place) in [(first, output), (second, errors)] {
            finished.enter()
            let group = finished
            // A thread of its own: the ones that are shared may all be waiting.
            Thread.detachNewThread {
                while true {
                    let piece = pipe.fileHandleForReading.availableData
                    if piece.isEmpty { break }
                    place.add(piece)
                }
                place.end()
                group.leave()
            }
        }
    }

    var isAlive: Bool { process.isRunning }
    var pid: Int32 { process.processIdentifier }

    /// Waits until standard output holds the text; false when it ended or half a minute went by without.
    func says(_ text: String) -> Bool { output.waits(for: text) }

    /// The same for standard error.
    func complains(_ text: String) -> Bool { errors.waits(for: text) }

    /// What it has written to standard output so far.
    var said: String { String(decoding: output.data, as: UTF8.self) }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for its end, and for that of everything that holds its streams.
    func finish() -> Result {
        process.waitUntilExit()
        finished.wait()
        let status =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(status: status, output: output.data, errors: errors.data)
    }

    deinit { if process.isRunning { kill(pid, SIGKILL) } }
}

/// What has arrived on one stream so far.
private final class Received: @unchecked Sendable {
    private let condition = NSCondition()
    private var bytes = Data()
    private var isOver = false

    func add(_ piece: Data) {
        condition.withLock {
            bytes += piece
            condition.broadcast()
        }
    }

    func end() {
        condition.withLock {
            isOver = true
            condition.broadcast()
        }
    }

    var data: Data { condition.withLock { bytes } }

    func waits(for text: String) -> Bool {
        let wanted = Data(text.utf8)
        let deadline = Date(timeIntervalSinceNow: 30)
        return condition.withLock {
            while bytes.range(of: wanted) == nil {
                if isOver || !condition.wait(until: deadline) { return bytes.range(of: wanted) != nil }
            }
            return true
        }
    }
}

extension Caller {
    /// A command line that this caller runs.
    func words(_ words: [String]) -> [String] {
        guard self == .user, getuid() == 0 else { return words }
        return [
            "/usr/bin/setpriv", "--reuid", "\(Self.uid)", "--regid", "\(Self.uid)", "--clear-groups", "--",
        ] + words
    }
}

/// Processes found by what stands in their command line.
enum Processes {
    /// Those alive whose arguments hold the word.
    static func with(_ word: String) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
                return false
            }
            return line.split(separator: 0).contains { $0.elementsEqual(word.utf8) }
        }
    }

    /// Waits until there are none; false when half a minute was not enough.
    static func vanish(_ word: String) -> Bool {
        let deadline = Date(timeIntervalSinceNow: 30)
        while !with(word).isEmpty {
            guard Date() < deadline else { return false }
            usleep(10_000)
        }
        return true
    }

    /// A number of seconds nobody else sleeps.
    static func unusualSleep() -> String { "\(Int.random(in: 100_000_000..<1_000_000_000))" }
}
