package io.sluice.gateway.media.container;

import org.jspecify.annotations.Nullable;

/** Walks over fragmented MP4, as in ISO/IEC 14496-12. */
final class Mp4Walker extends StructureWalker {

    private static final int FTYP = 0x66747970;
    private static final int MOOV = 0x6d6f6f76;
    private static final int MVHD = 0x6d766864;
    private static final int TRAK = 0x7472616b;
    private static final int TKHD = 0x746b6864;
    private static final int EDTS = 0x65647473;
    private static final int ELST = 0x656c7374;
    private static final int MDIA = 0x6d646961;
    private static final int MDHD = 0x6d646864;
    private static final int HDLR = 0x68646c72;
    private static final int MVEX = 0x6d766578;
    private static final int TREX = 0x74726578;
    private static final int MOOF = 0x6d6f6f66;
    private static final int TRAF = 0x74726166;
    private static final int TFHD = 0x74666864;
    private static final int TFDT = 0x74666474;
    private static final int TRUN = 0x7472756e;
    private static final int MDAT = 0x6d646174;

    private static final int VIDE = 0x76696465;
    private static final int SOUN = 0x736f756e;

    private static final int BOX_BYTES = 8;
    private static final int LARGE_BOX_BYTES = 16;

    /** The version and the flags of a "full" box. */
    private static final int FLAGS_BYTES = 4;

    private static final int COUNT_BYTES = 4;

    /** The longest of the boxes that are read whole: mdhd and mvhd of version 1, up to the time scale. */
    private static final int MAX_FIELDS_BYTES = 28;

    /** Flags of tfhd. */
    private static final int BASE_DATA_OFFSET = 0x1;

    private static final int SAMPLE_DESCRIPTION = 0x2;
    private static final int DEFAULT_DURATION = 0x8;
    private static final int DEFAULT_SIZE = 0x10;
    private static final int DEFAULT_FLAGS = 0x20;

    /** Flags of trun. */
    private static final int DATA_OFFSET = 0x1;

    private static final int FIRST_SAMPLE_FLAGS = 0x4;
    private static final int SAMPLE_DURATION = 0x100;
    private static final int SAMPLE_SIZE = 0x200;
    private static final int SAMPLE_FLAGS = 0x400;
    private static final int COMPOSITION_OFFSET = 0x800;

    private static final int IS_NO_KEY_FRAME = 0x10000;
    private static final double MICROS_PER_SECOND = 1_000_000;

    private double movieScale = 1;
    private boolean fragmentSeen;
    private long fragmentPosition;

    /** Of the header: the track whose boxes follow. Of a fragment: the track whose samples follow. */
    private @Nullable MediaTrack track;

    private double decodeTicks;
    private long duration;
    private int flags;
    private int firstFlags;
    private boolean hasFirstFlags;
    private int runFlags;
    private int version;

    /** Of trun or elst. */
    private int entryBytes;

    private boolean editHasMedia;

    Mp4Walker(ContainerListener listener) {
        super(listener, BOX_BYTES);
    }

    @Override
    void onHead() {
        if (level() == TRUN || level() == ELST) {
            onEntry();
            return;
        }
        long size = unsigned(0, 4);
        int start = size == 1 ? LARGE_BOX_BYTES : BOX_BYTES;
        if (headBytes < start) {
            need(start);
            return;
        }
        long boxBytes = size == 1 ? unsigned(BOX_BYTES, 8) : size;
        if (boxBytes < start) {
            // Zero means "to the end of the file".
            lose();
            return;
        }
        onBox((int) unsigned(4, 4), start, boxBytes);
    }

    private void onBox(int type, int start, long boxBytes) {
        long rest = boxBytes - headBytes;
        if (isParent(level(), type)) {
            enterParent(type, rest);
        } else if (isRead(level(), type)) {
            int fields = start + (int) Math.min(boxBytes - start, fieldBytes(type, start));
            if (headBytes < fields) {
                need(fields);
            } else {
                onFields(type, start, rest);
            }
        } else if (type == MDAT && level() == STREAM && !fragmentSeen) {
            lose();
        } else {
            if (type == FTYP && level() == STREAM && fragmentSeen) {
                listener.onNewHeader(elementPosition());
                tracks.clear();
                fragmentSeen = false;
            }
            skip(rest, BOX_BYTES);
        }
    }

