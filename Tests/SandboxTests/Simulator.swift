import Sandbox

/// A system call as a filter sees it: `struct seccomp_data` (seccomp(2)).
struct SimulatedCall: CustomStringConvertible {
    var number: UInt32
    var architecture: UInt32
    var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

    /// The 32-bit word at a byte offset; nil where the kernel would not load one.
    func word(at offset: UInt32) -> UInt32? {
        guard offset % 4 == 0, offset < 64 else { return nil }
        switch offset {
        case 0: return number
        case 4: return architecture
        case 8, 12: return 0  // The instruction pointer, which no filter of ours reads.
        default:
            let argument = arguments[Int(offset - 16) / 8]
            return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
        }
    }

    var description: String {
        "\(number) of \(String(architecture, radix: 16)) with "
            + arguments.map { String($0, radix: 16) }.joined(separator: " ")
    }
}

/// What the kernel does with a filter (bpf(4)), in as many instructions as filters of ours are made of.
enum Simulator {
    struct Fault: Error { let reason: String }

    /// The action that a program answers.
    static func run(_ program: SeccompProgram, _ call: SimulatedCall) throws -> UInt32 {
        var accumulator: UInt32 = 0
        var place = 0
        while place < program.instructions.count {
            let instruction = program.instructions[place]
            let code = UInt16(truncatingIfNeeded: instruction)
            let (whenTrue, whenFalse) = (Int(instruction >> 16 & 0xFF), Int(instruction >> 24 & 0xFF))
            let constant = UInt32(truncatingIfNeeded: instruction >> 32)
            place += 1
            switch code {
            case 0x20:
                guard let word = call.word(at: constant) else { throw Fault(reason: "load of \(constant)") }
                accumulator = word
            case 0x05: place += Int(constant)
            case 0x15: place += accumulator == constant ? whenTrue : whenFalse
            case 0x25: place += accumulator > constant ? whenTrue : whenFalse
            case 0x35: place += accumulator >= constant ? whenTrue : whenFalse
            case 0x45: place += accumulator & constant != 0 ? whenTrue : whenFalse
            case 0x54: accumulator &= constant
            case 0x06: return constant
            default: throw Fault(reason: "instruction \(String(code, radix: 16))")
            }
        }
        throw Fault(reason: "the end without an answer")
    }
}
