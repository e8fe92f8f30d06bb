internal import Simulator

/// What the command line says.
struct SimulateOptions {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    static let usage = """
        usage: pilotfish-simulate [--seed S] [--seeds COUNT] [--members N] [--scenario NAME] [--seconds S]
                                  [--trace on]
               pilotfish-simulate measure [--seed S] [--members N] [--seconds S] [--loss SHARE] [--slow SHARE]
                                          [--warm-up S] [--crashes N] [--changes N] [--lifeguard on|off]
                                          [--runs MS-MS] [--blocks MS-MS]
               pilotfish-simulate quorum [--seed S] [--seeds COUNT] [--seconds S]
        scenarios: \(Scenario.allCases.map(\.rawValue).joined(separator: ", ")); without one, all of them
        """

    enum Work {
        case check
        case measure
        case quorum
    }

    var work = Work.check
    var seed: UInt64 = 1
    var seeds = 1
    var members = 5
    var scenarios = Scenario.allCases
    var seconds: Int
    var loss = 0.0
    var slow = 0.0
    var warmUp = 0
    var crashes = 5
    var changes = 20
    var isLifeguardOn = true
    var isTraced = false
    var slowness = Slowness.late

    init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        switch rest.first {
        case "measure": (work, seconds) = (.measure, 300)
        case "quorum": (work, seconds) = (.quorum, 60)
        default: seconds = 20
        }
        if work != .check { rest = rest.dropFirst() }
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Mistake("\(option) needs a value\n\(Self.usage)") }
            switch option {
            case "--seed": seed = try Self.number(value, option)
            case "--seeds": seeds = max(1, try Self.number(value, option))
            case "--members": members = min(16_000, max(2, try Self.number(value, option)))
            case "--seconds": seconds = try Self.number(value, option)
            case "--loss": loss = try Self.number(value, option)
            case "--slow": slow = try Self.number(value, option)
            case "--warm-up": warmUp = try Self.number(value, option)
            case "--crashes": crashes = try Self.number(value, option)
            case "--changes": changes = try Self.number(value, option)
            case "--lifeguard": isLifeguardOn = value != "off"
            case "--trace": isTraced = value == "on"
            case "--runs": slowness.runMilliseconds = try Self.range(value, option)
            case "--blocks": slowness.blockMilliseconds = try Self.range(value, option)
            case "--scenario":
                guard let scenario = Scenario(rawValue: value) else {
                    throw Mistake("no scenario \(value)\n\(Self.usage)")
                }
                scenarios = [scenario]
            default: throw Mistake("unknown option \(option)\n\(Self.usage)")
            }
        }
    }

    /// Milliseconds, as `1-500`.
    private static func range(_ text: String, _ option: String) throws(Mistake) -> ClosedRange<Int> {
        let ends = text.split(separator: "-").compactMap { Int($0) }
        guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1] else {
            throw Mistake("\(option) \(text): not a range\n\(usage)")
        }
        return ends[0]...ends[1]
    }

    private static func number<Number: LosslessStringConvertible>(
        _ text: String,
        _ option: String
    ) throws(Mistake) -> Number {
        guard let number = Number(text) else { throw Mistake("\(option) \(text): not a number\n\(usage)") }
        return number
    }
}