    /** How much of a box is read: all that matters and, of a table, what precedes the entries. */
    private int fieldBytes(int type, int start) {
        return switch (type) {
            case ELST -> FLAGS_BYTES + COUNT_BYTES;
            case TRUN -> {
                int present = (int) field(start, FLAGS_BYTES);
                yield FLAGS_BYTES
                        + COUNT_BYTES
                        + Integer.BYTES * Integer.bitCount(present & (DATA_OFFSET | FIRST_SAMPLE_FLAGS));
            }
            default -> MAX_FIELDS_BYTES;
        };
    }

    private static boolean isParent(int level, int type) {
        return switch (type) {
            case MOOV, MOOF -> level == STREAM;
            case TRAK, MVEX -> level == MOOV;
            case MDIA, EDTS -> level == TRAK;
            case TRAF -> level == MOOF;
            default -> false;
        };
    }

    private static boolean isRead(int level, int type) {
        return switch (type) {
            case MVHD -> level == MOOV;
            case TKHD -> level == TRAK;
            case ELST -> level == EDTS;
            case MDHD, HDLR -> level == MDIA;
            case TREX -> level == MVEX;
            case TFHD, TFDT, TRUN -> level == TRAF;
            default -> false;
        };
    }

    private void enterParent(int type, long rest) {
        if (type == MOOF) {
            if (!fragmentSeen) {
                fragmentSeen = true;
                endHeader();
            }
            fragmentPosition = elementPosition();
            listener.onFragmentStart(fragmentPosition);
        } else if (type == TRAK) {
            track = addTrack();
        } else if (type == TRAF) {
            track = null;
            decodeTicks = 0;
        }
        enter(type, rest, BOX_BYTES);
    }

    /**
     * Reads a box of which the first bytes are there.
     *
     * @param at where the version and the flags of the box are
     * @param rest what follows of the box
     */
    private void onFields(int type, int at, long rest) {
        version = head[at];
        int fields = at + FLAGS_BYTES;
        MediaTrack current = track;
        switch (type) {
            case MVHD -> movieScale = field(version == 1 ? fields + 16 : fields + 8, 4);
            case TREX -> defaults(fields);
            case TFHD -> fragmentHeader(fields);
            case TFDT -> decodeTicks = field(fields, version == 1 ? 8 : 4);
            case TRUN -> {
                run(fields, rest);
                return;
            }
            case ELST -> {
                editHasMedia = false;
                entries(ELST, field(fields, COUNT_BYTES), version == 1 ? 20 : 12, rest);
                return;
            }
            default -> {
                if (current != null) {
                    trackField(current, type, fields);
                }
            }
        }
        skip(rest, BOX_BYTES);
    }

    private void trackField(MediaTrack current, int type, int fields) {
        long value = field(type == HDLR ? fields + 4 : version == 1 ? fields + 16 : fields + 8, 4);
        switch (type) {
            case TKHD -> current.number = value;
            case MDHD -> current.scale = Math.max(1, value);
            default -> {
                if (value == VIDE) {
                    current.kind = MediaTrack.Kind.VIDEO;
                } else if (value == SOUN) {
                    current.kind = MediaTrack.Kind.AUDIO;
                }
            }
        }
    }

    private void defaults(int fields) {
        MediaTrack extended = track(field(fields, 4));
        if (extended != null) {
            extended.defaultDuration = field(fields + 8, 4);
            extended.defaultFlags = (int) field(fields + 16, 4);
        }
    }

    private void fragmentHeader(int fields) {
        int present = (int) field(fields - 4, 4);
        MediaTrack current = track(field(fields, 4));
        track = current;
        duration = current == null ? 0 : current.defaultDuration;
        flags = current == null ? 0 : current.defaultFlags;
        if ((present & BASE_DATA_OFFSET) != 0) {
            listener.onFixedPosition();
        }
        int at = fields
                + 4
                + ((present & BASE_DATA_OFFSET) != 0 ? 8 : 0)
                + ((present & SAMPLE_DESCRIPTION) != 0 ? 4 : 0);
        if ((present & DEFAULT_DURATION) != 0) {
            duration = field(at, 4);
            at += 4;
        }
        at += (present & DEFAULT_SIZE) != 0 ? 4 : 0;
        if ((present & DEFAULT_FLAGS) != 0) {
            flags = (int) field(at, 4);
        }
    }

