/// Values of a few members, in an order that does not depend on hashing.
struct SlotMap<Value: Sendable>: Sendable {
    private(set) var slots: [MemberSlot] = []
    private(set) var values: [Value] = []
    private var positions: [MemberSlot: Int] = [:]

    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    subscript(slot: MemberSlot) -> Value? {
        get { isEmpty ? nil : positions[slot].map { values[$0] } }
        set {
            let position = isEmpty ? nil : positions[slot]
            switch (position, newValue) {
            case (nil, nil): break
            case (nil, let value?):
                positions[slot] = slots.count
                slots.append(slot)
                values.append(value)
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            }
        }
    }

    /// Changes a value in its place.
    mutating func modify<Result>(_ slot: MemberSlot, _ change: (inout Value) -> Result) -> Result? {
        guard let position = isEmpty ? nil : positions[slot] else { return nil }
        return change(&values[position])
    }

    private mutating func remove(at position: Int) {
        positions[slots[position]] = nil
        let last = slots.count - 1
        if position != last {
            slots.swapAt(position, last)
            values.swapAt(position, last)
            positions[slots[position]] = position
        }
        slots.removeLast()
        values.removeLast()
    }
}
