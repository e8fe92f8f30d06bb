internal import CMariaDB
package import ClusterModel

/// A connection of the sidecar's own to its mysqld, by libmariadb. Calls block: use it on a thread made for that.
///
/// This is the one file that calls the C library. What keeps its pointers valid:
/// - `handle` comes from `mysql_init`, is never handed out, and is closed exactly once: in `close` or by a failed `init`.
/// - A `MYSQL_RES` lives within one call of `query`, and everything taken from it is copied before it is freed.
/// - The class is not Sendable, so that the compiler keeps each connection on one thread; that thread runs inside
///   `ClientLibrary.withThread`.
/// - The password goes to `mysql_real_connect` and nowhere else.
/// - The library waits in `PatientCall`, whose function it is given as it asks for it.
///
/// No option file is read (libmariadb reads one only when asked to), and the server cannot ask for a local file.
package final class AdminConnection {
    /// Bounds what one row of an answer can make the library allocate.
    private static let greatestPacketBytes: Int = 4 << 20

    private var handle: UnsafeMutablePointer<MYSQL>?
    private let signal: ThreadSignal?
    private let queryTimeout: Duration
    /// Nil once closed.
    package private(set) var socket: ConnectionSocket?
    /// As the server greeted with, for example `10.11.19-MariaDB-log`.
    package let serverVersion: String
    package let isMariaDB: Bool
    /// The server's id of this session.
    package let threadID: UInt
    /// How many statements this connection has sent: the server counts them among its own.
    package private(set) var statementCount: UInt64 = 0

    /// Connects and logs in. Who is refused looks for another password in its file, and tries that one at once.
    ///
    /// - Parameter signal: breaks off what waits for mysqld, here and in `query`, when it stops.
    /// - Throws: `noAnswer` after `connectTimeout`.
    package static func connect(
        _ settings: ConnectionSettings,
        signal: ThreadSignal? = nil
    ) throws(AdminError) -> AdminConnection {
        do throws(AdminError) {
            return try AdminConnection(settings, signal: signal)
        } catch {
            guard error.isLoginRefused, settings.password.refresh() else { throw error }
            return try AdminConnection(settings, signal: signal)
        }
    }

    /// With the password as it is.
    package init(_ settings: ConnectionSettings, signal: ThreadSignal? = nil) throws(AdminError) {
        try ClientLibrary.prepare()
        guard let handle = mysql_init(nil) else { throw .outOfMemory }
        let tls = settings.address.isEncryptable ? settings.tls() : nil
        let deadline = MonotonicTime.current.adding(settings.connectTimeout)
        do throws(AdminError) {
            try Self.setOptions(of: handle, settings)
            try Self.encrypt(handle, tls, methods: settings.address.authenticationMethods(tls))
            try PatientCall(until: deadline, signal: signal).run { () throws(AdminError) in
                try Self.connect(handle, settings)
            }
            // The library goes on in the open with a server that offers no TLS, unless the server's name is checked.
            guard tls == nil || mysql_get_ssl_cipher(handle) != nil else { throw AdminError.notEncrypted }
        } catch {
            mysql_close(handle)
            throw error
        }
        self.handle = handle
        self.signal = signal
        queryTimeout = settings.queryTimeout
        socket = ConnectionSocket(duplicating: mysql_get_socket(handle))
        serverVersion = mysql_get_server_info(handle).map { String(cString: $0) } ?? ""
        isMariaDB = mariadb_connection(handle) != 0
        threadID = mysql_thread_id(handle)
    }

    deinit { close() }

    /// Says goodbye to the server. Further queries throw; a second call does nothing.
    package func close() {
        guard let handle else { return }
        self.handle = nil
        mysql_close(handle)
        socket = nil
    }

    /// Sends one statement and takes its whole result, which must be small.
    ///
    /// - Parameters:
    ///   - deadline: nil for `queryTimeout` from now.
    ///   - isWanted: asked whenever the signal wakes; what is no longer wanted is broken off.
    /// - Throws: `noAnswer` at the deadline and `brokenOff`; the connection is lost then.
    @discardableResult
    package func query(
        _ statement: String,
        until deadline: MonotonicTime? = nil,
        while isWanted: @escaping () -> Bool = { true }
    ) throws(AdminError) -> QueryResult {
        guard let handle else { throw .closed }
        statementCount &+= 1
        let deadline = deadline ?? MonotonicTime.current.adding(queryTimeout)
        return try PatientCall(until: deadline, signal: signal, while: isWanted).run { () throws(AdminError) in
            try Self.query(handle, statement)
        }
    }

    private static func query(
        _ handle: UnsafeMutablePointer<MYSQL>,
        _ statement: String
    ) throws(AdminError) -> QueryResult {
        var statement = statement
        let failed = statement.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { mysql_real_query(handle, $0.baseAddress, UInt($0.count)) }
        }
        guard failed == 0 else { throw lastError(of: handle) }
        guard let result = mysql_store_result(handle) else {
            // A statement without columns has no result; otherwise taking it failed. The count of columns alone does not
            // tell: the library sets it back to 0 when the connection breaks.
            guard mysql_errno(handle) == 0, mysql_field_count(handle) == 0 else { throw lastError(of: handle) }
            return QueryResult()
        }
        defer { mysql_free_result(result) }
        return copy(result)
    }

    private static func setOptions(
        of handle: UnsafeMutablePointer<MYSQL>,
        _ settings: ConnectionSettings
    ) throws(AdminError) {
        func set(_ option: mysql_option, _ value: UInt32) throws(AdminError) {
            var value = value
            guard mysql_options(handle, option, &value) == 0 else { throw lastError(of: handle) }
        }
        let protocolType: mysql_protocol_type
        switch settings.address {
        case .unixSocket: protocolType = MYSQL_PROTOCOL_SOCKET
        // Without this, the name "localhost" would mean the default unix socket.
        case .tcp: protocolType = MYSQL_PROTOCOL_TCP
        }
        try set(MYSQL_OPT_PROTOCOL, UInt32(protocolType.rawValue))
        guard
            mysql_options(
                handle,
                MARIADB_OPT_IO_WAIT,
                unsafeBitCast(PatientCall.libraryWait, to: UnsafeRawPointer.self)
            )
                == 0
        else { throw lastError(of: handle) }
        // For waits that the library does not ask about.
        try set(MYSQL_OPT_CONNECT_TIMEOUT, settings.connectTimeout.wholeSecondsForClientLibrary)
        try set(MYSQL_OPT_READ_TIMEOUT, settings.queryTimeout.wholeSecondsForClientLibrary)
        try set(MYSQL_OPT_WRITE_TIMEOUT, settings.queryTimeout.wholeSecondsForClientLibrary)
        try set(MYSQL_OPT_LOCAL_INFILE, 0)
        var greatestPacket = Self.greatestPacketBytes
        guard mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &greatestPacket) == 0 else {
            throw lastError(of: handle)
        }
        guard mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4") == 0 else { throw lastError(of: handle) }
    }

    private static func encrypt(
        _ handle: UnsafeMutablePointer<MYSQL>,
        _ tls: ConnectionTLS?,
        methods: [String]
    ) throws(AdminError) {
        func set(_ option: mysql_option, _ value: String?) throws(AdminError) {
            guard let value else { return }
            guard mysql_options(handle, option, value) == 0 else { throw lastError(of: handle) }
        }
        // Others give the password to whoever has taken mysqld's place.
        try set(MARIADB_OPT_RESTRICTED_AUTH, methods.joined(separator: ","))
        guard let tls else { return }
        var on: my_bool = 1
        guard mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &on) == 0 else { throw lastError(of: handle) }
        try set(MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
        try set(MYSQL_OPT_SSL_CIPHER, "ECDHE+AESGCM:ECDHE+CHACHA20")
        try set(MYSQL_OPT_SSL_CERT, tls.certificateFile)
        try set(MYSQL_OPT_SSL_KEY, tls.keyFile)
        switch tls.verification {
        case .off: return
        // With authorities the library verifies the chain, and the name if asked to.
        case .authority: try set(MYSQL_OPT_SSL_CAPATH, tls.authorityFile == nil ? "/etc/ssl/certs" : nil)
        case .authorityAndName:
            guard mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on) == 0 else {
                throw lastError(of: handle)
            }
        }
        try set(MYSQL_OPT_SSL_CA, tls.authorityFile)
    }

    private static func connect(
        _ handle: UnsafeMutablePointer<MYSQL>,
        _ settings: ConnectionSettings
    ) throws(AdminError) {
        let (user, password) = (settings.user, settings.password.current.text)
        let connected =
            switch settings.address {
            case .unixSocket(let path): mysql_real_connect(handle, nil, user, password, nil, 0, path, 0)
            case .tcp(let address):
                mysql_real_connect(handle, address.host, user, password, nil, UInt32(address.port), nil, 0)
            }
        guard connected != nil else { throw lastError(of: handle) }
    }

    private static func copy(_ result: UnsafeMutablePointer<MYSQL_RES>) -> QueryResult {
        let columnCount = Int(mysql_num_fields(result))
        guard columnCount > 0, let fields = mysql_fetch_fields(result) else { return QueryResult() }
        var copied = QueryResult(
            columns: (0..<columnCount).map { text(fields[$0].name, length: Int(fields[$0].name_length)) ?? "" }
        )
        while let row = mysql_fetch_row(result) {
            guard let lengths = mysql_fetch_lengths(result) else { break }
            copied.rows.append((0..<columnCount).map { text(row[$0], length: Int(clamping: lengths[$0])) })
        }
        return copied
    }

    /// - Returns: nil for a null pointer, which is how the library hands out SQL's NULL.
    private static func text(_ start: UnsafeMutablePointer<CChar>?, length: Int) -> String? {
        start.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: length), as: UTF8.self) }
    }

    private static func lastError(of handle: UnsafeMutablePointer<MYSQL>) -> AdminError {
        AdminError(
            code: mysql_errno(handle),
            sqlState: mysql_sqlstate(handle).map { String(cString: $0) } ?? "HY000",
            text: mysql_error(handle).map { String(cString: $0) } ?? "unknown error"
        )
    }
}

/// The C library's state of the process and of each thread that calls it.
package enum ClientLibrary {
    private static let initStatus = mysql_server_init(0, nil, nil)

    /// Once a process, and before any other call: the library's own lazy initialisation is not safe on two threads.
    static func prepare() throws(AdminError) {
        guard initStatus == 0 else { throw .outOfMemory }
    }

    /// Runs the body with the library's variables of this thread set up, and frees them after it.
    package static func withThread<Result>(_ body: () throws -> Result) rethrows -> Result {
        _ = initStatus
        mysql_thread_init()
        defer { mysql_thread_end() }
        return try body()
    }
}

extension AdminError {
    /// CR_OUT_OF_MEMORY
    fileprivate static let outOfMemory = AdminError(code: 2008, sqlState: "HY000", text: "Client ran out of memory")
    /// CR_SSL_CONNECTION_ERROR
    fileprivate static let notEncrypted = AdminError(
        code: 2026,
        sqlState: "HY000",
        text: "TLS is asked for by mysqld.tls, and mysqld does not offer it"
    )
    /// CR_SERVER_GONE_ERROR
    fileprivate static let closed = AdminError(code: 2006, sqlState: "HY000", text: "The connection is closed")
}
