import Policy
import Testing

@Suite("Endpoints and hosts")
struct EndpointTests {
    @Test(
        "There is one text for each endpoint",
        arguments: [
            ("any", "any"), ("tcp://Example.COM:443", "tcp://example.com:443"), ("tcp://a:1", "tcp://a:1"),
            ("tcp://xn--bcher-kva.example:65535", "tcp://xn--bcher-kva.example:65535"),
            ("tcp://192.0.2.1:80", "tcp://192.0.2.1:80"), ("tcp://0.0.0.0:80", "tcp://0.0.0.0:80"),
            ("tcp://[::1]:443", "tcp://[::1]:443"), ("tcp://[::]:1", "tcp://[::]:1"),
            ("tcp://[2001:DB8:0:0:0:0:0:1]:443", "tcp://[2001:db8::1]:443"),
            ("tcp://[2001:db8:0:0:1:0:0:1]:443", "tcp://[2001:db8::1:0:0:1]:443"),
            ("tcp://[2001:db8:0:1:1:1:1:1]:443", "tcp://[2001:db8:0:1:1:1:1:1]:443"),
            ("tcp://[0001::]:1", "tcp://[1::]:1"),
            ("tcp://[64:ff9b::192.0.2.1]:1", "tcp://[64:ff9b::c000:201]:1"),
            ("tcp://[1:2:3:4:5:6:7::]:1", "tcp://[1:2:3:4:5:6:7:0]:1"),
            ("tcp://a1.2b:443", "tcp://a1.2b:443"), ("tcp://1.com:443", "tcp://1.com:443"),
            ("udp://a:53", "udp://a:53"), ("tcp://a:*", "tcp://a:*"), ("tcp://a:1-65535", "tcp://a:*"),
            ("tcp://a:443,80", "tcp://a:80,443"), ("tcp://a:80,81,82", "tcp://a:80-82"),
            ("tcp://a:8000-8080,8050-9000,22", "tcp://a:22,8000-9000"), ("tcp://a:5-5", "tcp://a:5"),
            ("tcp://10.0.0.0/8:443", "tcp://10.0.0.0/8:443"), ("tcp://0.0.0.0/0:1", "tcp://0.0.0.0/0:1"),
            ("tcp://192.0.2.1/32:1", "tcp://192.0.2.1:1"),
            ("tcp://192.0.2.128/25:1", "tcp://192.0.2.128/25:1"),
            ("tcp://[2001:DB8::]/32:443", "tcp://[2001:db8::]/32:443"),
            ("tcp://[2001:db8::/32]:443", "tcp://[2001:db8::]/32:443"), ("udp://[::]/0:1", "udp://[::]/0:1"),
            ("tcp://[::1/128]:1", "tcp://[::1]:1"),
            ("unix:///run/x.sock", "unix:///run/x.sock"), ("unix:///run/../a//b", "unix:///a/b"),
        ])
    func canonical(text: String, written: String) throws {
        let endpoint = try Endpoint(parsing: text)
        #expect(endpoint.description == written)
        #expect(try Endpoint(parsing: written) == endpoint)
    }