    private void run(int fields, long rest) {
        runFlags = (int) field(fields - FLAGS_BYTES, FLAGS_BYTES);
        long count = field(fields, COUNT_BYTES);
        hasFirstFlags = (runFlags & FIRST_SAMPLE_FLAGS) != 0;
        firstFlags = (int) field(headBytes - Integer.BYTES, Integer.BYTES);
        int columns = runFlags & (SAMPLE_DURATION | SAMPLE_SIZE | SAMPLE_FLAGS | COMPOSITION_OFFSET);
        if (columns == 0) {
            uniformRun(count);
            skip(rest, BOX_BYTES);
        } else {
            entries(TRUN, count, Integer.BYTES * Integer.bitCount(columns), rest);
        }
    }

    /** All samples are as the defaults say: the first and the last of them are enough. */
    private void uniformRun(long count) {
        if (count > 0) {
            sample(firstFlags(), 0);
            decodeTicks += (double) duration * (count - 1);
            sample(flags, 0);
            decodeTicks += duration;
        }
    }

    /** Continues with the entries of a table, each of which is shown to {@link #onHead}. */
    private void entries(int type, long count, int bytes, long rest) {
        if (count == 0) {
            skip(rest, BOX_BYTES);
        } else if (count * bytes != rest) {
            lose();
        } else {
            entryBytes = bytes;
            enter(type, rest, bytes);
        }
    }

    private void onEntry() {
        if (level() == ELST) {
            edit();
        } else {
            runEntry();
        }
        skip(0, entryBytes);
    }

    private void runEntry() {
        int at = 0;
        long own = duration;
        if ((runFlags & SAMPLE_DURATION) != 0) {
            own = unsigned(at, 4);
            at += 4;
        }
        at += (runFlags & SAMPLE_SIZE) != 0 ? 4 : 0;
        int sampleFlags = firstFlags();
        if ((runFlags & SAMPLE_FLAGS) != 0) {
            sampleFlags = (int) unsigned(at, 4);
            at += 4;
        }
        // FFmpeg takes it as signed in any version.
        sample(sampleFlags, (runFlags & COMPOSITION_OFFSET) != 0 ? (int) unsigned(at, 4) : 0);
        decodeTicks += own;
    }

    private int firstFlags() {
        int first = hasFirstFlags ? firstFlags : flags;
        hasFirstFlags = false;
        return first;
    }

    private void sample(int sampleFlags, int compositionTicks) {
        MediaTrack current = track;
        if (current != null) {
            listener.onSample(
                    current,
                    micros(current, decodeTicks),
                    micros(current, decodeTicks + compositionTicks),
                    (sampleFlags & IS_NO_KEY_FRAME) == 0,
                    fragmentPosition);
        }
    }

    private static long micros(MediaTrack current, double ticks) {
        return (long) (ticks * MICROS_PER_SECOND / current.scale + current.offsetMicros);
    }

    /** An edit without media delays its track; the first one with media may start within it. */
    private void edit() {
        MediaTrack current = track;
        int bytes = version == 1 ? Long.BYTES : Integer.BYTES;
        long editDuration = unsigned(0, bytes);
        long mediaTime = bytes == Long.BYTES ? unsigned(bytes, bytes) : (int) unsigned(bytes, bytes);
        if (current == null || editHasMedia) {
            return;
        }
        if (mediaTime < 0) {
            current.offsetMicros += editDuration * MICROS_PER_SECOND / movieScale;
        } else {
            // The track's time scale may follow only later; what starts within the media is a matter of milliseconds.
            editHasMedia = true;
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

    /** An unsigned field, or 0 where the box is too short for it. */
    private long field(int at, int count) {
        return at + count <= headBytes ? unsigned(at, count) : 0;
    }

    @Override
    void onEnd(int type) {
        if (type == TRUN || type == ELST) {
            expect(BOX_BYTES);
        }
    }
}
