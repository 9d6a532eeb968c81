import Glibc
import Sandbox
import Testing

@testable import Linux
@testable import Supervise

/// What a call is about is read from memory that a hostile program filled: never a trap, never beyond the bounds.
@Suite("Reading acts from a caller's memory")
struct ActReaderTests {
    /// Memory of this process that stands for a caller's: it ends where nothing can be read.
    @safe final class Memory {
        static let size = 8_192
        let base: UnsafeMutableRawPointer

        init() {
            guard
                let mapped = unsafe mmap(
                    nil, Self.size + 4_096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                unsafe mapped != MAP_FAILED, unsafe mprotect(mapped + Self.size, 4_096, PROT_NONE) == 0
            else { fatalError("no memory for a test") }
            unsafe base = mapped
        }

        deinit { unsafe munmap(base, Self.size + 4_096) }

        var address: UInt64 { unsafe UInt64(UInt(bitPattern: base)) }

        func put(_ bytes: [UInt8], at offset: Int) {
            unsafe (base + offset).copyMemory(from: bytes, byteCount: bytes.count)
        }

        func put(_ word: UInt64, at offset: Int) {
            unsafe base.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
    }

    private static let names = [
        "open", "openat", "openat2", "creat", "unlink", "rename", "renameat2", "link", "symlinkat", "execve",
        "execveat", "connect", "bind", "listen", "sendto", "sendmsg", "sendmmsg", "memfd_create", "socket",
        "kill", "tgkill", "fork", "clone", "setuid", "setresuid", "ptrace", "mount", "chmod", "truncate",
    ].compactMap { SystemCall($0) }

    private func call(_ number: Int32, _ arguments: [6 of UInt64]) -> Linux.Notification {
        Notification(
            id: 1, pid: getpid(), number: number, architecture: nativeArchitecture, arguments: arguments)
    }

    private func call(_ name: String, _ arguments: [6 of UInt64]) -> Linux.Notification {
        call(SystemCall(name)?.number ?? -1, arguments)
    }

    @Test("a path that ends where memory ends is read whole")
    func pathAtTheEdge() {
        let memory = Memory()
        let path = Array("/etc/hostname".utf8) + [0]
        let start = Memory.size - path.count
        memory.put(path, at: start)
        let reader = ActReader(table: CallTable(judging: Self.names))
        let act = reader.act(
            call("openat", [UInt64(bitPattern: -100), memory.address + UInt64(start), 0, 0, 0, 0]))
        guard case .open(let guest, let flags) = act?.kind else {
            Issue.record("\(String(describing: act))")
            return
        }
        #expect(guest.text == Array("/etc/hostname".utf8))
        #expect(guest.directory == AT_FDCWD)
        #expect(!flags.writes)
    }

    @Test("a path that has no end is not known")
    func endless() {
        let memory = Memory()
        memory.put([UInt8](repeating: 97, count: Memory.size), at: 0)
        let reader = ActReader(table: CallTable(judging: Self.names))
        for start in [0, Memory.size - 10] {
            let act = reader.act(
                call("openat", [0, memory.address + UInt64(start), 0, 0, 0, 0]))
            #expect(act?.kind == .unreadable)
        }
        #expect(reader.act(call("openat", [0, 0, 0, 0, 0, 0]))?.kind == .unreadable)
        #expect(reader.act(call("openat", [0, .max, 0, 0, 0, 0]))?.kind == .unreadable)
    }

    @Test("argument vectors are cut, not followed for ever")
    func vectors() {
        let memory = Memory()
        memory.put(Array("/bin/x".utf8) + [0], at: 0)
        for index in 0..<512 { memory.put(memory.address, at: 4_096 + index * 8) }
        let reader = ActReader(table: CallTable(judging: Self.names))
        let act = reader.act(
            call("execve", [memory.address, memory.address + 4_096, 0, 0, 0, 0]))
        guard case .execute(_, let words) = act?.kind else {
            Issue.record("\(String(describing: act))")
            return
        }
        #expect(words.count == 64)
    }

    @Test("a number that no table names is no act")
    func unknown() {
        let reader = ActReader(table: CallTable(judging: Self.names))
        #expect(reader.act(call(9_999, [0, 0, 0, 0, 0, 0])) == nil)
        #expect(reader.act(call(-1, [0, 0, 0, 0, 0, 0])) == nil)
    }

    @Test("any arguments over any memory", arguments: [1, 2, 3] as [UInt64])
    func garbage(_ seed: UInt64) {
        var random = Seeded(seed)
        let memory = Memory()
        let reader = ActReader(table: CallTable(judging: Self.names))
        let interesting: [UInt64] = [0, 1, 2, 16, 110, 128, 0xFFFF_FFFF, .max, 1 << 63, 0x1_0000_0000]
        for round in 0..<20_000 {
            if round % 16 == 0 {
                for offset in stride(from: 0, to: Memory.size, by: 8) {
                    let pointer = memory.address &+ UInt64.random(in: 0..<9_000, using: &random)
                    memory.put(Bool.random(using: &random) ? pointer : random.next(), at: offset)
                }
            }
            var arguments: [6 of UInt64] = [0, 0, 0, 0, 0, 0]
            for index in 0..<6 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: arguments[index] = interesting.randomElement(using: &random) ?? 0
                case 1: arguments[index] = random.next()
                default: arguments[index] = memory.address &+ UInt64.random(in: 0..<8_300, using: &random)
                }
            }
            _ = reader.act(call(Int32.random(in: 0..<470, using: &random), arguments))
        }
    }

    @Test("any bytes as a socket's address", arguments: [1, 2] as [UInt64])
    func addresses(_ seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<50_000 {
            let count = Int.random(in: 0..<40, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count > 1 {
                bytes[0] = [0, 1, 2, 10, 16].randomElement(using: &random) ?? 0
                bytes[1] = 0
            }
            let address = SocketAddress(bytes)
            _ = "\(address) \(address.host) \(address.bytes ?? [])"
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64, Steele et al., OOPSLA 2014).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
