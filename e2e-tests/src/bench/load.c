/*
 * Many publishers in one thread: WebSocket connections that send marked messages at a given rate, or as fast as they are taken.
 *
 *   load -p PORT -u PATH [-n CONNECTIONS] [-m MESSAGE_BYTES] [-r BYTES_PER_SECOND_EACH, 0: flat out] [-t SECONDS] [-R RAMP_MS]
 *        [-s STALLED] [-d DELAY_MS] [-o [-P PROGRESS_MS]] [-f FILE [-c CODECS]]
 *
 *   PATH holds %d for the connection's number. The sinks of the first STALLED streams are told to take nothing after a second.
 *   -o: negotiate by sluice.v1; -P: how often to be told how the stream is doing, 1000 unless said. -f: send what is in the file instead, once; -c: what to say that it is. -d: begin later. MESSAGE_BYTES 0: connect and send nothing.
 *
 * Standard output: once a second "SECOND LIVE BYTES MESSAGES FAILED", counted from the start, and at the end
 * "end BYTES MESSAGES FAILED BEHIND"; BEHIND are messages that were due and not sent.
 */
#define _GNU_SOURCE
#include "mark.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const unsigned char MASK[4] = {0x37, 0xfa, 0x21, 0x3d};

/* EBML header, Segment of unknown size, Info with a tick of 1 ms, Tracks: VP8, 1280x720. */
static const unsigned char HEADER[] = {
    0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 1, 0x42, 0xf7, 0x81, 1, 0x42, 0xf2, 0x81, 4, 0x42, 0xf3, 0x81, 8,
    0x42, 0x82, 0x84, 'w', 'e', 'b', 'm', 0x42, 0x87, 0x81, 4, 0x42, 0x85, 0x81, 2,
    0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x15, 0x49, 0xa9, 0x66, 0x87, 0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40,
    0x16, 0x54, 0xae, 0x6b, 0x9d, 0xae, 0x9b, 0xd7, 0x81, 1, 0x73, 0xc5, 0x81, 1, 0x83, 0x81, 1,
    0x86, 0x85, 'V', '_', 'V', 'P', '8', 0xe0, 0x88, 0xb0, 0x82, 0x05, 0x00, 0xba, 0x82, 0x02, 0xd0};

/* Cluster with an 8-byte size, its Timecode, and a SimpleBlock of track 1 with an 8-byte size. */
struct block {
    unsigned char cluster[4], cluster_bytes[8], timecode[2], ticks[4], simple[1], simple_bytes[8], track, offset[2], flags;
    struct mark mark;
} __attribute__((packed));

enum state { CONNECTING, UPGRADING, OPENING, LIVE, ENDING, GONE };

struct connection {
    int fd, number;
    enum state state;
    int wants_room, header_sent;
    uint64_t began_ns, due_ns, messages;
    unsigned char head[512];       /* of what is being sent: frame header and all that is not filler */
    size_t head_bytes, sent, total, file_at;
    const unsigned char *tail;     /* what comes behind the head */
};

static int loop, negotiated, stalled, progress_ms = 1000;
static size_t message_bytes = 65536;
static uint64_t period_ns, sent_bytes, sent_messages, failed, live, end_ns;
static unsigned char *filler;      /* masked already: it begins at the same place of every message */
static unsigned char *file;        /* masked already, each MESSAGE_BYTES of it as one message */
static size_t file_bytes;
static const char *codecs = "vp8";
static struct connection *connections;

static void watch(struct connection *c, int wants_room) {
    if (c->wants_room == wants_room) return;
    c->wants_room = wants_room;
    struct epoll_event e = {.events = EPOLLIN | (wants_room ? EPOLLOUT : 0u), .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &e);
}

static void leave(struct connection *c) {
    if (c->state == GONE) return;
    if (c->state == LIVE) live--;
    if (c->state != ENDING) failed++;
    c->state = GONE;
    close(c->fd);
}

static size_t frame_head(unsigned char *to, int opcode, uint64_t bytes) {
    size_t n = 0;
    to[n++] = (unsigned char)(0x80 | opcode);
    int extended = bytes < 126 ? 0 : bytes < 65536 ? 2 : 8;
    to[n++] = (unsigned char)(0x80 | (extended == 0 ? bytes : extended == 2 ? 126 : 127));
    for (int i = extended; i-- > 0;) to[n++] = (unsigned char)(bytes >> 8 * i);
    memcpy(to + n, MASK, 4);
    return n + 4;
}

static void prepare(struct connection *c, int opcode, const void *payload, size_t bytes, size_t with_filler) {
    c->head_bytes = frame_head(c->head, opcode, bytes + with_filler);
    for (size_t i = 0; i < bytes; i++) c->head[c->head_bytes + i] = ((const unsigned char *)payload)[i] ^ MASK[i & 3];
    c->head_bytes += bytes;
    c->total = c->head_bytes + with_filler;
    c->sent = 0;
    c->tail = filler;
}

