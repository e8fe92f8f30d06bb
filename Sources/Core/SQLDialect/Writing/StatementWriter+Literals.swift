import MySQLWire
import QueryRouting

// Literals, parameters and variables.
extension StatementWriter {
    func literal(_ literal: Literal) throws(SQLError) -> Fragment {
        switch literal {
        case .null: return Fragment("NULL", .null)
        case .flag(let isTrue):
            return Fragment(isTrue ? "1" : "0", .boolean)
        case .integer(let number):
            let length = String(number).utf8.count
            let isBig = number > 2_147_483_647 || number < -2_147_483_648
            // SQLite reads this one digit by digit as a number with a point.
            let sql = number == .min ? "(-9223372036854775807 - 1)" : number < 0 ? "(\(number))" : String(number)
            return Fragment(sql, ValueType.integer(length, isBig: isBig).nullable(false))
        case .decimal(let text):
            guard let (units, wholeDigits, scale) = ScaledDecimal.parts(of: text) else {
                throw DecimalFunctions.ofTooManyDigits
            }
            let type = ValueType.decimal(precision: wholeDigits + scale, scale: scale).nullable(false)
            return Fragment(units < 0 ? "(\(units))" : String(units), type)
        case .double(let text):
            let number = Double(text.hasSuffix(".") ? text + "0" : text) ?? 0
            let finite =
                number.isFinite ? number : (number < 0 ? -1.797_693_134_862_315_7e308 : 1.797_693_134_862_315_7e308)
            var type = ValueType.double.nullable(false)
            type.length = text.utf8.count
            return Fragment(finite < 0 ? "(\(finite))" : "\(finite)", type)
        case .text(let text):
            var fragment = Fragment(SQLLiteral.text(text), .text(text.unicodeScalars.count).nullable(false))
            fragment.literalText = text
            return fragment
        case .bytes(let bytes):
            let type = ValueType(kind: .bytes, length: bytes.count, isNullable: false, collation: .binary)
            var fragment = Fragment(SQLLiteral.bytes(bytes), type)
            fragment.literalText = String(decoding: bytes, as: UTF8.self)
            return fragment
        case .temporal(let kind, let text):
            let fraction = text.split(separator: ".", maxSplits: 1).dropFirst().first?.utf8.count ?? 0
            let type: ValueType =
                switch kind {
                case .date: .date
                case .time: .time(fraction: fraction)
                case .dateTime: .dateTime(fraction: fraction)
                }
            return Fragment(SQLLiteral.text(text), type.nullable(false))
        }
    }

    func input(_ number: Int, _ kinds: [InputKind]) throws(SQLError) -> Fragment {
        let kind = kinds.indices.contains(number) ? kinds[number] : .unknown
        return Fragment("?\(number + 1)", try kind.type)
    }

    func variable(_ name: String) throws(SQLError) -> Fragment {
        guard let position = inputs.variablePlaces[name] else { return Fragment("NULL", .null) }
        let kind = inputs.variables.indices.contains(position) ? inputs.variables[position] : .unknown
        // The servers compute with all digits that such a variable can have, far more than 18.
        if case .decimal = kind { throw DecimalFunctions.ofTooManyDigits }
        return Fragment("?\(inputs.parameters.count + position + 1)", try kind.type)
    }
}
