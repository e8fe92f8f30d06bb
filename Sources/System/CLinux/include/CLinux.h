#ifndef PILOTFISH_CLINUX_H
#define PILOTFISH_CLINUX_H

// Calls of Linux that Swift's Glibc module does not have.

#include <stdint.h>
#include <sys/epoll.h>

/// A counter that wakes who waits for it: eventfd(2), non-blocking, closed on exec.
int pilotfish_eventfd(void);

/// epoll_create1(2), closed on exec.
int pilotfish_epoll_create(void);

/// epoll_ctl(2) with `key` as the event's data.
int pilotfish_epoll_control(int poll, int operation, int descriptor, uint32_t events, uint64_t key);

/// accept4(2), non-blocking, closed on exec.
///
/// @param address a `sockaddr_storage` to fill
int pilotfish_accept(int listener, void *address);

/// socket(2) of a stream, non-blocking, closed on exec.
int pilotfish_stream_socket(int family);

/// How many cores the calling thread may run on: sched_getaffinity(2); -1 if it fails, as where there are over 1,024.
int pilotfish_allowed_cores(void);

#endif
