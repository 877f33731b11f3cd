package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stream's initialisation segment, for a run of FFmpeg that starts in the middle of the stream: of WebM and
 * Matroska everything before the first Cluster, of fragmented MP4 everything before the first {@code moof}.
 *
 * <p>It copies at most {@value #MAX_BYTES} bytes. A header that is longer, or that cannot be followed, is not kept.
 * Confined to the stream's event loop. {@link #release()} when the stream ends.
 */
public final class StreamHeader {

    /** MediaRecorder writes some 200 bytes of WebM and 1,300 of MP4. */
    static final int MAX_BYTES = 64 * 1_024;

    private static final int INITIAL_BYTES = 256;

    /** EBML element IDs, with their length markers (RFC 8794, RFC 9559). */
    private static final long EBML_ID = 0x1A45DFA3L;

    private static final long SEGMENT_ID = 0x18538067L;
    private static final long CLUSTER_ID = 0x1F43B675L;

    /** Box types of MP4 (ISO/IEC 14496-12). */
    private static final int MOOF = 0x6D6F6F66;

    private static final int MDAT = 0x6D646174;
    private static final int BOX_HEADER_BYTES = 8;
    private static final int LARGE_BOX_HEADER_BYTES = 16;

    /** Answers of the parsers besides a position. */
    private static final int INCOMPLETE = -1;

    private static final int UNKNOWN = -2;

    private @Nullable ByteBuf bytes;
    private int position;
    private boolean searching = true;

    /** Nothing yet. */
    public StreamHeader() {}

    /**
     * Inspects the next bytes of the stream, and copies those that may belong to the header. The buffer and its indices
     * stay as they are.
     *
     * @param media what follows on the bytes of the call before, cut anywhere
     */
    public void inspect(ByteBuf media) {
        if (!searching || !media.isReadable()) {
            return;
        }
        ByteBuf kept = bytes == null ? media.alloc().buffer(INITIAL_BYTES, MAX_BYTES) : bytes;
        bytes = kept;
        kept.writeBytes(media, media.readerIndex(), Math.min(media.readableBytes(), kept.maxWritableBytes()));
        advance(kept);
    }

    private void advance(ByteBuf kept) {
        boolean ebml = kept.getByte(0) == (byte) (EBML_ID >>> 24);
        while (searching) {
            int next = position >= kept.writerIndex() ? INCOMPLETE : ebml ? nextElement(kept) : nextBox(kept);
            if (next == INCOMPLETE) {
                if (kept.maxWritableBytes() == 0) {
                    release();
                }
                return;
            } else if (next == UNKNOWN || next > MAX_BYTES) {
                release();
            } else if (next == position) {
                searching = false;
                kept.writerIndex(position);
                kept.capacity(position);
            } else {
                position = next;
            }
        }
    }

    /** The position of the next element at this level; the present one if it is the first Cluster. */
    private int nextElement(ByteBuf kept) {
        int idLength = vintLength(kept, position);
        if (idLength < 0 || !has(kept, idLength + 1)) {
            return idLength == UNKNOWN ? UNKNOWN : INCOMPLETE;
        }
        long id = unsigned(kept, position, idLength);
        if (id == CLUSTER_ID) {
            return position;
        }
        int sizeLength = vintLength(kept, position + idLength);
        if (sizeLength < 0 || !has(kept, idLength + sizeLength)) {
            return sizeLength == UNKNOWN ? UNKNOWN : INCOMPLETE;
        }
        int content = position + idLength + sizeLength;
        if (id == SEGMENT_ID) {
            return content;
        }
        long mask = (1L << (7 * sizeLength)) - 1;
        long size = unsigned(kept, position + idLength, sizeLength) & mask;
        // All ones: the size is unknown, which only a Segment and a Cluster may be.
        return size == mask || size > MAX_BYTES ? UNKNOWN : content + (int) size;
    }

    /** The position of the next box; the present one if it is the first fragment. */
    private int nextBox(ByteBuf kept) {
        if (!has(kept, BOX_HEADER_BYTES)) {
            return INCOMPLETE;
        }
        int type = kept.getInt(position + Integer.BYTES);
        if (type == MOOF) {
            return position;
        }
        long size = kept.getUnsignedInt(position);
        if (size == 1) {
            if (!has(kept, LARGE_BOX_HEADER_BYTES)) {
                return INCOMPLETE;
            }
            size = kept.getLong(position + BOX_HEADER_BYTES);
        }
        // A size of 0 reaches to the end of the stream; mdat before moof is not fragmented.
        return type == MDAT || size < BOX_HEADER_BYTES || size > MAX_BYTES ? UNKNOWN : position + (int) size;
    }

    private boolean has(ByteBuf kept, int count) {
        return position + count <= kept.writerIndex();
    }

    /** The length of a variable-size integer, from the leading zeros of its first byte. */
    private static int vintLength(ByteBuf kept, int at) {
        if (at >= kept.writerIndex()) {
            return INCOMPLETE;
        }
        int first = kept.getUnsignedByte(at);
        return first == 0 ? UNKNOWN : Integer.numberOfLeadingZeros(first) - (Integer.SIZE - Byte.SIZE) + 1;
    }

    private static long unsigned(ByteBuf kept, int at, int count) {
        long value = 0;
        for (int i = at; i < at + count; i++) {
            value = (value << Byte.SIZE) | kept.getUnsignedByte(i);
        }
        return value;
    }

    /**
     * Whether the header is complete and kept.
     *
     * @return false before its last byte, and if it cannot be kept
     */
    public boolean isComplete() {
        return !searching && bytes != null;
    }

    /**
     * The length of the header.
     *
     * @return a number of bytes; 0 unless {@linkplain #isComplete() complete}
     */
    public int length() {
        return isComplete() ? position : 0;
    }

    /**
     * The header.
     *
     * @return a buffer of its own, whose reference is the caller's; empty unless {@linkplain #isComplete() complete}
     */
    public ByteBuf copy() {
        ByteBuf kept = bytes;
        return kept == null || searching ? Unpooled.EMPTY_BUFFER : kept.copy();
    }

    /** Releases what is kept, for good. */
    public void release() {
        searching = false;
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }
}
