package io.sluice.gateway.media.container;

import org.jspecify.annotations.Nullable;

/** Walks over WebM and Matroska: EBML as in RFC 8794, elements as in RFC 9559. */
final class EbmlWalker extends StructureWalker {

    private static final int EBML = 0x1a45dfa3;
    private static final int SEGMENT = 0x18538067;
    private static final int SEEK_HEAD = 0x114d9b74;
    private static final int INFO = 0x1549a966;
    private static final int TIMESTAMP_SCALE = 0x2ad7b1;
    private static final int TRACKS = 0x1654ae6b;
    private static final int TRACK_ENTRY = 0xae;
    private static final int TRACK_NUMBER = 0xd7;
    private static final int TRACK_TYPE = 0x83;
    private static final int TRACK_TIMESTAMP_SCALE = 0x23314f;
    private static final int CLUSTER = 0x1f43b675;
    private static final int TIMESTAMP = 0xe7;
    private static final int SIMPLE_BLOCK = 0xa3;
    private static final int BLOCK_GROUP = 0xa0;
    private static final int BLOCK = 0xa1;
    private static final int REFERENCE_BLOCK = 0xfb;
    private static final int CUES = 0x1c53bb6b;
    private static final int CHAPTERS = 0x1043a770;
    private static final int TAGS = 0x1254c367;
    private static final int ATTACHMENTS = 0x1941a469;

    private static final int MAX_ID_BYTES = 4;
    private static final int MAX_SIZE_BYTES = 8;
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** A block's time, which is signed, and its flags. They follow the track number. */
    private static final int BLOCK_TIME_BYTES = 2;

    private static final int BLOCK_FLAGS_BYTES = 1;
    private static final int KEY_FRAME_FLAG = 0x80;

    private static final double NANOS_PER_MICRO = 1_000;
    private static final double DEFAULT_TIMESTAMP_SCALE = 1_000_000;

    private double scaleNanos = DEFAULT_TIMESTAMP_SCALE;
    private double clusterTicks;
    private @Nullable MediaTrack entry;
    private boolean headerSeen;
    private boolean headerEnded;

    /** The element that ends next is a block. */
    private boolean isBlock;

    /** The block of the BlockGroup that has been entered. */
    private @Nullable MediaTrack groupTrack;

    private int groupTicks;
    private long groupPosition;
    private boolean groupIsKeyFrame;

    EbmlWalker(ContainerListener listener) {
        super(listener, 2);
    }

    @Override
    void onHead() {
        int idBytes = variableBytes(0);
        if (idBytes > MAX_ID_BYTES) {
            lose();
            return;
        }
        if (headBytes < idBytes + 1) {
            need(idBytes + 1);
            return;
        }
        int sizeBytes = variableBytes(idBytes);
        if (sizeBytes > MAX_SIZE_BYTES) {
            lose();
            return;
        }
        int start = idBytes + sizeBytes;
        if (headBytes < start) {
            need(start);
            return;
        }
        // All ones mean an unknown size.
        long unknown = (1L << (7 * sizeBytes)) - 1;
        long size = unsigned(idBytes, sizeBytes) & unknown;
        onElement((int) unsigned(0, idBytes), start, size == unknown ? UNKNOWN : size);
    }

    /** The length of a variable-size integer; 9, which is invalid, if its first byte is zero. */
    private int variableBytes(int at) {
        return Integer.numberOfLeadingZeros(head[at] & 0xff) - (Integer.SIZE - Byte.SIZE) + 1;
    }

    private void onElement(int id, int start, long size) {
        leaveUnknownSizes(id);
        switch (level()) {
            case STREAM -> inStream(id, start, size);
            case SEGMENT -> inSegment(id, start, size);
            case INFO -> {
                if (id == TIMESTAMP_SCALE) {
                    value(id, start, size);
                } else {
                    skipBody(start, size);
                }
            }
            case TRACKS -> {
                if (id == TRACK_ENTRY && size != UNKNOWN) {
                    entry = addTrack();
                    enter(TRACK_ENTRY, size, 2);
                } else {
                    skipBody(start, size);
                }
            }
            case TRACK_ENTRY -> {
                if (id == TRACK_NUMBER || id == TRACK_TYPE || id == TRACK_TIMESTAMP_SCALE) {
                    value(id, start, size);
                } else {
                    skipBody(start, size);
                }
            }
            case CLUSTER -> inCluster(id, start, size);
            default -> inBlockGroup(id, start, size);
        }
    }

    /** An element of unknown size ends where one starts that cannot be in it. */
    private void leaveUnknownSizes(int id) {
        boolean isTop = id == EBML || id == SEGMENT;
        boolean isInSegment = isTop
                || switch (id) {
                    case CLUSTER, INFO, TRACKS, SEEK_HEAD, CUES, CHAPTERS, TAGS, ATTACHMENTS -> true;
                    default -> false;
                };
        if (level() == CLUSTER && !hasKnownEnd() && isInSegment) {
            leave();
        }
        if (level() == SEGMENT && !hasKnownEnd() && isTop) {
            leave();
        }
    }

