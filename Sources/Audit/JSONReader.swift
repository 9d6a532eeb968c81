import CJansson
import Event

/// Reads JSON text with jansson (RFC 8259; repeated names are an error).
package enum JSONReader {
    /// The value; nil when the bytes are not one JSON value, are not UTF-8, or nest deeper than 64.
    ///
    /// - Parameter allowsZero: whether text may hold U+0000, which names never may.
    package static func value(_ bytes: some Collection<UInt8>, allowsZero: Bool = false) -> JSON? {
        var error = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | (allowsZero ? JSON_ALLOW_NUL : 0))
        let bytes = Array(bytes)
        let root = unsafe bytes.withUnsafeBytes { buffer in
            unsafe json_loadb(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, flags, &error)
        }
        guard let tree = unsafe root else { return nil }
        defer { unsafe gr_json_decref(tree) }
        return unsafe convert(tree, depth: 64)
    }

    /// A line of a trail, in which a text may hold whatever a program chose; nil when it is none.
    package static func event(_ line: some Collection<UInt8>) -> JSON? { value(line, allowsZero: true) }

    private static func convert(_ value: UnsafeMutablePointer<json_t>, depth: Int) -> JSON? {
        guard depth > 0 else { return nil }
        switch unsafe value.pointee.type {
        case JSON_NULL: return .null
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        case JSON_INTEGER: return unsafe .int(Int64(json_integer_value(value)))
        case JSON_REAL: return unsafe .fraction(json_real_value(value))
        case JSON_STRING: return unsafe .string(text(json_string_value(value), json_string_length(value)))
        case JSON_ARRAY: return unsafe array(value, depth)
        case JSON_OBJECT: return unsafe object(value, depth)
        default: return nil
        }
    }

    private static func array(_ value: UnsafeMutablePointer<json_t>, _ depth: Int) -> JSON? {
        var elements: [JSON] = []
        let count = unsafe json_array_size(value)
        for index in 0..<count {
            guard let element = unsafe json_array_get(value, index),
                let json = unsafe convert(element, depth: depth - 1)
            else { return nil }
            elements.append(json)
        }
        return .array(elements)
    }

    private static func object(_ value: UnsafeMutablePointer<json_t>, _ depth: Int) -> JSON? {
        var members: [JSON.Member] = []
        var place = unsafe json_object_iter(value)
        while let current = unsafe place {
            guard let name = unsafe json_object_iter_key(current),
                let member = unsafe json_object_iter_value(current),
                let json = unsafe convert(member, depth: depth - 1)
            else { return nil }
            unsafe members.append(.init(String(cString: name), json))
            unsafe place = json_object_iter_next(value, current)
        }
        return .object(members)
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}
