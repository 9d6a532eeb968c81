/// Instructions of the kernel's classic BPF (bpf(4), linux/filter.h): code, jump if true, jump if false, constant.
enum BPF {
    enum Test: UInt16 { case equal = 0x15, atLeast = 0x35, anyBit = 0x45 }

    /// Offsets in `struct seccomp_data`; of an argument, its low 32 bits.
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4
    static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }

    static func load(_ offset: UInt32) -> UInt64 { instruction(0x20, 0, 0, offset) }
    static func answer(_ action: UInt32) -> UInt64 { instruction(0x06, 0, 0, action) }
    /// Goes on after the next `distance` instructions.
    static func skip(_ distance: Int) -> UInt64 { instruction(0x05, 0, 0, UInt32(distance)) }
    static func jump(_ test: Test, _ value: UInt32, _ whenTrue: Int, _ whenFalse: Int) -> UInt64 {
        instruction(test.rawValue, UInt8(whenTrue), UInt8(whenFalse), value)
    }

    private static func instruction(_ code: UInt16, _ whenTrue: UInt8, _ whenFalse: UInt8, _ k: UInt32)
        -> UInt64
    {
        UInt64(code) | UInt64(whenTrue) << 16 | UInt64(whenFalse) << 24 | UInt64(k) << 32
    }
}
