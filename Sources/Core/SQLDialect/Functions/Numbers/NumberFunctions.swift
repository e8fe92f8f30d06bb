import MySQLWire

/// Functions of doubles that SQLite lacks or means otherwise.
enum NumberFunctions {
    static func all(_ environment: FunctionEnvironment) -> [SQLFunction] {
        [
            SQLFunction("my_rand", 0...0, isDeterministic: false) { _ in .double(environment.random()) },
            // To so many digits behind the point; half goes to the even neighbour.
            SQLFunction("my_round", 2...2) { arguments in
                guard let number = arguments[0].number, let digits = arguments[1].integer else { return .null }
                let scale = (0..<min(300, max(0, digits))).reduce(1.0) { scale, _ in scale * 10 }
                let result = (number * scale).rounded(.toNearestOrEven) / scale
                return .double(result.isFinite ? result : number)
            },
        ]
    }
}
