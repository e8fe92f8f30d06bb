internal import Fuzzing

/// What the command line says.
struct FuzzOptions {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    static let usage = """
        usage: pilotfish-fuzz TARGET [--seconds N] [--cases N] [--seed S] [--corpus DIR] [--input FILE]
        targets: \(FuzzTargets.allCases.map(\.rawValue).joined(separator: ", "))
        """

    var target: FuzzTargets
    var seconds = 10.0
    var cases = UInt64.max
    var seed: UInt64 = 1
    var corpus = Corpus.defaultDirectory
    /// Run this input alone.
    var input: String?
    /// Set by the process that watches: where each case is noted.
    var record: String?

    init(_ arguments: [String]) throws(Mistake) {
        guard let name = arguments.first, let target = FuzzTargets(rawValue: name) else { throw Mistake(Self.usage) }
        self.target = target
        var rest = arguments.dropFirst()
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Mistake("\(option) needs a value\n\(Self.usage)") }
            switch option {
            case "--seconds": seconds = try Self.number(value, option)
            case "--cases":
                cases = try Self.number(value, option)
                seconds = .infinity
            case "--seed": seed = try Self.number(value, option)
            case "--corpus": corpus = value
            case "--input": input = value
            case "--record": record = value
            default: throw Mistake("unknown option \(option)\n\(Self.usage)")
            }
        }
    }

    private static func number<Number: LosslessStringConvertible>(
        _ text: String,
        _ option: String
    ) throws(Mistake) -> Number {
        guard let number = Number(text) else { throw Mistake("\(option) \(text): not a number\n\(usage)") }
        return number
    }
}
