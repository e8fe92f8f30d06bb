package import NIOCore

/// What COM_CHANGE_USER names (MariaDB: "COM_CHANGE_USER"). Its proof is not read: whoever verifies it asks for another.
package struct ChangeOfUser: Hashable, Sendable {
    package var user: String
    package var database: String?

    /// - Parameter payload: without the command byte.
    package init?(_ payload: ByteBuffer, capabilities: Capabilities) {
        var bytes = payload
        guard let user = bytes.readNULTerminatedBytes() else { return nil }
        self.user = String(decoding: user, as: UTF8.self)
        if capabilities.contains(.secureConnection) {
            guard let length = bytes.readInteger(as: UInt8.self), bytes.readSlice(length: Int(length)) != nil else {
                return nil
            }
        } else {
            guard bytes.readNULTerminatedBytes() != nil else { return nil }
        }
        let name = bytes.readNULTerminatedBytes() ?? []
        database = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}
