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
            "udp://a:1", "unix:/x", "10.0.0.0/8", "tcp://10.0.0.0/8:1", "tcp://a:1-2", "tcp://a:*", "ANY",
            "TCP://a:1",
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
        #expect(try Host.canonical(name) == name)
        #expect(throws: Misread.self) { try Host.canonical(name + "a") }
    }
}
