import MySQLWire

extension Expression {
    /// The same with each operand replaced; queries in it stay as they are.
    func mappingOperands(_ body: (Expression) throws(SQLError) -> Expression) throws(SQLError) -> Expression {
        func all(_ list: [Expression]) throws(SQLError) -> [Expression] {
            try list.map { operand throws(SQLError) in try body(operand) }
        }
        switch self {
        case .literal, .parameter, .variable, .column, .subquery, .exists: return self
        case .unary(let operation, let operand): return .unary(operation, try body(operand))
        case .binary(let operation, let left, let right): return .binary(operation, try body(left), try body(right))
        case .logical(let operation, let operands): return .logical(operation, try all(operands))
        case .compare(let comparison, let left, let right):
            return .compare(comparison, try body(left), try body(right))
        case .between(let operand, let low, let high, let isNegated):
            return .between(try body(operand), low: try body(low), high: try body(high), isNegated: isNegated)
        case .inList(let operand, let list, let isNegated):
            return .inList(try body(operand), try all(list), isNegated: isNegated)
        case .inQuery(let operand, let query, let isNegated):
            return .inQuery(try body(operand), query, isNegated: isNegated)
        case .quantified(let comparison, let operand, let query, let isAll):
            return .quantified(comparison, try body(operand), query, isAll: isAll)
        case .like(let operand, let pattern, let escape, let isNegated):
            return .like(
                try body(operand),
                pattern: try body(pattern),
                escape: try escape.map { mark throws(SQLError) in try body(mark) },
                isNegated: isNegated
            )
        case .matches(let operand, let pattern, let isNegated):
            return .matches(try body(operand), pattern: try body(pattern), isNegated: isNegated)
        case .truth(let operand, let test, let isNegated): return .truth(try body(operand), test, isNegated: isNegated)
        case .choice(let operand, let branches, let otherwise):
            return .choice(
                operand: try operand.map { subject throws(SQLError) in try body(subject) },
                branches: try branches.map { branch throws(SQLError) in
                    Branch(condition: try body(branch.condition), value: try body(branch.value))
                },
                otherwise: try otherwise.map { value throws(SQLError) in try body(value) }
            )
        case .cast(let operand, let type): return .cast(try body(operand), type)
        case .collated(let operand, let collation): return .collated(try body(operand), collation)
        case .shifted(let date, let interval, let isNegated):
            let interval = Interval(amount: try body(interval.amount), unit: interval.unit)
            return .shifted(try body(date), interval, isNegated: isNegated)
        case .row(let operands): return .row(try all(operands))
        case .call(var call):
            call.arguments = try all(call.arguments)
            if case .inline(let window)? = call.over { call.over = .inline(try window.mappingOperands(body)) }
            return .call(call)
        }
    }
}

extension WindowSpecification {
    func mappingOperands(_ body: (Expression) throws(SQLError) -> Expression) throws(SQLError) -> WindowSpecification {
        var window = self
        window.partition = try partition.map { key throws(SQLError) in try body(key) }
        window.order = try order.map { term throws(SQLError) in
            OrderTerm(expression: try body(term.expression), isDescending: term.isDescending)
        }
        return window
    }
}
