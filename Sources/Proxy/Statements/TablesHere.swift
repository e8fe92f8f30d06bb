internal import MySQLWire
internal import QueryRouting

/// What a thread has of its own for statements on virtual tables.
struct TablesHere {
    let tables: any VirtualQuerying
    let converter: any MultiByteConverting
}
