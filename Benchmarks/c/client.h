/* What the benchmarks' clients need of the protocol: a login by mysql_native_password, and COM_QUERY. */
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
    exit(1);
}

static inline void sha1(const unsigned char *bytes, size_t count, unsigned char *digest) {
    if (!EVP_Digest(bytes, count, digest, NULL, EVP_sha1(), NULL)) fail("SHA-1");
}

static inline void read_all(int fd, unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = read(fd, bytes, count);
        if (got <= 0) fail("a session was closed");
        bytes += got;
        count -= (size_t)got;
    }
}

/* One packet of less than 4 KiB; returns the payload's length. */
static inline size_t read_packet(int fd, unsigned char *payload) {
    unsigned char header[4];
    read_all(fd, header, 4);
    size_t length = header[0] | header[1] << 8 | (size_t)header[2] << 16;
    if (length > 4000) fail("a packet is too long");
    read_all(fd, payload, length);
    payload[length] = 0;
    return length;
}

static inline void write_packet(int fd, const unsigned char *payload, size_t length, unsigned char sequence) {
    unsigned char packet[1024];
    packet[0] = length & 0xff, packet[1] = length >> 8 & 0xff, packet[2] = 0, packet[3] = sequence;
    memcpy(packet + 4, payload, length);
    if (write(fd, packet, length + 4) != (ssize_t)(length + 4)) fail("write");
}

/* The scramble has room for as many bytes again. */
static inline void prove(const char *password, unsigned char *scramble, unsigned char *proof) {
    unsigned char first[20], second[20];
    sha1((const unsigned char *)password, strlen(password), first);
    sha1(first, 20, second);
    memcpy(scramble + 20, second, 20);
    sha1(scramble, 40, proof);
    for (int i = 0; i < 20; i++) proof[i] ^= first[i];
}

static inline void log_in(int fd, const char *user, const char *password) {
    unsigned char greeting[4096], scramble[40], proof[20], response[512];
    read_packet(fd, greeting);
    size_t version = strlen((char *)greeting + 1) + 2;
    memcpy(scramble, greeting + version + 4, 8);
    memcpy(scramble + 8, greeting + version + 31, 12);
    prove(password, scramble, proof);
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
    if (greeting[0] == 0xfe) {
        /* The same method with another scramble. */
        memcpy(scramble, greeting + 1 + strlen((char *)greeting + 1) + 1, 20);
        prove(password, scramble, proof);
        write_packet(fd, proof, 20, 3);
        read_packet(fd, greeting);
    }
    if (greeting[0] != 0) fail((char *)greeting + 3);
}

static inline void send_query(int fd, const char *text) {
    unsigned char payload[512];
    payload[0] = 3;
    size_t length = 1 + (size_t)sprintf((char *)payload + 1, "%s", text);
    write_packet(fd, payload, length, 0);
}

/* A session that has logged in, on a connection of its own. */
static inline int open_session(const char *host, const char *port, const char *user, const char *password) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, host, &address.sin_addr);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    log_in(fd, user, password);
    return fd;
}
