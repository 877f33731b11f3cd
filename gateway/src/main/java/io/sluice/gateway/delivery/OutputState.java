package io.sluice.gateway.delivery;

import java.util.Locale;

/** Where an output of a live stream is. */
public enum OutputState {

    /** FFmpeg is being started, or has not yet opened the output. */
    CONNECTING,

    /** FFmpeg writes to the output. */
    LIVE,

    /** The output failed, and is tried again. */
    AWAY,

    /** The output failed for good. */
    FAILED,

    /** Everything was delivered. */
    ENDED;

    /**
     * The state as clients, the admin API and metrics name it.
     *
     * @return such as {@code live}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
