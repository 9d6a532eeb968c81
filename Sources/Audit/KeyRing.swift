import Glibc
import Linux

/// The keys of a ledger, in a directory that only its owner can read and that no run can see.
///
/// `signing` holds what the ledger is signed with now; `public` every key it was ever signed with, oldest first, which
/// is what to hand to an auditor.
package enum KeyRing {
    /// What a ledger is signed with, and its name.
    enum Holding {
        case key(SigningKey)
        /// Nothing is signed: nobody can say later who wrote the ledger.
        case none(origin: String)

        var origin: String {
            switch self {
            case .key(let key): key.verifier.name
            case .none(let origin): origin
            }
        }

        var keys: [SigningKey] {
            switch self {
            case .key(let key): [key]
            case .none: []
            }
        }

        var encoded: String {
            switch self {
            case .key(let key): key.encoded
            case .none(let origin): "NONE+\(origin)\n"
            }
        }
    }

    private static func signing(_ store: Store) -> Path { store.keys.appending("signing") }
    private static func published(_ store: Store) -> Path { store.keys.appending("public") }

    /// What `signing` holds. Its absence is an error, as is everything that is not a key.
    static func holding(in store: Store) throws(SystemError) -> Holding {
        let bytes = try signing(store).contents(atMost: 1_024)
        let text = String(decoding: bytes, as: UTF8.self)
        if let key = SigningKey(text) { return .key(key) }
        guard text.hasPrefix("NONE+"), text.hasSuffix("\n"), text.utf8.count > 6 else {
            throw SystemError("read", signing(store).description, errno: .invalid)
        }
        return .none(origin: String(text.dropFirst(5).dropLast()))
    }

    /// Makes the first key of a ledger, when there is none.
    static func make(in store: Store) throws(SystemError) -> Holding {
        try store.keys.makeDirectory(mode: 0o700)
        if (try? signing(store).status(followingLinks: false)) != nil { return try holding(in: store) }
        let name = (0..<2).map { _ in
            let digits = String(randomNumber(), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        let key = SigningKey(named: "guardrun/ledger/\(name.joined())")
        try put(.key(key), in: store)
        return .key(key)
    }

    /// Makes this what the ledger is signed with; the key that was there is gone then.
    static func put(_ holding: Holding, in store: Store) throws(SystemError) {
        if case .key(let key) = holding {
            // Published first: a key that signs is always one that is known.
            let before = (try? published(store).contents(atMost: 1 << 20)) ?? []
            try published(store).replace(with: before + Array("\(key.verifier)\n".utf8), mode: 0o600)
        }
        try signing(store).replace(with: Array(holding.encoded.utf8), mode: 0o600)
    }

    /// Every key the ledger was ever signed with, oldest first.
    package static func published(in store: Store) -> [VerifierKey] {
        let bytes = (try? published(store).contents(atMost: 1 << 20)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
            VerifierKey(String($0))
        }
    }

    /// Why the key is none to trust: others can read it. nil when all is well, or there is no key.
    static func exposure(in store: Store) -> String? {
        for path in [store.keys, signing(store)] {
            if let status = try? path.status(followingLinks: false), status.permissions & 0o077 != 0 {
                return "\(path) can be read by others, so others can sign; mend its mode and rotate the key"
            }
        }
        return nil
    }
}
