import Foundation
import Testing

@testable import Audit

@Suite("The tree over a ledger")
struct MerkleTests {
    /// The inputs and roots of RFC 6962's reference implementation (certificate-transparency, merkletree tests).
    private static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test("roots are those of RFC 6962")
    func roots() {
        var frontier = Frontier()
        #expect(
            frontier.root.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var leaves: [Digest] = []
        for (input, root) in zip(Self.inputs, Self.roots) {
            let leaf = Merkle.leaf(Self.bytes(input)[...])
            leaves.append(leaf)
            frontier.append(leaf)
            #expect(frontier.root.description == root)
            #expect(Merkle.root(leaves[...]).description == root)
        }
    }

    @Test("every leaf of every small tree is proved, and no other")
    func inclusion() {
        let leaves = (0..<33).map { Merkle.leaf([UInt8($0)][...]) }
        for size in 1...leaves.count {
            let tree = leaves.prefix(size)
            let root = Merkle.root(tree)
            for index in 0..<size {
                let proof = Merkle.inclusion(of: index, in: tree)
                func leads(_ leaf: Digest, _ index: Int, _ proof: [Digest]) -> Bool {
                    Merkle.root(of: leaf, at: UInt64(index), size: UInt64(size), proof: proof) == root
                }
                #expect(leads(leaves[index], index, proof))
                #expect(!leads(leaves[(index + 1) % leaves.count], index, proof))
                #expect(!leads(leaves[index], index, proof + [root]))
                if size > 1 {
                    #expect(!leads(leaves[index], (index + 1) % size, proof))
                    #expect(!leads(leaves[index], index, proof.dropLast()))
                }
            }
            #expect(Merkle.root(of: leaves[0], at: UInt64(size), size: UInt64(size), proof: []) == nil)
        }
    }

    @Test("half a frontier is none", arguments: [0, 1, 2, 3, 7, 8, 100])
    func frontier(_ size: Int) {
        var frontier = Frontier()
        for number in 0..<size { frontier.append(Merkle.leaf([UInt8(number)][...])) }
        let bytes = frontier.encoded
        #expect(Frontier(bytes) == frontier)
        #expect(Frontier(bytes + [0, 1, 2]) == frontier)
        for count in 0..<bytes.count { #expect(Frontier(Array(bytes.prefix(count))) == nil) }
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            #expect(Frontier(changed) == nil)
        }
    }

    @Test("notes are read back as they were, and nothing else is a note")
    func notes() throws {
        let key = SigningKey(named: "guardrun/ledger/test")
        #expect(SigningKey(key.encoded)?.verifier == key.verifier)
        #expect(VerifierKey(key.verifier.description) == key.verifier)
        #expect(VerifierKey("guardrun/ledger/test+00000000+AAAA") == nil)
        var frontier = Frontier()
        frontier.append(Merkle.leaf([1]))
        let note = Checkpoint(origin: "guardrun/ledger/test", frontier, signedBy: [key])
        #expect(Checkpoint(note.encoded) == note)
        #expect(note.isSigned(by: key.verifier))
        #expect(!note.isSigned(by: SigningKey(named: "guardrun/ledger/test").verifier))
        var random = Seeded(1)
        for _ in 0..<3_000 {
            let changed = FuzzTests.mutate(note.encoded, &random)
            guard let read = Checkpoint(changed), changed != note.encoded else { continue }
            // What is left is a note whose text or whose signature is another.
            #expect(!read.isSigned(by: key.verifier) || read.encoded == changed)
            #expect(
                read.root != note.root || read.size != note.size || read.origin != note.origin || read != note
                    || read.encoded == note.encoded)
        }
    }

    @Test("garbage for the readers of the ledger", arguments: [1, 2] as [UInt64])
    func garbage(_ seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = Checkpoint(bytes)
            _ = RunProof(bytes)
            _ = LedgerEntry(bytes[...])
            _ = Frontier(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            _ = VerifierKey(text)
            _ = SigningKey(text)
            _ = Base64.bytes(text)
        }
    }
}
