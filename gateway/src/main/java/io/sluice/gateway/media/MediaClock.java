package io.sluice.gateway.media;

import io.sluice.gateway.media.container.MediaTrack;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Compares a stream's timestamps with the time that passes. A gap in a track makes FFmpeg fill in what is missing, with
 * pictures or silence, and a gap of hours costs nothing to send. So gaps may add up to the time that has passed and a
 * fixed allowance, per track: a recorder that pauses leaves gaps as long as its pauses, and a recording that is sent
 * faster than it was made uses up the allowance.
 *
 * <p>Confined to the stream's event loop.
 */
public final class MediaClock {

    /** A shorter gap is none: recorders are uneven, and a still screen yields few pictures. */
    private static final long GAP_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** Some 35 years: beyond it, only that it is far matters. */
    private static final long MAX_MICROS = 1L << 50;

    private final long allowanceMicros;
    private final long[] newestMicros = new long[MediaTrack.MAX_TRACKS];
    private final long[] gapMicros = new long[MediaTrack.MAX_TRACKS];
    private final boolean[] hasStarted = new boolean[MediaTrack.MAX_TRACKS];
    private boolean streamHasStarted;
    private long earlierMicros;
    private long startMicros;
    private long endMicros;
    private long nowNanos;
    private long samples;
    private final long[] arrivalNanos = new long[MediaTrack.MAX_TRACKS];
    private final Map<MediaTrack.Kind, Gap> excess = new EnumMap<>(MediaTrack.Kind.class);

    /**
     * A gap that was too long.
     *
     * @param kind what the track carries
     * @param length from the sample before it, of the same track, or from the stream's first sample
     * @param position where in the stream the sample behind the gap is
     */
    public record Gap(MediaTrack.Kind kind, Duration length, long position) {}

    /**
     * A clock that has not started.
     *
     * @param allowance how much the gaps of a track may be longer than the time that passes
     */
    public MediaClock(Duration allowance) {
        this.allowanceMicros = TimeUnit.NANOSECONDS.toMicros(allowance.toNanos());
    }

    /**
     * Sets the time at which the next samples arrive.
     *
     * @param nanoTime by {@link System#nanoTime()}
     */
    public void arrivingAt(long nanoTime) {
        nowNanos = nanoTime;
    }

    /**
     * Counts a sample of a track that carries video or audio.
     *
     * @param track its track
     * @param sampleMicros its time, in microseconds
     * @param position where in the stream it is
     */
    public void onSample(MediaTrack track, long sampleMicros, long position) {
        long micros = Math.max(-MAX_MICROS, Math.min(sampleMicros, MAX_MICROS));
        samples++;
        if (!streamHasStarted) {
            streamHasStarted = true;
            startMicros = micros;
            endMicros = micros;
        }
        int i = track.index();
        if (!hasStarted[i]) {
            hasStarted[i] = true;
            arrivalNanos[i] = nowNanos;
            newestMicros[i] = micros;
            // A track that starts long before the first one is as far from it as one that starts long after it.
            count(track, Math.abs(micros - startMicros), position);
        } else {
            count(track, micros - newestMicros[i], position);
            newestMicros[i] = Math.max(newestMicros[i], micros);
        }
        endMicros = Math.max(endMicros, micros);
    }

    /** Adds a gap to those of its track, and subtracts the time since the track's last sample arrived. */
    private void count(MediaTrack track, long micros, long position) {
        int i = track.index();
        long gap = Math.max(0, micros - GAP_MICROS);
        gapMicros[i] = Math.max(0, gapMicros[i] + gap - TimeUnit.NANOSECONDS.toMicros(nowNanos - arrivalNanos[i]));
        arrivalNanos[i] = nowNanos;
        if (gapMicros[i] > allowanceMicros && !excess.containsKey(track.kind())) {
            excess.put(track.kind(), new Gap(track.kind(), Duration.of(micros, ChronoUnit.MICROS), position));
        }
    }

    /**
     * Another recording follows, whose time is added to that of the earlier one. Gaps are still counted from the newest
     * sample of each track: FFmpeg goes on with the timestamps as they are, so a second header must not hide a leap.
     */
    public void restart() {
        earlierMicros += endMicros - startMicros;
        startMicros = endMicros;
        streamHasStarted = false;
    }

    /**
     * The media time since the first sample, of the track that is furthest.
     *
     * @return 0 before the first sample; never decreases
     */
    public Duration elapsed() {
        return Duration.of(earlierMicros + endMicros - startMicros, ChronoUnit.MICROS);
    }

    /**
     * The samples so far.
     *
     * @return how many have been counted, of all tracks
     */
    public long samples() {
        return samples;
    }

    /**
     * Whether any track has exceeded its allowance.
     *
     * @return true for the rest of the stream
     */
    public boolean hasExcessiveGap() {
        return !excess.isEmpty();
    }

    /**
     * The first gap by which a track exceeded its allowance.
     *
     * @param kind what the track carries
     * @return empty while there is none
     */
    public Optional<Gap> excessiveGap(MediaTrack.Kind kind) {
        return Optional.ofNullable(excess.get(kind));
    }
}
