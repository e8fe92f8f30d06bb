/* Many clients of a sidecar that wait for a change of the topology, in one thread.
 *
 *   waiters HOST PORT USER PASSWORD COUNT PID
 *
 * Logs COUNT sessions in by mysql_native_password, one after another, and sends each a long poll for the version of this
 * moment. Prints "waiting VERSION" then; at the answers, for each, "TIME VERSION": the wall clock in microseconds when it
 * was read, and what it says. When all have come, "cpu HUNDREDTHS": what the process PID has used since the first. */
#define _GNU_SOURCE
#include "client.h"
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>

/* The one value of a result of one row: column count, definition, EOF, row, EOF. */
static uint64_t value(const unsigned char *answer) {
    for (int packet = 0; packet < 3; packet++) answer += 4 + (answer[0] | answer[1] << 8);
    char text[32] = "";
    memcpy(text, answer + 5, answer[4] < 31 ? answer[4] : 0);
    return strtoull(text, NULL, 10);
}

/* The CPU time of a process so far, in hundredths of a second. */
static long cpu(const char *pid) {
    char path[64], text[1024] = "";
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file || !fread(text, 1, sizeof text - 1, file)) fail(path);
    fclose(file);
    unsigned long user = 0, system = 0;
    char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) fail(path);
    return (long)(user + system);
}

int main(int argc, char **argv) {
    if (argc != 7) return 64;
    int count = atoi(argv[5]);
    struct rlimit limit = {.rlim_cur = 0};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int poll = epoll_create1(0), *sessions = calloc((size_t)count, sizeof *sessions);
    unsigned char answer[8192];
    for (int i = 0; i < count; i++) {
        int fd = sessions[i] = open_session(argv[1], argv[2], argv[3], argv[4]);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
    send_query(sessions[0], "SELECT cluster_schema.wait_for_change(NULL, 0)");
    usleep(200000);
    if (read(sessions[0], answer, sizeof answer) <= 0) fail("read");
    uint64_t version = value(answer);
    char statement[128];
    sprintf(statement, "SELECT cluster_schema.wait_for_change(%llu, 600)", (unsigned long long)version);
    for (int i = 0; i < count; i++) send_query(sessions[i], statement);
    printf("waiting %llu\n", (unsigned long long)version);
    fflush(stdout);
    uint64_t *times = calloc((size_t)count, sizeof *times), *versions = calloc((size_t)count, sizeof *versions);
    struct epoll_event events[512];
    long before = 0;
    for (int done = 0; done < count;) {
        int ready = epoll_wait(poll, events, 512, -1);
        if (done == 0) before = cpu(argv[6]);
        for (int i = 0; i < ready && done < count; i++) {
            if (read(events[i].data.fd, answer, sizeof answer) <= 0) fail("read");
            struct timeval now;
            gettimeofday(&now, NULL);
            times[done] = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
            versions[done++] = value(answer);
        }
    }
    long after = cpu(argv[6]);
    for (int i = 0; i < count; i++) printf("%llu %llu\n", (unsigned long long)times[i], (unsigned long long)versions[i]);
    printf("cpu %ld\n", after - before);
    return 0;
}
