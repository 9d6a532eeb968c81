import Foundation

/// Verifies a trail, its proof and a checkpoint without a line of guardrun: SHA-256 and JSON are Python's, Ed25519 is
/// that of the `cryptography` package, and the proofs are checked as RFC 9162 writes it down (2.1.3.2 and 2.1.4.2).
enum IndependentVerifier {
    static let script = """
        import base64, hashlib, json, sys
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        proof, key, trail, kept, consistency, entries = sys.argv[1:7]
        sha = lambda data: hashlib.sha256(data).digest()
        leaf = lambda data: sha(b"\\0" + data)
        node = lambda left, right: sha(b"\\1" + left + right)

        def note(text, key):
            body, signatures = text.rsplit("\\n\\n", 1) if "\\n\\n" in text else (text, "")
            body += "\\n"
            name, identifier, material = key.split("+", 2)
            material = base64.b64decode(material)
            assert material[0] == 1 and sha(name.encode() + b"\\n" + material)[:4].hex() == identifier
            public = Ed25519PublicKey.from_public_bytes(material[1:])
            found = 0
            for line in signatures.splitlines():
                dash, signer, blob = line.split(" ")
                blob = base64.b64decode(blob)
                if signer == name and blob[:4].hex() == identifier:
                    public.verify(blob[4:], body.encode())
                    found += 1
            assert dash == "\\u2014" and found == 1
            origin, size, root = body.splitlines()[:3]
            assert origin == name
            return int(size), base64.b64decode(root)

        # The trail: each line's hash is over the one before and the line without its own.
        previous = bytes(32)
        for number, line in enumerate(open(trail, "rb").read().split(b"\\n")[:-1]):
            event = json.loads(line)
            body = line[: -len(b',"hash":""}') - 64] + b"}"
            previous = sha(previous + body)
            assert event["hash"] == previous.hex() and event["seq"] == number
        assert event["type"] == "run_finished"

        # Inclusion of its end.
        head, checkpoint = open(proof).read().split("\\n\\n", 1)
        kind, index, *path = head.splitlines()
        assert kind == "c2sp.org/tlog-proof@v1"
        index = int(index.removeprefix("index "))
        size, root = note(checkpoint, key)
        fn, sn, r = index, size - 1, leaf(b"close " + event["run_id"].encode() + b" " + previous.hex().encode())
        assert index < size
        for p in map(base64.b64decode, path):
            assert sn > 0
            if fn & 1 or fn == sn:
                r = node(p, r)
                while not fn & 1 and fn:
                    fn >>= 1; sn >>= 1
            else:
                r = node(r, p)
            fn >>= 1; sn >>= 1
        assert sn == 0 and r == root, "inclusion"

        # Consistency with the checkpoint that was kept.
        first, first_root = note(open(kept).read(), key)
        path, _, checkpoint = open(consistency).read().partition("\\n\\n")
        second, second_root = note(checkpoint, key)
        path = [base64.b64decode(line) for line in path.splitlines()]
        assert 0 < first < second
        if first & (first - 1) == 0:
            path.insert(0, first_root)
        fn, sn = first - 1, second - 1
        while fn & 1:
            fn >>= 1; sn >>= 1
        fr = sr = path[0]
        for c in path[1:]:
            assert sn > 0
            if fn & 1 or fn == sn:
                fr, sr = node(c, fr), node(c, sr)
                while not fn & 1 and fn:
                    fn >>= 1; sn >>= 1
            else:
                sr = node(sr, c)
            fn >>= 1; sn >>= 1
        assert sn == 0 and fr == first_root and sr == second_root, "consistency"

        # And the root over all entries, by the definition (RFC 6962, 2.1).
        def tree(leaves):
            if len(leaves) == 1:
                return leaves[0]
            half = 1 << (len(leaves) - 1).bit_length() - 1
            return node(tree(leaves[:half]), tree(leaves[half:]))
        lines = open(entries, "rb").read().splitlines()
        assert tree([leaf(line) for line in lines[:size]]) == root, "root"
        print("verified", index, size, first)
        """
}