    private void inStream(int id, int start, long size) {
        if (id == SEGMENT) {
            enter(SEGMENT, size, 2);
            return;
        }
        if (id == EBML) {
            if (headerSeen) {
                listener.onNewHeader(elementPosition());
                tracks.clear();
                headerEnded = false;
                scaleNanos = DEFAULT_TIMESTAMP_SCALE;
            }
            headerSeen = true;
        }
        skipBody(start, size);
    }

    private void inSegment(int id, int start, long size) {
        switch (id) {
            case INFO, TRACKS -> {
                if (size == UNKNOWN) {
                    lose();
                } else {
                    enter(id, size, 2);
                }
            }
            case CLUSTER -> {
                if (!headerEnded) {
                    headerEnded = true;
                    endHeader();
                }
                listener.onClusterStart(elementPosition());
                clusterTicks = 0;
                enter(CLUSTER, size, 2);
            }
            default -> skipBody(start, size);
        }
    }

    private void inCluster(int id, int start, long size) {
        switch (id) {
            case TIMESTAMP -> value(id, start, size);
            case SIMPLE_BLOCK -> block(id, start, size);
            case BLOCK_GROUP -> {
                if (size == UNKNOWN) {
                    lose();
                    return;
                }
                groupTrack = null;
                groupIsKeyFrame = true;
                groupPosition = elementPosition();
                enter(BLOCK_GROUP, size, 2);
            }
            default -> skipBody(start, size);
        }
    }

    private void inBlockGroup(int id, int start, long size) {
        if (id == BLOCK) {
            block(id, start, size);
        } else {
            groupIsKeyFrame &= id != REFERENCE_BLOCK;
            skipBody(start, size);
        }
    }

    private void skipBody(int start, long size) {
        if (size == UNKNOWN) {
            lose();
        } else {
            skip(size - (headBytes - start), 2);
        }
    }

    private void value(int id, int start, long size) {
        if (size > Long.BYTES) {
            lose();
        } else if (headBytes < start + size) {
            need(start + (int) size);
        } else {
            onValue(id, start, (int) size);
            skip(0, 2);
        }
    }

    private void onValue(int id, int start, int size) {
        long value = unsigned(start, size);
        MediaTrack track = entry;
        switch (id) {
            case TIMESTAMP_SCALE -> scaleNanos = asDouble(value);
            case TIMESTAMP -> clusterTicks = asDouble(value);
            case TRACK_NUMBER -> {
                if (track != null) {
                    track.number = value;
                }
            }
            case TRACK_TYPE -> {
                if (track != null) {
                    track.kind = value == 1
                            ? MediaTrack.Kind.VIDEO
                            : value == 2 ? MediaTrack.Kind.AUDIO : MediaTrack.Kind.OTHER;
                }
            }
            default -> {
                if (track != null) {
                    track.scale =
                            size == Float.BYTES ? Float.intBitsToFloat((int) value) : Double.longBitsToDouble(value);
                }
            }
        }
    }

    private static double asDouble(long unsigned) {
        return unsigned < 0 ? Math.scalb(1.0, Long.SIZE) : unsigned;
    }

    private void block(int id, int start, long size) {
        if (size == UNKNOWN || size < 1 + BLOCK_TIME_BYTES + BLOCK_FLAGS_BYTES) {
            skipBody(start, size);
            return;
        }
        if (headBytes == start) {
            need(start + 1);
            return;
        }
        int numberBytes = variableBytes(start);
        int end = start + numberBytes + BLOCK_TIME_BYTES + BLOCK_FLAGS_BYTES;
        if (numberBytes > MAX_SIZE_BYTES || end - start > size) {
            lose();
        } else if (headBytes < end) {
            need(end);
        } else {
            onBlock(id, start, numberBytes);
            skipBody(start, size);
        }
    }

    private void onBlock(int id, int start, int numberBytes) {
        long number = unsigned(start, numberBytes) & ((1L << (7 * numberBytes)) - 1);
        int timeAt = start + numberBytes;
        int ticks = (short) unsigned(timeAt, BLOCK_TIME_BYTES);
        MediaTrack track = track(number);
        if (id == SIMPLE_BLOCK) {
            isBlock = true;
            if (track != null) {
                report(track, ticks, (head[timeAt + BLOCK_TIME_BYTES] & KEY_FRAME_FLAG) != 0, elementPosition());
            }
        } else {
            groupTrack = track;
            groupTicks = ticks;
        }
    }

    private @Nullable MediaTrack track(long number) {
        for (int i = 0; i < tracks.size(); i++) {
            if (tracks.get(i).number == number) {
                return tracks.get(i);
            }
        }
        return null;
    }

    private void report(MediaTrack track, int ticks, boolean keyFrame, long position) {
        long micros = (long) ((clusterTicks + ticks * track.scale) * scaleNanos / NANOS_PER_MICRO);
        listener.onSample(track, micros, micros, keyFrame, position);
    }

    @Override
    void onEnd(int type) {
        MediaTrack track = groupTrack;
        if (type == BLOCK_GROUP) {
            isBlock = true;
            if (track != null) {
                report(track, groupTicks, groupIsKeyFrame, groupPosition);
            }
        }
    }

    @Override
    void onElementEnd() {
        if (isBlock) {
            isBlock = false;
            if (level() == CLUSTER && !hasKnownEnd()) {
                listener.onBlockEnd(elementPosition());
            }
        }
    }
}
