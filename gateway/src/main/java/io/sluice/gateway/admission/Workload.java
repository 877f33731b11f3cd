package io.sluice.gateway.admission;

/** What a stream's FFmpeg has to do, as far as it decides what that costs: each is ten times as dear as the one before it, or more. */
public enum Workload {
    /** Both tracks are copied. */
    COPY,
    /** Sound is encoded, and video copied if there is any. */
    AUDIO,
    /** Video is encoded. */
    VIDEO
}
