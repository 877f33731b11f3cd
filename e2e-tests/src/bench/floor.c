/*
 * The least that this work can cost: one thread, bare epoll, receive, unmask in place, write to the child's pipe. It trusts
 * its clients, checks nothing, and answers the one handshake key that load sends. What a gateway costs is told as a multiple of it.
 *
 *   floor PORT PROGRAM
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

#define ROOM (128 * 1024)

struct stream;

/* What an event is about; a stream has two. */
struct side { struct stream *stream; int is_pipe; };

struct stream {
    struct side socket_side, pipe_side;
    int socket, pipe;
    int upgraded, blocked, text;
    uint32_t mask;
    uint64_t frame_left;
    size_t filled, at;          /* bytes in the buffer; where the unread ones begin */
    size_t payload_from, payload_to; /* unmasked, and not yet written */
    unsigned char buffer[ROOM];
};

static int loop;
static char *program;

static void watch(int op, int fd, uint32_t events, struct side *side) {
    struct epoll_event e = {.events = events, .data.ptr = side};
    epoll_ctl(loop, op, fd, &e);
}

static void end(struct stream *s) {
    if (s->socket < 0) return;
    close(s->socket);
    if (s->pipe >= 0) close(s->pipe);
    s->socket = s->pipe = -1; /* its memory stays: an event may still name it, and the program is short-lived */
}

static int start_child(struct stream *s) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return -1;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[0], 0);
    char *arguments[] = {program, 0};
    pid_t pid;
    int failed = posix_spawn(&pid, program, &files, 0, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    close(ends[0]);
    s->pipe = ends[1];
    fcntl(s->pipe, F_SETFL, O_NONBLOCK);
    watch(EPOLL_CTL_ADD, s->pipe, EPOLLOUT | EPOLLET, &s->pipe_side);
    return failed;
}

static void unmask(struct stream *s, unsigned char *p, size_t n) {
    uint64_t twice = (uint64_t)s->mask << 32 | s->mask, word;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&word, p + i, 8);
        word ^= twice;
        memcpy(p + i, &word, 8);
    }
    for (; i < n; i++) p[i] ^= (unsigned char)(s->mask >> 8 * (i & 3));
    unsigned turn = (unsigned)(n & 3) * 8;
    if (turn) s->mask = s->mask >> turn | s->mask << (32 - turn);
}

/* 1: all written, 0: the pipe is full, -1: the child is gone. */
static int flush(struct stream *s) {
    while (s->payload_from < s->payload_to) {
        ssize_t n = write(s->pipe, s->buffer + s->payload_from, s->payload_to - s->payload_from);
        if (n < 0) return errno == EAGAIN ? 0 : -1;
        s->payload_from += (size_t)n;
    }
    return 1;
}

/* Takes what is in the buffer: as flush(), and 1 if more has to be received. */
static int take(struct stream *s) {
    int flushed = flush(s);
    while (flushed == 1 && s->at < s->filled) {
        if (s->frame_left) {
            size_t n = s->filled - s->at;
            if (n > s->frame_left) n = (size_t)s->frame_left;
            unmask(s, s->buffer + s->at, n);
            s->frame_left -= n;
            s->payload_from = s->at;
            s->payload_to = s->text ? s->at : s->at + n;
            s->at += n;
            flushed = flush(s);
            continue;
        }
        unsigned char *h = s->buffer + s->at;
        size_t have = s->filled - s->at, need = 6;
        if (have < 2) break;
        unsigned length = h[1] & 127u;
        need += length == 126 ? 2 : length == 127 ? 8 : 0;
        if (have < need) break;
        s->frame_left = length;
        if (length >= 126) {
            s->frame_left = 0;
            for (size_t i = 2; i < need - 4; i++) s->frame_left = s->frame_left << 8 | h[i];
        }
        if ((h[0] & 15) == 8) return -1;
        s->text = (h[0] & 15) == 1;
        memcpy(&s->mask, h + need - 4, 4);
        s->at += need;
    }
    if (flushed == 1) {
        memmove(s->buffer, s->buffer + s->at, s->filled - s->at);
        s->filled -= s->at;
        s->at = s->payload_from = s->payload_to = 0;
    }
    return flushed;
}

static int upgrade(struct stream *s) {
    unsigned char *blank = memmem(s->buffer, s->filled, "\r\n\r\n", 4);
    if (!blank) return 1;
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    if (send(s->socket, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0 || start_child(s)) return -1;
    s->upgraded = 1;
    s->at = (size_t)(blank + 4 - s->buffer);
    return take(s);
}

static void readable(struct stream *s) {
    ssize_t n = recv(s->socket, s->buffer + s->filled, ROOM - s->filled, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { end(s); return; }
    s->filled += (size_t)n;
    int taken = s->upgraded ? take(s) : upgrade(s);
    if (taken < 0) end(s);
    if (taken == 0) {
        s->blocked = 1;
        watch(EPOLL_CTL_MOD, s->socket, 0, &s->socket_side);
    }
}

static void room(struct stream *s) {
    if (!s->blocked) return;
    int taken = take(s);
    if (taken < 0) end(s);
    if (taken > 0) {
        s->blocked = 0;
        watch(EPOLL_CTL_MOD, s->socket, EPOLLIN, &s->socket_side);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    program = argv[2];
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    loop = epoll_create1(EPOLL_CLOEXEC);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) {
        perror("floor");
        return 1;
    }
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, 0);
    puts("ready");
    fflush(stdout);
    struct epoll_event events[256];
    for (;;) {
        int n = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < n; i++) {
            struct side *side = events[i].data.ptr;
            if (!side) {
                int accepted;
                while ((accepted = accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    struct stream *s = calloc(1, sizeof *s);
                    s->socket = accepted;
                    s->pipe = -1;
                    s->socket_side = (struct side){s, 0};
                    s->pipe_side = (struct side){s, 1};
                    watch(EPOLL_CTL_ADD, accepted, EPOLLIN, &s->socket_side);
                }
            } else if (side->stream->socket >= 0) {
                if (side->is_pipe) room(side->stream);
                else readable(side->stream);
            }
        }
    }
}
