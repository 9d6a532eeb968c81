/// `limits`
enum LimitsKey: String, CaseIterable {
    case wall, cpu, memory, processes
    case openFiles = "open_files"
    case fileSize = "file_size"
    case disk, output, execs
    case toolCalls = "tool_calls"
    case tokens
    case costUSD = "cost_usd"
    case sessionWall = "session_wall"
    case idle
    case concurrent
}

extension LimitsKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .wall: Self.limit("Time by the clock; at its end the run is ended.", .time, "30s")
        case .cpu: Self.limit("Processor time of all processes together.", .time, "10s")
        case .memory: Self.limit("Memory of all processes together.", .size, "512MiB")
        case .processes:
            Self.limit("Processes and threads that live at once; a further one fails.", .count, "32")
        case .openFiles: Self.limit("Open files of each process; a further one fails.", .count, "256")
        case .fileSize: Self.limit("The size of each file that is written.", .size, "64MiB")
        case .disk: Self.limit("What is written to files, all together.", .size, "256MiB")
        case .output:
            Self.limit("Standard output and standard error together; the rest is cut off.", .size, "1MiB")
        case .execs: Self.limit("How many programs are started.", .count, "20")
        case .toolCalls: Self.limit("Calls of tools; for sessions alone.", .count, "20")
        case .tokens: Self.limit("Tokens that the host reports; for sessions alone.", .count, "100000")
        case .costUSD: Self.limit("Dollars that the host reports; for sessions alone.", .money, "1.00")
        case .sessionWall: Self.limit("Time by the clock of a whole session.", .time, "30m")
        case .idle: Self.limit("Time in which a session hears nothing from its host.", .time, "10m")
        case .concurrent:
            KeyMeaning(
                "Is kept for later versions; a number is refused.", .constant("unlimited"),
                default: "unlimited", example: "unlimited")
        }
    }

    private static func limit(_ sentence: String, _ value: ValueShape, _ example: String) -> KeyMeaning {
        KeyMeaning(sentence, value, default: "unlimited", example: example)
    }
}
