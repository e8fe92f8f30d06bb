import ClusterModel
import MySQLWire
import QueryRouting
import SQLDialect

/// The rows of each table, column by column in the order of its definition.
enum TableRows {
    static func member(_ member: ClusterView.Member, of view: ClusterView, now: MonotonicTime) -> [SQLValue] {
        let record = member.record
        let seen = record.server.observation
        let current = member.current
        return [
            .text(member.id.description),
            .text(record.name),
            .text(record.sqlAddress.host),
            .integer(Int64(record.sqlAddress.port)),
            .text(member.role.rawValue),
            .text(member.state.rawValue),
            .flag(member.id == view.localID),
            .text(record.zone),
            .counter(member.epoch.rawValue),
            member.isReadOnly.map { .flag($0) } ?? .null,
            .count(current == nil ? nil : member.lagMilliseconds),
            .count(current?.threadsRunning),
            .count(current?.connections),
            current?.queriesPerSecond.map { .double($0) } ?? .null,
            seen.map { .text($0.version) } ?? .null,
            seen.map { .integer(Int64($0.serverID)) } ?? .null,
            seen?.gtidPosition.map { .text($0.text) } ?? .null,
            .text(record.promotion.rawValue),
            .time(member.stateSince),
            lastHeardMilliseconds(member, localID: view.localID, now: now),
            .counter(member.incarnation.rawValue),
            .textOrNull(member.problems.map(\.detail).joined(separator: "; ")),
        ]
    }

    static func lastHeardMilliseconds(
        _ member: ClusterView.Member,
        localID: MemberID,
        now: MonotonicTime
    ) -> SQLValue {
        if member.id == localID { return .integer(0) }
        return .count(member.lastHeard.map { now.milliseconds(since: $0) })
    }

    static func primaryMember(_ view: ClusterView, _ times: QuorumSources?) -> [[SQLValue]] {
        guard let primary = view.primary else { return [] }
        let leaseEnds = primary.id == view.localID ? times?.leaseEnds() : nil
        return [
            [
                .text(primary.id.description),
                .text(primary.record.name),
                .text(primary.record.sqlAddress.host),
                .integer(Int64(primary.record.sqlAddress.port)),
                .counter(primary.epoch.rawValue),
                .time(primary.primarySince ?? primary.stateSince),
                .count(leaseEnds.flatMap { ends in times.map { max(0, ends.milliseconds(since: $0.now())) } }),
            ]
        ]
    }

    static func cluster(_ view: ClusterView) -> [[SQLValue]] {
        [
            [
                .text(view.clusterName),
                .counter(view.topologyVersion.rawValue),
                .counter(view.primary?.epoch.rawValue ?? 0),
                view.quorum?.leader.map { .text(name(of: $0, in: view)) } ?? .null,
                view.quorum.map { .flag($0.hasQuorum) } ?? .null,
                .count(view.quorum?.voterCount ?? 0),
                .count(view.onlineCount),
                .count(view.members.count),
                .textOrNull(primaryProblem(view)),
            ]
        ]
    }

    private static func primaryProblem(_ view: ClusterView) -> String {
        guard let problem = view.primaryProblem else { return "" }
        return [problem, view.quorum?.problem.map { "quorum: \($0)" }].compactMap(\.self).joined(separator: "; ")
    }

    static func voters(_ view: ClusterView, _ times: QuorumSources?) -> [[SQLValue]] {
        guard let quorum = view.quorum, let now = times?.now() else { return [] }
        return quorum.voters.map { voter in
            [
                .text(name(of: voter.member, in: view)),
                .text(voter.role.rawValue),
                .integer(Int64(clamping: voter.term)),
                .integer(Int64(clamping: voter.commitIndex)),
                voter.matchIndex.map { .integer(Int64(clamping: $0)) } ?? .null,
                .count(voter.member == view.localID ? 0 : voter.heardAt.map { max(0, now.milliseconds(since: $0)) }),
            ]
        }
    }

    static func services(_ rows: [ServiceRow]) -> [[SQLValue]] {
        rows.map { row in
            [
                .text(row.name),
                row.leader.map { .text($0) } ?? .null,
                .counter(row.term.rawValue),
                .count(row.leaseMilliseconds),
                .count(row.remainingMilliseconds),
                row.acquiredAt.map { .time($0) } ?? .null,
                .count(row.observers),
            ]
        }
    }

    /// Of a voter that gossip does not know any more, its identity.
    private static func name(of id: MemberID, in view: ClusterView) -> String {
        view.members.first { $0.id == id }?.record.name ?? id.description
    }

    static func replication(_ view: ClusterView) -> [[SQLValue]] {
        let sources = SourceIndex(view.members.lazy.map(\.record))
        return view.members.flatMap { member -> [[SQLValue]] in
            guard let seen = member.record.server.observation else { return [] }
            let isCurrent = member.current != nil
            return seen.replication.map { link in
                let source = sources.source(of: link)
                return [
                    .text(member.record.name),
                    source.map { .text(view.members[$0].record.name) } ?? .null,
                    isCurrent ? .text(link.ioState) : .null,
                    isCurrent ? .text(link.sqlState) : .null,
                    isCurrent ? .count(link.lagMilliseconds) : .null,
                    .textOrNull(link.gtidReceived?.text ?? ""),
                    .textOrNull(link.gtidApplied?.text ?? ""),
                    .null,
                    .null,
                    isCurrent ? .textOrNull(link.lastError) : .null,
                    isCurrent ? link.isSemiSync.map { .flag($0) } ?? .null : .null,
                    .text(link.name),
                    .text(link.source.host),
                    .integer(Int64(link.source.port)),
                    link.sourceServerID == 0 ? .null : .integer(Int64(link.sourceServerID)),
                ]
            }
        }
    }

    static func connections(_ sessions: [ClientSessionRow]) -> [[SQLValue]] {
        sessions.map { session in
            [
                session.connectionID.map { .integer(Int64($0)) } ?? .null,
                session.user.map { .text($0) } ?? .null,
                .text(session.host),
                session.isVirtualSchemaSelected ? .text(VirtualSchema.name) : .null,
                .flag(session.isTLS),
                .text(session.state.rawValue),
                .count(session.commands),
                .count(session.bytesIn),
                .count(session.bytesOut),
                .count(session.ageMilliseconds),
            ]
        }
    }

    static func event(_ event: ClusterEvent) -> [SQLValue] {
        [
            .counter(event.id),
            .time(event.at),
            .text(event.kind.rawValue),
            event.memberName.map { .text($0) } ?? .null,
            .counter(event.epoch.rawValue),
            .text(event.detail),
        ]
    }

    static func status(_ rows: [(name: String, value: String)]) -> [[SQLValue]] {
        rows.map { [.text($0.name), .text($0.value)] }
    }

    static func settings(_ rows: [SettingRow]) -> [[SQLValue]] {
        rows.map { [.text($0.name), .text($0.value), .text($0.source), .flag($0.reloadable)] }
    }
}

extension SQLValue {
    fileprivate static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    fileprivate static func counter(_ value: UInt64) -> SQLValue { .integer(Int64(clamping: value)) }

    fileprivate static func count(_ value: Int?) -> SQLValue { value.map { .integer(Int64($0)) } ?? .null }

    fileprivate static func textOrNull(_ value: String) -> SQLValue { value.isEmpty ? .null : .text(value) }

    fileprivate static func time(_ value: WallTime) -> SQLValue {
        .text(CalendarTime.text(of: value, fraction: 6))
    }
}
