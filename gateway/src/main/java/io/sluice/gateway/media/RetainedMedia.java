package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The newest bytes of a stream, in retained buffers. Readers hold the {@link Piece} that they are at, and follow the
 * links.
 *
 * <p>Small buffers are gathered into shared ones, and a buffer that uses less than half of the memory behind it is
 * copied. So the memory held is at most twice the bytes, and {@value #MIN_BUFFER_BYTES} bytes for each
 * {@value #GATHER_MILLIS} ms in which less than that arrived.
 */
final class RetainedMedia {

    /**
     * Smaller buffers are gathered: their objects and the read buffers behind them would cost more than their bytes.
     */
    private static final int GATHER_BELOW_BYTES = 4_096;

    private static final int MIN_BUFFER_BYTES = 256;
    private static final int MAX_GATHERED_BYTES = 16 * 1_024;

    /** All bytes of a piece count as having arrived with its first one. */
    private static final int GATHER_MILLIS = 250;

    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);

    /** A buffer with bytes that follow on those of the piece before. The last one may grow. */
    static final class Piece {

        private final ByteBuf bytes;
        private final long start;
        private final long arrivedNanos;

        /** The memory behind all earlier pieces of the stream. */
        private final long memoryBefore;

        private @Nullable Piece next;
        private boolean released;

        private Piece(ByteBuf bytes, long start, long arrivedNanos, long memoryBefore) {
            this.bytes = bytes;
            this.start = start;
            this.arrivedNanos = arrivedNanos;
            this.memoryBefore = memoryBefore;
        }

        long end() {
            return start + bytes.readableBytes();
        }

        long arrivedNanos() {
            return arrivedNanos;
        }

        boolean has(long position) {
            return !released && start <= position && position < end();
        }

        /** The bytes from a position on, at most up to another one; the reference is the caller's. */
        ByteBuf slice(long from, long to) {
            return bytes.retainedSlice(bytes.readerIndex() + (int) (from - start), (int) (Math.min(to, end()) - from));
        }
    }

    private @Nullable Piece first;
    private @Nullable Piece last;
    private boolean isGathering;
    private long received;
    private long memoryEver;

    /** Adds bytes, whose reference passes to this. */
    void append(ByteBuf bytes, long nowNanos) {
        int length = bytes.readableBytes();
        Piece end = last;
        if (end != null
                && isGathering
                && end.bytes.maxWritableBytes() >= length
                && nowNanos - end.arrivedNanos <= GATHER_NANOS) {
            memoryEver -= end.bytes.capacity();
            end.bytes.writeBytes(bytes);
            memoryEver += end.bytes.capacity();
            bytes.release();
        } else if (length < GATHER_BELOW_BYTES) {
            ByteBuf gathered = bytes.alloc().buffer(Math.max(length, MIN_BUFFER_BYTES), MAX_GATHERED_BYTES);
            gathered.writeBytes(bytes);
            bytes.release();
            add(gathered, nowNanos);
            isGathering = true;
        } else {
            add(compact(bytes), nowNanos);
            isGathering = false;
        }
        received += length;
    }

    private void add(ByteBuf bytes, long nowNanos) {
        Piece piece = new Piece(bytes, received, nowNanos, memoryEver);
        memoryEver += memoryBehind(bytes);
        Piece end = last;
        if (end == null) {
            first = piece;
        } else {
            end.next = piece;
        }
        last = piece;
    }

    /** A slice that is kept must not keep a much larger read buffer alive. */
    private static ByteBuf compact(ByteBuf bytes) {
        if (memoryBehind(bytes) <= 2L * bytes.readableBytes()) {
            return bytes;
        }
        try {
            return bytes.alloc().buffer(bytes.readableBytes()).writeBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    /** The memory that a buffer keeps alive. */
    static int memoryBehind(ByteBuf bytes) {
        ByteBuf memory = bytes;
        while (memory.unwrap() != null) {
            memory = memory.unwrap();
        }
        return memory.capacity();
    }

    /** The position of the oldest byte that is kept. */
    long start() {
        return first == null ? received : first.start;
    }

    /** The position of the next byte to arrive. */
    long received() {
        return received;
    }

    /** The memory behind all that is kept. */
    long heldBytes() {
        return memoryFrom(first);
    }

    /** The memory behind a piece and all that follow; 0 for none. */
    long memoryFrom(@Nullable Piece piece) {
        return piece == null ? 0 : memoryEver - piece.memoryBefore;
    }

    /**
     * The piece with a position.
     *
     * @param hint where the reader was before
     * @return null if the byte has not arrived yet, or has been given up
     */
    @Nullable
    Piece find(long position, @Nullable Piece hint) {
        if (position >= received) {
            return null;
        }
        if (hint != null && !hint.released) {
            if (hint.has(position)) {
                return hint;
            }
            if (hint.next != null && hint.next.has(position)) {
                return hint.next;
            }
        }
        if (last != null && last.has(position)) {
            return last;
        }
        Piece piece = first;
        while (piece != null && !piece.has(position)) {
            piece = piece.next;
        }
        return piece;
    }

    /** Releases the pieces that end at a position or in front of it. */
    void giveUpBefore(long position) {
        Piece piece = first;
        while (piece != null && piece.end() <= position) {
            piece.released = true;
            piece.bytes.release();
            piece = piece.next;
        }
        first = piece;
        if (piece == null) {
            last = null;
        }
    }
}
