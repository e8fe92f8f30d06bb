/* Many clients of a sidecar that wait for a change of the topology, in one thread.
 *
 *   waiters HOST PORT USER PASSWORD COUNT PID
 *
 * Logs COUNT sessions in by mysql_native_password, one after another, and sends each a long poll for the version of this
 * moment. Prints "waiting VERSION" then, and waits for a line on its input, after which the change may come. It reads the
 * answers when all are there: so it takes no core from the sidecar meanwhile, as clients on other machines. Prints for
 * each "TIME VERSION": the wall clock in microseconds at which the kernel had the answer for the client, and what it
 * says; then "cpu HUNDREDTHS": what the process PID has used since that line. */
#define _GNU_SOURCE
#include "client.h"
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sys/resource.h>
#include <time.h>

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

/* Reads an answer. Returns when it came in: microseconds of the wall clock, by the kernel. */
static uint64_t receive(int fd, unsigned char *answer, size_t size) {
    unsigned char control[256];
    struct iovec bytes = {.iov_base = answer, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(fd, &message, 0) <= 0) fail("a session was closed");
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPING) continue;
        struct scm_timestamping stamps;
        memcpy(&stamps, CMSG_DATA(part), sizeof stamps);
        return (uint64_t)stamps.ts[0].tv_sec * 1000000 + (uint64_t)stamps.ts[0].tv_nsec / 1000;
    }
    fail("no time stamp");
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 7) return 64;
    int count = atoi(argv[5]);
    struct rlimit limit = {.rlim_cur = 0};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int *sessions = calloc((size_t)count, sizeof *sessions);
    unsigned char answer[8192];
    for (int i = 0; i < count; i++) {
        int fd = sessions[i] = open_session(argv[1], argv[2], argv[3], argv[4]);
        int wanted = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
        if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &wanted, sizeof wanted) < 0) fail("SO_TIMESTAMPING");
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
    if (getchar() == EOF) return 1;
    long before = cpu(argv[6]);
    for (int i = 0; i < count; i++) {
        times[i] = receive(sessions[i], answer, sizeof answer);
        versions[i] = value(answer);
        /* One has come, the others are about to. */
        if (i == 0) sleep(1);
    }
    long after = cpu(argv[6]);
    for (int i = 0; i < count; i++) printf("%llu %llu\n", (unsigned long long)times[i], (unsigned long long)versions[i]);
    printf("cpu %ld\n", after - before);
    return 0;
}
