package io.sluice.gateway.media.container;

import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.Container;
import io.sluice.protocol.VideoCodec;
import java.util.Optional;

/** Parses the tracks of MP4, as in ISO/IEC 14496-12. */
final class Mp4Tracks extends HeaderParser {

    private static final int MOOV = 0x6d6f6f76;
    private static final int TRAK = 0x7472616b;
    private static final int TKHD = 0x746b6864;
    private static final int MDIA = 0x6d646961;
    private static final int HDLR = 0x68646c72;
    private static final int MINF = 0x6d696e66;
    private static final int STBL = 0x7374626c;
    private static final int STSD = 0x73747364;
    private static final int MOOF = 0x6d6f6f66;
    private static final int MDAT = 0x6d646174;

    private static final int VIDE = 0x76696465;
    private static final int SOUN = 0x736f756e;

    private static final int BOX_BYTES = 8;
    private static final int LARGE_BOX_BYTES = 16;

    /** Version and flags, at the start of a "full" box. */
    private static final int FLAGS_BYTES = 4;

    private int handler;
    private String sampleEntry = "";
    private Optional<VideoCodec> video = Optional.empty();
    private Optional<AudioCodec> audio = Optional.empty();
    private VideoFields picture = new VideoFields();
    private AudioFields sound = new AudioFields();

    Mp4Tracks(HeaderBytes header, long maxPixels) {
        super(header, Container.MP4, "MP4", maxPixels);
    }

    @Override
    boolean onChild(Level parent, int at) {
        if (at + BOX_BYTES > parent.end()) {
            return refuseOverlap();
        }
        if (!header.has(at, BOX_BYTES)) {
            return false;
        }
        int type = (int) header.unsigned(at + 4, 4);
        if (parent.type() == STREAM && (type == MOOF || type == MDAT)) {
            return refuse("has media before its tracks");
        }
        long size = header.unsigned(at, 4);
        boolean large = size == 1;
        if (large && !header.has(at, LARGE_BOX_BYTES)) {
            return false;
        }
        int bodyAt = at + (large ? LARGE_BOX_BYTES : BOX_BYTES);
        long boxBytes = large ? header.unsigned(at + BOX_BYTES, 8) : size;
        if (boxBytes < 0 || boxBytes > HeaderBytes.MAX_HEADER_BYTES) {
            return refuseLength();
        }
        if (boxBytes < bodyAt - at) {
            // Zero means "to the end of the file" and leaves no room for media after the header.
            return refuse(boxBytes == 0 ? "has a box without a size" : "has a box that is shorter than its own header");
        }
        long end = at + boxBytes;
        return end > parent.end() ? refuseOverlap() : child(parent, type, bodyAt, (int) end);
    }

    private boolean child(Level parent, int type, int bodyAt, int end) {
        if (isContainer(parent.type(), type)) {
            if (type == TRAK) {
                resetTrack();
            }
            return enter(type, bodyAt, end);
        }
        // QuickTime writes a second hdlr box into minf, which describes the data's location.
        if (parent.type() == MDIA && type == HDLR) {
            return hdlr(bodyAt, end);
        }
        if (parent.type() == TRAK && type == TKHD) {
            return tkhd(bodyAt, end);
        }
        if (parent.type() == STBL && type == STSD) {
            return stsd(bodyAt, end);
        }
        return skipTo(end);
    }

    private static boolean isContainer(int parent, int type) {
        return switch (type) {
            case MOOV -> parent == STREAM;
            case TRAK -> parent == MOOV;
            case MDIA -> parent == TRAK;
            case MINF -> parent == MDIA;
            case STBL -> parent == MINF;
            default -> false;
        };
    }

    private void resetTrack() {
        handler = 0;
        sampleEntry = "";
        video = Optional.empty();
        audio = Optional.empty();
        picture = new VideoFields();
        sound = new AudioFields();
    }

    private boolean hdlr(int bodyAt, int end) {
        int handlerAt = bodyAt + FLAGS_BYTES + 4;
        if (handlerAt + 4 > end) {
            return refuse("has a hdlr box that is too short");
        }
        if (!header.has(handlerAt, 4)) {
            return false;
        }
        handler = (int) header.unsigned(handlerAt, 4);
        return skipTo(end);
    }

    /** The matrix by which a player turns the picture; FFmpeg ignores one that neither turns nor mirrors. */
    private boolean tkhd(int bodyAt, int end) {
        int matrixBytes = 20;
        if (bodyAt + FLAGS_BYTES > end || !header.has(bodyAt, FLAGS_BYTES)) {
            return bodyAt + FLAGS_BYTES > end && skipTo(end);
        }
        int matrixAt = bodyAt + (header.unsignedByte(bodyAt) == 1 ? 52 : 40);
        if (matrixAt + matrixBytes > end) {
            return skipTo(end);
        }
        if (!header.has(matrixAt, matrixBytes)) {
            return false;
        }
        double a = (int) header.unsigned(matrixAt, 4);
        double b = (int) header.unsigned(matrixAt + 4, 4);
        double c = (int) header.unsigned(matrixAt + 12, 4);
        double d = (int) header.unsigned(matrixAt + 16, 4);
        picture.degrees = Math.round(Math.toDegrees(Math.atan2(b, a)));
        picture.mirrored = a * d - b * c < 0;
        return skipTo(end);
    }

    private boolean stsd(int bodyAt, int end) {
        int entryAt = bodyAt + FLAGS_BYTES + 4;
        if (entryAt + BOX_BYTES > end) {
            return refuse("has a stsd box without an entry");
        }
        if (!canHold(end - bodyAt)) {
            return refuse("has a stsd box of more than " + HeaderBytes.MAX_BYTES / 2 + " bytes");
        }
        if (!header.has(bodyAt, end - bodyAt)) {
            return false;
        }
        long entryBytes = header.unsigned(entryAt, 4);
        if (entryBytes < BOX_BYTES) {
            return refuse("has a stsd box with an entry that is shorter than its own header");
        }
        if (entryAt + entryBytes > end) {
            return refuseOverlap();
        }
        Mp4SampleEntry entry = new Mp4SampleEntry(header, entryAt, (int) (entryAt + entryBytes));
        sampleEntry = entry.name();
        video = entry.video();
        audio = entry.audio();
        picture.codedWidth = entry.width();
        picture.codedHeight = entry.height();
        video.ifPresent(codec -> entry.describe(codec, picture));
        audio.ifPresent(codec -> entry.describe(codec, sound));
        return skipTo(end);
    }

    @Override
    boolean onEnd(int type) {
        return switch (type) {
            case MOOV -> conclude();
            case TRAK -> trackEnded();
            default -> true;
        };
    }

    private boolean trackEnded() {
        if (handler == VIDE && !acceptsPicture(picture.codedWidth, picture.codedHeight)) {
            return false;
        }
        if (handler == VIDE && tracks.needsVideo()) {
            video.ifPresent(codec -> tracks.video(codec, picture));
            return video.isPresent() || refuseCodec("video", sampleEntry);
        }
        if (handler == SOUN && tracks.needsAudio()) {
            audio.ifPresent(codec -> tracks.audio(codec, sound));
            return audio.isPresent() || refuseCodec("audio", sampleEntry);
        }
        return true;
    }
}
