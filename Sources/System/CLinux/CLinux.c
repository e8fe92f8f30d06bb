#define _GNU_SOURCE
#include "CLinux.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

int pilotfish_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int pilotfish_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int pilotfish_epoll_control(int poll, int operation, int descriptor, uint32_t events, uint64_t key) {
    struct epoll_event event = {.events = events, .data = {.u64 = key}};
    return epoll_ctl(poll, operation, descriptor, &event);
}

int pilotfish_accept(int listener, void *address) {
    socklen_t length = sizeof(struct sockaddr_storage);
    return accept4(listener, address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int pilotfish_allowed_cores(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}

int pilotfish_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
