package io.sluice.gateway.process;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Passes on a child's output as lines, up to a rate; skips and counts the rest. Strangers' media decides how much a
 * child prints, so the work for it is bounded. Not thread-safe; used on one event loop.
 *
 * <p>Only whole lines are passed on: part of a line could contain part of a secret, which cannot be recognised any
 * more.
 */
final class MeteredLines {

    /** Passed on without delay: what a child prints when it starts or fails is a few kilobytes. */
    static final int BURST_BYTES = 128 * 1_024;

    /** Passed on per second afterwards: some 200 lines. */
    static final int BYTES_PER_SECOND = 24 * 1_024;

    /** Charged for each read, because an event costs more than the few bytes that it may bring. */
    private static final int MIN_CHARGE = 64;

    /** When it has been exceeded, output is passed on again once this much may be. */
    private static final int RESUME_BYTES = 8 * 1_024;

    private final LineSplitter splitter;
    private final LongConsumer onSkipped;
    private final LongSupplier nanoClock;
    private double available = BURST_BYTES;
    private long filledAt;
    private boolean skipping;

    /**
     * Creates a meter for one output of a child.
     *
     * @param splitter receives what is passed on
     * @param onSkipped receives numbers of bytes that were skipped
     * @param nanoClock the time
     */
    MeteredLines(LineSplitter splitter, LongConsumer onSkipped, LongSupplier nanoClock) {
        this.splitter = splitter;
        this.onSkipped = onSkipped;
        this.nanoClock = nanoClock;
        this.filledAt = nanoClock.getAsLong();
    }

    /**
     * Takes bytes that were read.
     *
     * @param bytes consumed before this returns
     * @return whether more can be read immediately; false if the child prints too much, so that each further read
     *     should wait for more bytes
     */
    boolean accept(ByteBuffer bytes) {
        int count = bytes.remaining();
        refill();
        if (skipping && available >= RESUME_BYTES) {
            skipping = false;
        }
        int charge = Math.max(MIN_CHARGE, count);
        if (!skipping && charge <= available) {
            available -= charge;
            splitter.accept(bytes);
            return true;
        }
        skipping = true;
        bytes.position(bytes.limit());
        splitter.skipLine();
        onSkipped.accept(count);
        return false;
    }

    /** Delivers a last line without a line end. */
    void finish() {
        splitter.finish();
    }

    private void refill() {
        long now = nanoClock.getAsLong();
        available = Math.min(BURST_BYTES, available + (now - filledAt) * (BYTES_PER_SECOND / 1e9));
        filledAt = now;
    }
}
