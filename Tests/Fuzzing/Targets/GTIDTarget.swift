internal import ClusterModel

/// Sets of GTIDs as servers or members tell them: what is read is written so that it reads the same, and whatever two sets
/// hold, their difference and union fit together.
struct GTIDTarget: FuzzTarget {
    private let samples: [ServerFlavor: [[UInt8]]]
    private let mutator = Mutator(maximumBytes: 4096)

    init() {
        let (one, two) = ("3e11fa47-71ca-11e1-9e33-c80aa9429562", "3E11FA47-71CA-11E1-9E33-C80AA9429563")
        let mySQL = [
            "\(one):1", "\(one):1-5:7:9-100,\n\(two):1-3", "\(one):1-9:tag:1-5:_t2:7,\(two):TAG:1-2:4",
            "\(two):1-9223372036854775806:a:9223372036854775806", "\(one):5-9:2-3:4",
            "\(one)" + (1...300).map { ":\($0 * 3)" }.joined(),
        ]
        let mariaDB = [
            "0-1-10", "0-2-10,1-1-3", "4294967295-4294967295-18446744073709551615,0-0-0",
            (0...60).map { "\($0)-7-\($0)" }.joined(separator: ","),
        ]
        let compact = mySQL.compactMap { try? GTIDSet($0, .mySQL).compact }
        samples = [.mySQL: mySQL.map { Array($0.utf8) } + compact, .mariaDB: mariaDB.map { Array($0.utf8) }]
    }

    /// The first byte says which kind of server two sets are from, the next two where the second begins.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        let flavor: ServerFlavor = random.once(in: 3) ? .mariaDB : .mySQL
        let samples = samples[flavor] ?? []
        let sets = (0..<2).map { _ in
            var bytes = samples[random.below(samples.count)]
            if random.once(in: 2) { mutator.mutate(&bytes, others: samples, using: &random) }
            return bytes
        }
        let middle = sets[0].count
        let head: [UInt8] = [flavor == .mySQL ? 0 : 1, UInt8(middle & 0xff), UInt8(middle >> 8 & 0xff)]
        return FuzzInput.encode(head + sets[0] + sets[1], using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let bytes = FuzzInput(input).payload
        guard bytes.count >= 3 else { return }
        let flavor: ServerFlavor = bytes[0] % 2 == 0 ? .mySQL : .mariaDB
        let rest = bytes[3...]
        let middle = min(Int(bytes[1]) | Int(bytes[2]) << 8, rest.count)
        guard let one = GTIDSet(told: rest.prefix(middle), flavor),
            let other = GTIDSet(told: rest.dropFirst(middle), flavor)
        else { return }
        try checkRoundTrip(one, flavor)
        try checkRoundTrip(other, flavor)
        guard let difference = one.subtracting(other), let contains = other.contains(one) else {
            throw FuzzFailure("two sets of a kind say nothing of each other: \(one) \(other)")
        }
        try require(
            contains == difference.isEmpty && contains == (difference.count == 0),
            "\(other) holds \(one), and \(difference) not"
        )
        guard let union = one.union(other) else {
            try require(flavor == .mariaDB, "no union of \(one) and \(other)")
            return
        }
        try require(union.contains(one) == true && union.contains(other) == true, "\(union) lacks \(one) or \(other)")
        try require(
            union.subtracting(other)?.count == difference.count,
            "\(union) without \(other) is not \(difference)"
        )
    }

    private func checkRoundTrip(_ set: GTIDSet, _ flavor: ServerFlavor) throws(FuzzFailure) {
        try require((try? GTIDSet(set.text, flavor)) == set, "\(set) reads otherwise")
        if let compact = set.compact {
            try require(GTIDSet(told: compact[...], flavor) == set, "\(set) arrives otherwise")
        }
    }
}