    @Test(
        "Whatever could be read in two ways is refused",
        arguments: [
            "", " ", "tcp:", "tcp:/a:1", "tcp://", "tcp://a", "tcp://a:", "tcp://a:0", "tcp://a:00",
            "tcp://a:01", "tcp://a:+1",
            "tcp://a:65536", "tcp://a:99999999999999999999", "tcp://a:1:2", "tcp://a:1/", "tcp://a:1?x",
            "tcp://a:1#x",
            "tcp://u@a:1", "tcp://u:p@a:1", "tcp://a b:1", "tcp://a\u{0}.b:1", "tcp://a\n:1", "tcp://a%2e:1",
            "tcp://é:1",
            "tcp://a_b:1", "tcp://-a:1", "tcp://a-:1", "tcp://a..b:1", "tcp://.a:1", "tcp://a.:1",
            "tcp://*:1", "tcp://*.a:1",
            "tcp://1:1", "tcp://1.2.3:1", "tcp://1.2.3.4.5:1", "tcp://01.2.3.4:1", "tcp://1.2.3.256:1",
            "tcp://0x7f000001:1",
            "tcp://a.0x1:1", "tcp://a.1:1", "tcp://[]:1", "tcp://[:]:1", "tcp://[:::]:1", "tcp://[1::2::3]:1",
            "tcp://[12345::]:1", "tcp://[1:2:3:4:5:6:7:8:9]:1", "tcp://[1:2:3:4:5:6:7]:1",
            "tcp://[1:2:3:4:5:6:7:8::]:1",
            "tcp://[::1.2.3]:1", "tcp://[::1.2.3.4.5]:1", "tcp://[1.2.3.4::]:1", "tcp://[::01.2.3.4]:1",
            "tcp://[::1%lo]:1",
            "tcp://[::ffff:1.2.3.4]:1", "tcp://[::1]", "tcp://[::1]x:1", "tcp://[::1:1", "tcp://::1:1",
            "tcp://[g::]:1",
            "unix:/x", "unix://", "unix://x", "unix:///", "unix:///x/", "unix:///*", "unix:///$HOME/x",
            "unix:///a b", "UNIX:///x", "10.0.0.0/8", "ANY", "TCP://a:1", "UDP://a:1", "udp://a",
            "tcp://10.0.0.1/8:1", "tcp://10.0.0.0/33:1", "tcp://10.0.0.0/:1", "tcp://10.0.0.0/08:1",
            "tcp://10.0.0.0/8/8:1", "tcp://10.0.0.0/+8:1", "tcp://10.0.0/8:1", "tcp://a/8:1", "tcp:///8:1",
            "tcp://[::]/129:1", "tcp://[::1]/64:1", "tcp://[::/0]/0:1", "tcp://[::/]:1", "tcp://[::]/0",
            "tcp://10.0.0.1:443/8", "tcp://a:1-", "tcp://a:-1", "tcp://a:2-1", "tcp://a:1-2-3", "tcp://a:1,",
            "tcp://a:,1", "tcp://a:1,,2", "tcp://a:*,1", "tcp://a:1-*", "tcp://a:0-1", "tcp://a:1-65536",
            "tcp://a:1, 2",
            "http://a", "a:1", "any ", "tcp://\(String(repeating: "a", count: 64)):1",
            "tcp://\(String(repeating: "a.", count: 127))a:1",
        ])
    func refused(text: String) {
        #expect(throws: Misread.self) { try Endpoint(parsing: text) }
    }

    @Test("A name may have 253 bytes, in parts of 63")
    func longest() throws {
        let part = String(repeating: "a", count: 63)
        let name = "\(part).\(part).\(part).\(String(repeating: "a", count: 61))"
        #expect(name.utf8.count == 253)
        #expect(try Host(parsing: name) == .name(name))
        #expect(throws: Misread.self) { try Host(parsing: name + "a") }
    }

    @Test("Only connections are waited for", arguments: ["udp://127.0.0.1:53", "unix:///run/x.sock"])
    func listening(text: String) throws {
        #expect(throws: Misread.self) { try Endpoint(listening: text) }
        #expect(
            try Endpoint(listening: "tcp://127.0.0.1:8000-8080").description == "tcp://127.0.0.1:8000-8080")
    }

    @Test(
        "A block has the addresses that begin as it does, and no other",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true),
            ("0.0.0.0/0", "8.8.8.8", true), ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("[2001:db8::]/33", "2001:db8:7fff::1", true), ("[2001:db8::]/33", "2001:db8:8000::1", false),
            ("[::]/0", "8.8.8.8", false),
            // Neither a name nor a range leads to this machine, its link, or what a cloud tells its machines.
            ("0.0.0.0/0", "127.0.0.1", false), ("127.0.0.0/8", "127.0.0.1", true),
            ("0.0.0.0/0", "169.254.169.254", false), ("169.254.169.254", "169.254.169.254", true),
            ("169.254.0.0/16", "169.254.169.254", true), ("100.64.0.0/10", "100.100.100.200", false),
            ("100.64.0.0/10", "100.100.100.201", true), ("100.100.100.200", "100.100.100.200", true),
            ("0.0.0.0/0", "0.0.0.0", false), ("[::]/0", "::1", false), ("[::1]", "::1", true),
            ("[fd00::]/8", "fd00:ec2::254", false), ("[fd00:ec2::254]", "fd00:ec2::254", true),
            ("[fe80::]/10", "fe80::1", true), ("[::]/0", "fe80::1", false),
            ("[64:ff9b::]/96", "64:ff9b::a9fe:a9fe", false), ("[64:ff9b::]/96", "64:ff9b::808:808", true),
            ("[2002::]/16", "2002:7f00:1::1", false), ("[::]/0", "::7f00:1", false),
        ])
    func blocks(block: String, address: String, isGranted: Bool) throws {
        guard case .block(let block) = try Host(parsing: block) else {
            Issue.record("no block")
            return
        }
        let bytes = try #require(
            IPAddress(v4: Array(address.utf8)) ?? IPAddress(v6: Array(address.utf8))
        ).bytes
        #expect(block.grants(bytes) == isGranted)
    }
}
