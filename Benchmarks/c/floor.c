/* What the kernel alone takes to tell many clients something: one write of an answer's length on each of many loopback
 * connections, by as many threads as there are cores, read by one other process.
 *
 *   floor COUNT ROUNDS
 *
 * Prints for each round "LAST CPU": milliseconds until the last client has read, and microseconds of the writers' CPU for
 * each write. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_BYTES = 120 };

static int count, rounds, threads;
static int *clients;
static pthread_barrier_t turn;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double cpu_microseconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* Every client's process: reads, and says when all have been told. */
static void read_all(struct sockaddr_in *server, int done) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)server, sizeof *server) < 0) fail("connect");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
    struct epoll_event events[512];
    char bytes[4096];
    for (long told = 0;;) {
        int ready = epoll_wait(poll, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            if (read(events[i].data.fd, bytes, sizeof bytes) <= 0) exit(0);
            if (++told % count) continue;
            double now = milliseconds();
            if (write(done, &now, sizeof now) < 0) exit(0);
        }
    }
}

static void *write_some(void *number) {
    char bytes[ANSWER_BYTES] = {0};
    for (int round = 0; round < rounds; round++) {
        pthread_barrier_wait(&turn);
        for (long i = (long)number; i < count; i += threads) {
            if (write(clients[i], bytes, sizeof bytes) < 0) fail("write");
        }
        pthread_barrier_wait(&turn);
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 3 || (count = atoi(argv[1])) < 1 || (rounds = atoi(argv[2])) < 1) {
        fprintf(stderr, "floor COUNT ROUNDS\n");
        return 64;
    }
    threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = socket(AF_INET, SOCK_STREAM, 0), done[2], one = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof server;
    if (bind(listener, (struct sockaddr *)&server, length) < 0 || listen(listener, 4096) < 0) fail("listen");
    getsockname(listener, (struct sockaddr *)&server, &length);
    if (pipe(done) < 0) fail("pipe");
    if (fork() == 0) read_all(&server, done[1]);
    clients = calloc((size_t)count, sizeof *clients);
    for (int i = 0; i < count; i++) {
        if ((clients[i] = accept(listener, NULL, NULL)) < 0) fail("accept");
        setsockopt(clients[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    pthread_barrier_init(&turn, NULL, (unsigned)threads + 1);
    for (long i = 0; i < threads; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, write_some, (void *)i);
    }
    for (int round = 0; round < rounds; round++) {
        usleep(200000);
        double start = milliseconds(), used = cpu_microseconds(), last;
        pthread_barrier_wait(&turn);
        pthread_barrier_wait(&turn);
        used = cpu_microseconds() - used;
        if (read(done[0], &last, sizeof last) != sizeof last) fail("read");
        printf("%.1f %.2f\n", last - start, used / count);
    }
    return 0;
}
