/* What the kernel alone takes to tell many clients something: one write of an answer's length on each of many loopback
 * connections, by as many threads as there are cores.
 *
 *   floor COUNT ROUNDS
 *
 * Prints for each round "LAST CPU": milliseconds until the last has reached its client's socket, and microseconds of the writers' CPU for
 * each write. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Every client's process: takes no core from the writers. What comes stays in the sockets. */
static void wait_there(struct sockaddr_in *server) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)server, sizeof *server) < 0) fail("connect");
    }
    for (;;) pause();
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
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof server;
    if (bind(listener, (struct sockaddr *)&server, length) < 0 || listen(listener, 4096) < 0) fail("listen");
    getsockname(listener, (struct sockaddr *)&server, &length);
    if (fork() == 0) wait_there(&server);
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
        double start = milliseconds(), used = cpu_microseconds();
        pthread_barrier_wait(&turn);
        pthread_barrier_wait(&turn);
        printf("%.1f %.2f\n", milliseconds() - start, (cpu_microseconds() - used) / count);
    }
    return 0;
}
