/*
 * Stands in for FFmpeg where the gateway's own cost is measured: takes standard input as fast as it comes, and tells by UDP how long
 * each marked message was under way. Questions about its abilities are answered by a real FFmpeg.
 *
 *   BENCH_FFMPEG   the real one
 *   BENCH_REPORT   port on 127.0.0.1 that gets a report each second and at the end
 *   BENCH_SKIP_MS  what is made earlier than this after the first message is not counted
 *
 * A report is text: "PID BYTES MESSAGES BROKEN MAX_US LAST" and then "BUCKET:COUNT" for each bucket that is not empty.
 */
#define _GNU_SOURCE
#include "mark.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t bytes, messages, broken, longest_us, first_ns;
static uint32_t counts[BUCKETS];

static void report(int last) {
    const char *port = getenv("BENCH_REPORT");
    if (!port) return;
    static char text[60000];
    int n = snprintf(text, sizeof text, "%d %llu %llu %llu %llu %d", getpid(), (unsigned long long)bytes,
                     (unsigned long long)messages, (unsigned long long)broken, (unsigned long long)longest_us, last);
    for (int i = 0; i < BUCKETS && n < (int)sizeof text - 32; i++)
        if (counts[i]) n += snprintf(text + n, sizeof text - (size_t)n, " %d:%u", i, counts[i]);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0) return;
    sendto(s, text, (size_t)n, 0, (struct sockaddr *)&to, sizeof to);
    close(s);
}

static void progress(const char *state) {
    uint64_t us = (now_ns() - first_ns) / 1000;
    printf("frame=%llu\nfps=30.00\nbitrate=2500.0kbits/s\ntotal_size=%llu\nout_time_us=%llu\nout_time_ms=%llu\ndup_frames=0\n"
           "drop_frames=0\nspeed=1x\nprogress=%s\n",
           (unsigned long long)(us / 33333), (unsigned long long)bytes, (unsigned long long)us, (unsigned long long)us, state);
    fflush(stdout);
}

static int is_stream(int argc, char **argv) {
    if (argc == 1) return 1; /* the floor asks no questions */
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "pipe:0")) return 1;
    return 0;
}

static void measured(uint64_t made_ns, uint64_t skip_ns) {
    if (made_ns < first_ns + skip_ns) return;
    uint64_t us = (now_ns() - made_ns) / 1000;
    counts[bucket_of(us)]++;
    if (us > longest_us) longest_us = us;
}

int main(int argc, char **argv) {
    if (!is_stream(argc, argv)) {
        const char *real = getenv("BENCH_FFMPEG");
        argv[0] = (char *)(real ? real : "/usr/bin/ffmpeg");
        execv(argv[0], argv);
        return 127;
    }
    const char *skip = getenv("BENCH_SKIP_MS");
    uint64_t skip_ns = skip ? strtoull(skip, 0, 10) * 1000000u : 0, reported = now_ns();
    int tells = argc > 1;
    static unsigned char buffer[1 << 17];
    struct mark mark;
    size_t have = 0;       /* bytes of a mark that were found so far */
    uint64_t left = 0;     /* of a message */
    size_t stray = 0;      /* bytes since the last message: heads of containers are short */
    first_ns = now_ns();
    for (;;) {
        ssize_t n = read(0, buffer, sizeof buffer);
        if (n <= 0) break;
        bytes += (uint64_t)n;
        for (ssize_t i = 0; i < n;) {
            if (left) {
                uint64_t step = left < (uint64_t)(n - i) ? left : (uint64_t)(n - i);
                left -= step;
                i += (ssize_t)step;
                if (!left) measured(mark.made_ns, skip_ns);
                continue;
            }
            unsigned char c = buffer[i++];
            if (have < MARK_MAGIC_BYTES && c != (unsigned char)MARK_MAGIC[have]) {
                have = c == (unsigned char)MARK_MAGIC[0];
                if (++stray == 4096) broken++;
                continue;
            }
            ((unsigned char *)&mark)[have++] = c;
            if (have == sizeof mark) {
                have = stray = 0;
                left = mark.follows;
                if (messages++ == 0) first_ns = mark.made_ns;
                if (mark.stall) for (;;) pause();
            }
        }
        uint64_t t = now_ns();
        if (t - reported > 1000000000u) {
            reported = t;
            report(0);
            if (tells) progress("continue");
        }
    }
    if (left || have) broken++;
    report(1);
    if (tells) progress("end");
    return 0;
}
