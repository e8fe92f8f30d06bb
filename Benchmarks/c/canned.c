/* The least that an answer can cost: a server that lets everybody in and answers each statement with the same bytes, the
 * row ("127.0.0.1", 3306) under two names. One thread a core, epoll, plain reads and writes.
 *
 *   canned PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { COM_QUIT = 1, COM_QUERY = 3, PACKET_BYTES = 4096, MAXIMUM_SESSIONS = 65536 };

static unsigned char greeting[128], answer[512];
static size_t greeting_bytes, answer_bytes;
/* By descriptor: the client has sent its login. */
static unsigned char has_logged_in[MAXIMUM_SESSIONS];
/* To a login and to a command. */
static const unsigned char ok[2][11] = {{7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0}, {7, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}};
static int port;

static size_t put_packet(unsigned char *to, unsigned char sequence, const void *payload, size_t count) {
    to[0] = (unsigned char)count;
    to[1] = (unsigned char)(count >> 8);
    to[2] = 0;
    to[3] = sequence;
    memcpy(to + 4, payload, count);
    return count + 4;
}

static size_t put_column(unsigned char *to, unsigned char sequence, const char *name, unsigned char type) {
    unsigned char payload[128];
    size_t count = 0, length = strlen(name);
    memcpy(payload, "\3def\0\0\0", 7);
    count = 7;
    payload[count++] = (unsigned char)length;
    memcpy(payload + count, name, length);
    count += length;
    /* No original name; then 12 bytes: character set, length, type, flags, decimals, filler. */
    const unsigned char rest[] = {0, 12, 45, 0, 255, 0, 0, 0, type, 0, 0, 0, 0, 0};
    memcpy(payload + count, rest, sizeof rest);
    return put_packet(to, sequence, payload, count + sizeof rest);
}

static void make_packets(void) {
    /* HandshakeV10: version, id, scramble, 4.1 protocol, secure connection, method by name. */
    const unsigned char payload[] =
        "\12" "8.0.0-canned\0" "\1\0\0\0" "12345678\0" "\1\202\55\2\0\10\0\25" "\0\0\0\0\0\0\0\0\0\0" "123456789012\0"
        "mysql_native_password";
    greeting_bytes = put_packet(greeting, 0, payload, sizeof payload);
    const unsigned char eof[] = {0xfe, 0, 0, 2, 0};
    answer_bytes = put_packet(answer, 1, "\2", 1);
    answer_bytes += put_column(answer + answer_bytes, 2, "SQL_HOST", 253);
    answer_bytes += put_column(answer + answer_bytes, 3, "SQL_PORT", 3);
    answer_bytes += put_packet(answer + answer_bytes, 4, eof, sizeof eof);
    answer_bytes += put_packet(answer + answer_bytes, 5, "\t127.0.0.1\0043306", 15);
    answer_bytes += put_packet(answer + answer_bytes, 6, eof, sizeof eof);
}

static void *serve(void *unused) {
    (void)unused;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0) {
        perror("listen");
        exit(1);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                fd = accept(listener, NULL, NULL);
                if (fd < 0) continue;
                if (fd >= MAXIMUM_SESSIONS || write(fd, greeting, greeting_bytes) < 0) {
                    close(fd);
                    continue;
                }
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                has_logged_in[fd] = 0;
                event.data.fd = fd;
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                continue;
            }
            unsigned char packet[PACKET_BYTES];
            ssize_t count = read(fd, packet, sizeof packet);
            if (count <= 4 || (has_logged_in[fd] && packet[4] == COM_QUIT)) {
                close(fd);
                continue;
            }
            int is_query = has_logged_in[fd] && packet[4] == COM_QUERY;
            const void *reply = is_query ? (const void *)answer : ok[has_logged_in[fd]];
            has_logged_in[fd] = 1;
            if (write(fd, reply, is_query ? answer_bytes : sizeof ok[0]) < 0) close(fd);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 2 || (port = atoi(argv[1])) < 1) {
        fprintf(stderr, "canned PORT\n");
        return 64;
    }
    make_packets();
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0) return 1;
    for (int cores = CPU_COUNT(&allowed); cores > 1; cores--) {
        pthread_t thread;
        pthread_create(&thread, NULL, serve, NULL);
    }
    serve(NULL);
    return 0;
}
