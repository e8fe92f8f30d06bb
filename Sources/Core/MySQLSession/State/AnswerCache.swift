internal import NIOCore

/// Answers that many clients get: the bytes of results that change only with the view of the cluster.
///
/// Drivers ask the same few statements over and over. What was answered to one session is answered to the next that
/// asks in the same words and the same mode, until the view is another. One belongs to each event loop, without a lock.
package final class AnswerCache {
    private static let maximumCount = 64
    private static let maximumAnswerBytes = 64 * 1024

    private var generation: UInt64 = 0
    private var answers: [AnswerKey: ByteBuffer] = [:]

    package init() {}

    /// - Returns: the answer's packets, numbered from 1.
    func answer(to key: AnswerKey, in generation: UInt64) -> ByteBuffer? {
        guard generation == self.generation else {
            answers.removeAll(keepingCapacity: true)
            self.generation = generation
            return nil
        }
        return answers[key]
    }

    func insert(_ answer: ByteBuffer, for key: AnswerKey, in generation: UInt64) {
        guard generation == self.generation, answers.count < Self.maximumCount,
            answer.readableBytes <= Self.maximumAnswerBytes
        else { return }
        answers[key] = answer
    }
}
