/* Sessions that ask the same statement again and again, each as soon as it has its answer, in one thread: a client that
 * costs less than the servers it measures.
 *
 *   sessions HOST PORT USER PASSWORD COUNT SECONDS STATEMENT
 *
 * The statement's answer has one row at most, and fits into one read.
 * Prints one line: how many answers in how many seconds, and the times from question to answer in microseconds that 95 %
 * and 99 % did not exceed. */
#define _GNU_SOURCE
#include "client.h"
#include <sys/epoll.h>
#include <time.h>

enum { MAXIMUM_SESSIONS = 1024, LONGEST = 1000000 };

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* How many answers took as many microseconds. */
static uint32_t histogram[LONGEST];

static unsigned percentile(uint64_t answers, unsigned percent) {
    uint64_t passed = 0;
    for (unsigned time = 0; time < LONGEST; time++)
        if ((passed += histogram[time]) * 100 >= answers * percent) return time;
    return LONGEST;
}

int main(int argc, char **argv) {
    if (argc != 8) return 64;
    int count = atoi(argv[5]), poll = epoll_create1(0);
    if (count < 1 || count > MAXIMUM_SESSIONS) return 64;
    unsigned char question[1024], answer[16384];
    size_t length = strlen(argv[7]) + 1;
    if (length > sizeof question - 4) return 64;
    question[0] = length & 0xff, question[1] = length >> 8 & 0xff, question[2] = question[3] = 0, question[4] = 3;
    memcpy(question + 5, argv[7], length - 1);
    static int sessions[MAXIMUM_SESSIONS];
    static uint64_t asked[MAXIMUM_SESSIONS];
    for (int i = 0; i < count; i++) {
        sessions[i] = open_session(argv[1], argv[2], argv[3], argv[4]);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poll, EPOLL_CTL_ADD, sessions[i], &event);
    }
    uint64_t start = now(), end = start + (uint64_t)atoi(argv[6]) * 1000000, answers = 0, time = start;
    for (int i = 0; i < count; i++) {
        asked[i] = start;
        if (write(sessions[i], question, length + 4) < 0) fail("write");
    }
    struct epoll_event events[MAXIMUM_SESSIONS];
    while (time < end) {
        int ready = epoll_wait(poll, events, MAXIMUM_SESSIONS, 1000);
        for (int i = 0; i < ready; i++) {
            uint32_t session = events[i].data.u32;
            ssize_t got = read(sessions[session], answer, sizeof answer);
            if (got <= 0) fail("a session was closed");
            if (got < 5 || answer[4] == 0xff) fail(got < 13 ? "short" : (char *)answer + 13);
            /* The second EOF or an OK ends the result: 5 bytes of payload, the last of them. */
            if (got < 9 || answer[got - 9] != 5 || answer[got - 5] != 0xfe) fail("not one whole answer");
            time = now();
            uint64_t took = time - asked[session];
            histogram[took < LONGEST ? took : LONGEST - 1]++;
            answers++;
            asked[session] = time;
            if (write(sessions[session], question, length + 4) < 0) fail("write");
        }
        if (ready <= 0) time = now();
    }
    printf("%llu answers %.3f seconds p95 %u p99 %u\n", (unsigned long long)answers, (double)(time - start) / 1e6,
           percentile(answers, 95), percentile(answers, 99));
    return 0;
}