static void big_endian(unsigned char *to, int bytes, uint64_t value) {
    while (bytes-- > 0) *to++ = (unsigned char)(value >> 8 * bytes);
}

static void prepare_message(struct connection *c) {
    struct block b = {.cluster = {0x1f, 0x43, 0xb6, 0x75}, .timecode = {0xe7, 0x84}, .simple = {0xa3}, .track = 0x81, .flags = 0x80};
    uint64_t now = now_ns(), in_cluster = message_bytes - 12, in_block = message_bytes - 27;
    big_endian(b.cluster_bytes, 8, in_cluster | 1ull << 56);
    big_endian(b.ticks, 4, (now - c->began_ns) / 1000000);
    big_endian(b.simple_bytes, 8, in_block | 1ull << 56);
    memcpy(b.mark.magic, MARK_MAGIC, MARK_MAGIC_BYTES);
    b.mark.stall = c->number < stalled && now - c->began_ns > 1000000000u;
    b.mark.follows = (uint32_t)(message_bytes - sizeof b);
    b.mark.made_ns = now;
    prepare(c, 2, &b, sizeof b, message_bytes - sizeof b);
}

static void prepare_part_of_file(struct connection *c) {
    size_t bytes = file_bytes - c->file_at < message_bytes ? file_bytes - c->file_at : message_bytes;
    prepare(c, 2, "", 0, bytes);
    c->tail = file + c->file_at;
    c->file_at += bytes;
}

/* 1: all of it, 0: there is no room, -1: gone. */
static int flush(struct connection *c) {
    while (c->sent < c->total) {
        size_t into = c->sent > c->head_bytes ? c->sent - c->head_bytes : 0;
        struct iovec parts[2] = {{c->head + c->sent, c->sent < c->head_bytes ? c->head_bytes - c->sent : 0},
                                 {(void *)(c->tail + into), c->total - c->head_bytes - into}};
        int skip = parts[0].iov_len == 0;
        if (skip) parts[0].iov_base = c->head;
        ssize_t n = writev(c->fd, parts + skip, 2 - skip);
        if (n < 0) {
            if (errno != EAGAIN) { leave(c); return -1; }
            watch(c, 1);
            return 0;
        }
        c->sent += (size_t)n;
        if (c->state == LIVE) sent_bytes += (size_t)n;
    }
    return 1;
}

static void finish(struct connection *c) {
    static const unsigned char normal[] = {0x03, 0xe8};
    live--;
    c->state = ENDING;
    if (negotiated) prepare(c, 1, "{\"type\":\"stop\"}", 15, 0);
    else prepare(c, 8, normal, 2, 0);
    if (flush(c) == 1) watch(c, 0);
}

/* Sends what is due. */
static void pump(struct connection *c, uint64_t now) {
    if (c->state != LIVE || message_bytes == 0) return;
    for (int turns = 0; turns < 16; turns++) {
        if (flush(c) <= 0) return;
        if (c->total && c->header_sent) { c->messages++; sent_messages++; }
        c->total = c->sent = c->head_bytes = 0;
        if (!c->header_sent) {
            c->header_sent = 1;
            if (file) continue;
            prepare(c, 2, HEADER, sizeof HEADER, 0);
            if (flush(c) <= 0) return;
            c->total = c->sent = c->head_bytes = 0;
        }
        if (now >= end_ns || (file && c->file_at == file_bytes)) { finish(c); return; }
        if (period_ns) {
            if (now < c->due_ns) { watch(c, 0); return; }
            c->due_ns += period_ns;
        }
        if (file) prepare_part_of_file(c);
        else prepare_message(c);
    }
    watch(c, 1); /* the others' turn */
}

static void go_live(struct connection *c) {
    c->state = LIVE;
    live++;
    c->began_ns = now_ns();
    /* Spread over a period, as strangers are. */
    c->due_ns = c->began_ns + (period_ns ? (uint64_t)c->number * 7919u % 1000u * period_ns / 1000u : 0);
    c->total = c->sent = c->head_bytes = 0;
    watch(c, period_ns == 0);
}

static void connected(struct connection *c, const char *path) {
    char where[256];
    snprintf(where, sizeof where, path, c->number);
    c->state = UPGRADING;
    c->head_bytes = c->total = (size_t)snprintf((char *)c->head, sizeof c->head,
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", where,
        negotiated ? "Sec-WebSocket-Protocol: sluice.v1\r\n" : "");
    c->sent = 0;
    if (flush(c) == 1) watch(c, 0);
}

static void hear(struct connection *c) {
    char text[16384];
    for (;;) {
        ssize_t n = recv(c->fd, text, sizeof text - 1, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) { leave(c); return; }
        if (c->state == UPGRADING) {
            if (n < 13 || memcmp(text + 9, "101", 3)) { leave(c); return; }
            if (!negotiated) { go_live(c); continue; }
            c->state = OPENING;
            char open[200];
            int bytes = snprintf(open, sizeof open,
                "{\"type\":\"open\",\"progressIntervalMs\":%d,\"offers\":[\"video/webm;codecs=\\\"%s\\\"\"]}", progress_ms, codecs);
            prepare(c, 1, open, (size_t)bytes, 0);
            if (flush(c) < 0) return;
        } else if (c->state == OPENING && memmem(text, (size_t)n, "\"opened\"", 8)) {
            go_live(c);
        } else if ((c->state == LIVE || c->state == OPENING) && memmem(text, (size_t)n, "\"failed\"", 8)) {
            text[n] = 0;
            fprintf(stderr, "%d: %s\n", c->number, strstr(text, "{"));
        }
    }
}

