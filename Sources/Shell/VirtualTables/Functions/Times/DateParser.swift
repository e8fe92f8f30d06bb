/// Reads a text by a format of STR_TO_DATE.
enum DateParser {
    struct Outcome {
        var date: CalendarTime
    }

    /// Nil for a text that does not have the format.
    static func read(_ text: String, format: String) -> Outcome? {
        var rest = Array(text.utf8.prefix(256))[...]
        var date = CalendarTime(year: 0, month: 0, day: 0)
        var hour = 0
        var isAfternoon: Bool?
        var clock = (minute: 0, second: 0, microsecond: 0)
        var letters = Array(format.prefix(256))[...]
        while let character = letters.popFirst() {
            if character == " " {
                rest = rest.drop { $0 == 0x20 }
                continue
            }
            guard character == "%", let letter = letters.popFirst() else {
                guard rest.starts(with: Array(String(character).utf8)) else { return nil }
                rest = rest.dropFirst(String(character).utf8.count)
                continue
            }
            switch letter {
            case "T": letters = Array("%H:%i:%S")[...] + letters
            case "r": letters = Array("%I:%i:%S %p")[...] + letters
            case "Y":
                guard let (value, count) = number(&rest, 4) else { return nil }
                date.year = count <= 2 ? TemporalText.century(value) : value
            case "y":
                guard let (value, _) = number(&rest, 2) else { return nil }
                date.year = TemporalText.century(value)
            case "m", "c":
                guard let (value, _) = number(&rest, 2) else { return nil }
                date.month = value
            case "d", "e", "D":
                guard let (value, _) = number(&rest, 2) else { return nil }
                date.day = value
                if letter == "D" { rest = rest.dropFirst(2) }
            case "M", "b":
                guard let month = name(&rest, among: DateFormat.monthNames, isShort: letter == "b") else { return nil }
                date.month = month + 1
            case "W", "a":
                guard name(&rest, among: DateFormat.dayNames, isShort: letter == "a") != nil else { return nil }
            case "H", "k", "h", "I", "l":
                guard let (value, _) = number(&rest, 2) else { return nil }
                hour = value
                if "hIl".contains(letter) {
                    guard (1...12).contains(value) else { return nil }
                    if isAfternoon == nil { isAfternoon = false }
                }
            case "i":
                guard let (value, _) = number(&rest, 2) else { return nil }
                clock.minute = value
            case "s", "S":
                guard let (value, _) = number(&rest, 2) else { return nil }
                clock.second = value
            case "f":
                guard let (value, count) = number(&rest, 6) else { return nil }
                clock.microsecond = (count..<6).reduce(value) { value, _ in value * 10 }
            case "p":
                guard rest.count >= 2, rest[rest.startIndex + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
                isAfternoon = rest[rest.startIndex] | 0x20 == UInt8(ascii: "p")
                rest = rest.dropFirst(2)
            default:
                guard rest.first == letter.asciiValue, letter.isASCII else { return nil }
                rest = rest.dropFirst()
            }
        }
        if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        guard date.isValid, hour < 24, clock.minute < 60, clock.second < 60 else { return nil }
        date.microseconds =
            Int64(hour * 3600 + clock.minute * 60 + clock.second) * 1_000_000 + Int64(clock.microsecond)
        return Outcome(date: date)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ most: Int) -> (value: Int, count: Int)? {
        let digits = rest.prefix(most).prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard let value = TemporalText.number(digits) else { return nil }
        rest = rest.dropFirst(digits.count)
        return (value, digits.count)
    }

    private static func name(_ rest: inout ArraySlice<UInt8>, among names: [String], isShort: Bool) -> Int? {
        for (index, name) in names.enumerated() {
            let wanted = Array(name.utf8.prefix(isShort ? 3 : 20))
            if rest.count >= wanted.count, zip(rest, wanted).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                rest = rest.dropFirst(wanted.count)
                return index
            }
        }
        return nil
    }

    /// What a format asks for: a date, a time or both, and whether it has a fraction.
    static func kind(of format: String) -> (kind: TemporalKind, hasFraction: Bool) {
        var hasDate = false
        var hasTime = false
        var hasFraction = false
        var isEscaped = false
        for character in format {
            if isEscaped {
                if "YymcdeDMbWajUuVvXx".contains(character) { hasDate = true }
                if "HkhIlisSfpTr".contains(character) { hasTime = true }
                if character == "f" { hasFraction = true }
                isEscaped = false
            } else {
                isEscaped = character == "%"
            }
        }
        return (hasDate ? (hasTime ? .dateTime : .date) : hasTime ? .time : .dateTime, hasFraction)
    }
}
