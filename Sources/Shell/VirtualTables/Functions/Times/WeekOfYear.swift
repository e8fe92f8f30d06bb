/// The number of a week in its year, by the eight modes of MySQL's WEEK().
struct WeekOfYear {
    let week: Int
    /// The year that the week belongs to.
    let year: Int

    /// Nil for a date with a part of 0.
    init?(_ date: CalendarTime, mode: Int) {
        guard let days = date.daysSince1970 else { return nil }
        let startsMonday = mode & 1 != 0
        let countsFromOne = mode & 2 != 0
        // In modes 1, 3, 4 and 6 the first week is the one with at least four days of the year.
        let needsFourDays = [1, 3, 4, 6].contains(mode)
        func start(of year: Int) -> Int {
            let first = CivilTime.days(year: year, month: 1, day: 1)
            let weekday = CalendarTime.weekday(daysSince1970: first)
            let offset = startsMonday ? weekday : (weekday + 1) % 7
            if needsFourDays { return offset <= 3 ? first - offset : first + 7 - offset }
            return offset == 0 ? first : first + 7 - offset
        }
        var year = date.year
        if days < start(of: year) {
            guard countsFromOne else {
                self.week = 0
                self.year = year
                return
            }
            year -= 1
        } else if countsFromOne, days >= start(of: year + 1) {
            year += 1
        }
        self.week = (days - start(of: year)) / 7 + 1
        self.year = year
    }
}
