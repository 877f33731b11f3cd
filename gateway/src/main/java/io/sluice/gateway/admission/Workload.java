package io.sluice.gateway.admission;

/** Kinds of streams by cost: each costs at least ten times as much as the previous one. */
public enum Workload {
    /** Both tracks are copied. */
    COPY,
    /** Audio is encoded; video, if any, is copied. */
    AUDIO,
    /** Video is encoded. */
    VIDEO
}
