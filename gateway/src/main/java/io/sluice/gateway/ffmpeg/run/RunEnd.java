package io.sluice.gateway.ffmpeg.run;

/** Why a run of FFmpeg ended, as far as its messages, its exit code and its progress tell: whose fault it is. */
public enum RunEnd {
    /** All media was delivered. */
    COMPLETED,

    /** The media is at fault: another FFmpeg would end in the same way. */
    INPUT,

    /** FFmpeg crashed, or gave up for a reason of its own. */
    CRASHED,

    /** The limit of FFmpeg's memory was reached. */
    OUT_OF_MEMORY,

    /** A signal 9 that the gateway did not send. */
    KILLED,

    /** The server answered the handshake, and then refused the publication before it took any media. */
    REJECTED,

    /** As {@link #REJECTED}, because the server has another publisher under the key; it may be one's own past. */
    KEY_IN_USE,

    /** The server could not be reached, did not answer, did not speak RTMP, or broke off. */
    UNAVAILABLE,

    /**
     * The output cannot work before somebody changes something: its certificate is not trusted, or the disk is full.
     */
    OUTPUT_BROKEN
}
