/// The frame around every payload: three bytes of length, little-endian, and one of sequence number
/// (MariaDB: "0 - Packet"; MySQL: `page_protocol_basic_packets`).
package enum PacketFormat {
    /// Bytes before the payload.
    package static let headerBytes = 4
    /// A payload of this length is continued in the next packet, which may be empty.
    package static let maximumPayloadBytes = 0xff_ffff
}
