import Linux

/// Memory that a run has by name and that is charged to no process (memfd_create(2)).
final class MemoryFile {
    private let descriptor: Descriptor

    /// Nil when the kernel refuses; it knows the seal against execution since 6.3.
    init?(name: [UInt8], flags: UInt64) {
        let name = Path(bytes: name).description
        guard let memory = try? Descriptor.inMemory(name, sealable: flags & 2 != 0, executable: false) else {
            return nil
        }
        descriptor = memory
    }

    var number: CInt { descriptor.number }
    var bytes: UInt64 { UInt64((try? descriptor.status().allocated) ?? 0) }
}
