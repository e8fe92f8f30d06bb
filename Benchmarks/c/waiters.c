/* Many clients of a sidecar that wait for a change of the topology, in one thread.
 *
 *   waiters HOST PORT USER PASSWORD COUNT PID
 *
 * Logs COUNT sessions in by mysql_native_password, one after another, and sends each a long poll for the version of this
 * moment. Prints "waiting VERSION" then; at the answers, for each, "TIME VERSION": the wall clock in microseconds when it
 * was read, and what it says. When all have come, "cpu HUNDREDTHS": what the process PID has used since the first. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

static void fail(const char *what) {
    fprintf(stderr, "waiters: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void sha1(const unsigned char *bytes, size_t count, unsigned char *digest) {
    if (!EVP_Digest(bytes, count, digest, NULL, EVP_sha1(), NULL)) fail("SHA-1");
}

static void read_all(int fd, unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = read(fd, bytes, count);
        if (got <= 0) fail("a session was closed");
        bytes += got;
        count -= (size_t)got;
    }
}

/* One packet of less than 4 KiB; returns the payload's length. */
static size_t read_packet(int fd, unsigned char *payload) {
    unsigned char header[4];
    read_all(fd, header, 4);
    size_t length = header[0] | header[1] << 8 | (size_t)header[2] << 16;
    if (length > 4000) fail("a packet is too long");
    read_all(fd, payload, length);
    payload[length] = 0;
    return length;
}

static void write_packet(int fd, const unsigned char *payload, size_t length, unsigned char sequence) {
    unsigned char packet[1024];
    packet[0] = length & 0xff, packet[1] = length >> 8 & 0xff, packet[2] = 0, packet[3] = sequence;
    memcpy(packet + 4, payload, length);
    if (write(fd, packet, length + 4) != (ssize_t)(length + 4)) fail("write");
}

static void log_in(int fd, const char *user, const char *password) {
    unsigned char greeting[4096], scramble[40], first[20], second[20], proof[20], response[512];
    read_packet(fd, greeting);
    size_t version = strlen((char *)greeting + 1) + 2;
    memcpy(scramble, greeting + version + 4, 8);
    memcpy(scramble + 8, greeting + version + 31, 12);
    sha1((const unsigned char *)password, strlen(password), first);
    sha1(first, 20, second);
    memcpy(scramble + 20, second, 20);
    sha1(scramble, 40, proof);
    for (int i = 0; i < 20; i++) proof[i] ^= first[i];
    memset(response, 0, sizeof response);
    /* Long password, protocol 4.1, secure connection, plugin authentication. */
    uint32_t capabilities = 0x1 | 0x200 | 0x8000 | 0x80000;
    memcpy(response, &capabilities, 4);
    response[8] = 45;
    size_t length = 32;
    length += (size_t)sprintf((char *)response + length, "%s", user) + 1;
    response[length++] = 20;
    memcpy(response + length, proof, 20);
    length += 20;
    length += (size_t)sprintf((char *)response + length, "mysql_native_password") + 1;
    write_packet(fd, response, length, 1);
    read_packet(fd, greeting);
    if (greeting[0] != 0) fail((char *)greeting + 3);
}

static void send_query(int fd, const char *text) {
    unsigned char payload[512];
    payload[0] = 3;
    size_t length = 1 + (size_t)sprintf((char *)payload + 1, "%s", text);
    write_packet(fd, payload, length, 0);
}

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
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    int poll = epoll_create1(0), *sessions = calloc((size_t)count, sizeof *sessions);
    unsigned char answer[8192];
    for (int i = 0; i < count; i++) {
        int on = 1, fd = sessions[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        log_in(fd, argv[3], argv[4]);
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