static void start(struct connection *c, int number, int port) {
    int one = 1;
    c->number = number;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    c->wants_room = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(c->fd, (struct sockaddr *)&to, sizeof to);
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &e);
}

static void read_file(const char *name) {
    FILE *in = fopen(name, "rb");
    if (!in || fseek(in, 0, SEEK_END)) { perror(name); exit(1); }
    file_bytes = (size_t)ftell(in);
    rewind(in);
    file = malloc(file_bytes);
    if (fread(file, 1, file_bytes, in) != file_bytes) { perror(name); exit(1); }
    fclose(in);
}

int main(int argc, char **argv) {
    int port = 8080, n = 1, seconds = 5, ramp_ms = 0, delay_ms = 0, option;
    double rate = 0;
    const char *path = "/ingest?streamKey=bench-%d";
    while ((option = getopt(argc, argv, "p:u:n:m:r:t:R:s:d:oP:f:c:")) != -1) switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'u': path = optarg; break;
        case 'n': n = atoi(optarg); break;
        case 'm': message_bytes = strtoul(optarg, 0, 10); break;
        case 'r': rate = atof(optarg); break;
        case 't': seconds = atoi(optarg); break;
        case 'R': ramp_ms = atoi(optarg); break;
        case 's': stalled = atoi(optarg); break;
        case 'd': delay_ms = atoi(optarg); break;
        case 'o': negotiated = 1; break;
        case 'P': progress_ms = atoi(optarg); break;
        case 'f': read_file(optarg); break;
        case 'c': codecs = optarg; break;
        default: return 2;
    }
    if (message_bytes && !file && message_bytes < sizeof(struct block)) return 2;
    for (size_t i = 0; i < file_bytes; i++) file[i] ^= MASK[i % message_bytes & 3];
    usleep((useconds_t)delay_ms * 1000);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    period_ns = rate > 0 ? (uint64_t)(1e9 * (double)message_bytes / rate) : 0;
    filler = malloc(message_bytes + 1);
    for (size_t i = 0; i < message_bytes; i++) filler[i] = (unsigned char)(i * 131 >> 3) ^ MASK[(sizeof(struct block) + i) & 3];
    loop = epoll_create1(0);
    connections = calloc((size_t)n, sizeof *connections);
    uint64_t begin = now_ns(), told = begin, second = 0;
    end_ns = begin + (uint64_t)seconds * 1000000000u;
    int started = 0;
    struct epoll_event events[512];
    for (;;) {
        uint64_t now = now_ns();
        while (started < n && (now - begin) / 1000000u >= (uint64_t)ramp_ms * (uint64_t)started / (uint64_t)n) {
            start(&connections[started], started, port);
            started++;
        }
        int ready = epoll_wait(loop, events, 512, period_ns || started < n || now >= end_ns ? 1 : 100);
        now = now_ns();
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (c->state == CONNECTING && events[i].events & (EPOLLOUT | EPOLLERR)) connected(c, path);
            if (c->state != GONE && events[i].events & (EPOLLIN | EPOLLHUP)) hear(c);
            if (c->state == LIVE && c->wants_room) pump(c, now);
            else if (c->state != GONE && events[i].events & EPOLLOUT && flush(c) == 1) watch(c, 0);
        }
        int gone = 0;
        for (int i = 0; i < started; i++) {
            struct connection *c = &connections[i];
            gone += c->state == GONE;
            if (c->state == LIVE && now >= end_ns && message_bytes == 0) finish(c);
            else if (c->state == LIVE && !c->wants_room && (now >= c->due_ns || now >= end_ns)) pump(c, now);
        }
        if (now - told >= 1000000000u) {
            told += 1000000000u;
            printf("%llu %llu %llu %llu %llu\n", (unsigned long long)++second, (unsigned long long)live,
                   (unsigned long long)sent_bytes, (unsigned long long)sent_messages, (unsigned long long)failed);
            fflush(stdout);
        }
        if (gone == n || now > end_ns + 10000000000u) break;
    }
    uint64_t behind = 0, ended = now_ns();
    if (period_ns)
        for (int i = 0; i < n; i++) {
            uint64_t last = ended < end_ns ? ended : end_ns;
            if (connections[i].due_ns && connections[i].due_ns < last) behind += (last - connections[i].due_ns) / period_ns;
        }
    printf("end %llu %llu %llu %llu\n", (unsigned long long)sent_bytes, (unsigned long long)sent_messages,
           (unsigned long long)failed, (unsigned long long)behind);
    return 0;
}
