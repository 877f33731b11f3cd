package io.sluice.e2e.harness;

/**
 * A copied picture, known by its size and, to some milliseconds, by its time.
 *
 * @param millis when it is to be shown
 * @param bytes its size
 */
public record SentPicture(long millis, int bytes) {

    /** FFmpeg lets outputs start at 0, wherever the first packet of the recording is. */
    private static final int TOLERANCE_MILLIS = 100;

    boolean isArrivedAs(SentPicture other) {
        return bytes == other.bytes && Math.abs(millis - other.millis) <= TOLERANCE_MILLIS;
    }
}
