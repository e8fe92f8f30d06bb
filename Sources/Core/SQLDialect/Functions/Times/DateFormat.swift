import QueryRouting

/// The formats of DATE_FORMAT.
struct DateFormat {
    private static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private let format: String

    /// - Throws: `Failure` for a format that could make a text too long, 1235 for one with the number of a week.
    init(_ format: String) throws(SQLFunction.Failure) {
        guard format.utf8.count <= 4096 else { throw SQLFunction.Failure.tooLong }
        let letters = format.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst()
        guard !letters.contains(where: { "UuVvXx".utf8.contains($0.first ?? 0) }) else {
            throw SQLFunction.Failure(.unsupported("weeks in DATE_FORMAT() on cluster_schema"))
        }
        self.format = format
    }

    /// Nil where the format asks for what the date does not have, such as the name of month 0.
    func text(of date: CalendarTime) -> String? {
        var result = ""
        var isEscaped = false
        for character in format {
            if isEscaped {
                guard let piece = Self.piece(character, date) else { return nil }
                result += piece
                isEscaped = false
            } else if character == "%" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return isEscaped ? result + "%" : result
    }

    private static func piece(_ letter: Character, _ date: CalendarTime) -> String? {
        let time = ClockTime(microseconds: date.microseconds)
        let hour = (time.hours + 11) % 12 + 1
        let half = time.hours < 12 ? "AM" : "PM"
        let minutes = Digits.padded(time.minutes, 2)
        let seconds = Digits.padded(time.seconds, 2)
        switch letter {
        case "Y": return Digits.padded(date.year, 4)
        case "y": return Digits.padded(date.year % 100, 2)
        case "m": return Digits.padded(date.month, 2)
        case "c": return String(date.month)
        case "d": return Digits.padded(date.day, 2)
        case "e": return String(date.day)
        case "D": return String(date.day) + ordinalSuffix(date.day)
        case "M": return date.month > 0 ? monthNames[date.month - 1] : nil
        case "b": return date.month > 0 ? String(monthNames[date.month - 1].prefix(3)) : nil
        case "W": return date.weekday.map { dayNames[$0] }
        case "a": return date.weekday.map { String(dayNames[$0].prefix(3)) }
        case "w": return date.weekday.map { String(($0 + 1) % 7) }
        case "j": return date.dayOfYear.map { Digits.padded($0, 3) }
        case "H": return Digits.padded(time.hours, 2)
        case "k": return String(time.hours)
        case "h", "I": return Digits.padded(hour, 2)
        case "l": return String(hour)
        case "i": return minutes
        case "s", "S": return seconds
        case "f": return Digits.padded(time.fraction, 6)
        case "p": return half
        case "r": return "\(Digits.padded(hour, 2)):\(minutes):\(seconds) \(half)"
        case "T": return "\(Digits.padded(time.hours, 2)):\(minutes):\(seconds)"
        default: return String(letter)
        }
    }

    private static func ordinalSuffix(_ day: Int) -> String {
        if (11...13).contains(day) { return "th" }
        switch day % 10 {
        case 1: return "st"
        case 2: return "nd"
        case 3: return "rd"
        default: return "th"
        }
    }
}
