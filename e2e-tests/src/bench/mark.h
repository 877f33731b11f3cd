/*
 * What load and sink agree on: each message is a whole Matroska Cluster whose one block begins with a mark. The mark says when the
 * message was made, by the clock that all processes of a machine share, and how many bytes of it are still to come.
 */
#ifndef MARK_H
#define MARK_H

#include <stdint.h>
#include <string.h>
#include <time.h>

#define MARK_MAGIC "\xf5SluiceMk"
#define MARK_MAGIC_BYTES 9

struct mark {
    char magic[MARK_MAGIC_BYTES];
    uint8_t stall;      /* the sink is to take nothing any more */
    uint16_t reserved;
    uint32_t follows;   /* bytes of the message behind the mark */
    uint64_t made_ns;
} __attribute__((packed));

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Delays in microseconds, in buckets that are at most 3 % wide. */
#define BUCKETS 2048
#define SUB 32

static inline unsigned bucket_of(uint64_t us) {
    if (us < SUB) return (unsigned)us;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(us);
    unsigned bucket = (exponent - 4u) * SUB + (unsigned)((us >> (exponent - 5u)) & (SUB - 1));
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

#endif
