package io.sluice.gateway.media.container;

import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.Container;
import io.sluice.protocol.VideoCodec;
import java.util.Optional;

/**
 * Parses the tracks of WebM and Matroska: EBML as in RFC 8794, elements and codec ids as in RFC 9559 and the codec
 * registry.
 */
final class EbmlTracks extends HeaderParser {

    private static final int EBML = 0x1a45dfa3;
    private static final int DOC_TYPE = 0x4282;
    private static final int VOID = 0xec;
    private static final int SEGMENT = 0x18538067;
    private static final int CLUSTER = 0x1f43b675;
    private static final int TRACKS = 0x1654ae6b;
    private static final int TRACK_ENTRY = 0xae;
    private static final int VIDEO = 0xe0;
    private static final int AUDIO = 0xe1;
    private static final int COLOUR = 0x55b0;
    private static final int PROJECTION = 0x7670;

    private static final int MAX_ID_BYTES = 4;
    private static final int MAX_SIZE_BYTES = 8;
    private static final int MAX_TEXT_BYTES = 64;

    /** An element's position. The end is {@link Long#MAX_VALUE} if the size is unknown; known sizes are below 2^56. */
    private record Element(int id, int bodyAt, long end) {
        long bodyBytes() {
            return end - bodyAt;
        }
    }

    private boolean headerSeen;
    private String docType = "";
    private EbmlTrack track = new EbmlTrack();

    EbmlTracks(HeaderBytes header, long maxPixels) {
        super(header, Container.WEBM, "WebM or Matroska", maxPixels);
    }

    @Override
    boolean onChild(Level parent, int at) {
        if (!header.has(at, 1)) {
            return false;
        }
        int idBytes = variableBytes(at);
        if (idBytes > MAX_ID_BYTES) {
            return refuse("has an element id of more than " + MAX_ID_BYTES + " bytes");
        }
        if (!header.has(at, idBytes + 1)) {
            return false;
        }
        int sizeBytes = variableBytes(at + idBytes);
        if (sizeBytes > MAX_SIZE_BYTES) {
            return refuse("has an element size of more than " + MAX_SIZE_BYTES + " bytes");
        }
        if (!header.has(at, idBytes + sizeBytes)) {
            return false;
        }
        int id = (int) header.unsigned(at, idBytes);
        int bodyAt = at + idBytes + sizeBytes;
        // All ones mean an unknown size.
        long unknown = (1L << (7 * sizeBytes)) - 1;
        long size = header.unsigned(at + idBytes, sizeBytes) & unknown;
        return child(parent, new Element(id, bodyAt, size == unknown ? Long.MAX_VALUE : bodyAt + size));
    }

    /**
     * The length of a variable-size integer, from the leading zeros of its first byte; 9 (invalid) if there are eight.
     */
    private int variableBytes(int at) {
        return Integer.numberOfLeadingZeros(header.unsignedByte(at)) - (Integer.SIZE - Byte.SIZE) + 1;
    }

    private boolean child(Level parent, Element element) {
        if (element.end > parent.end()) {
            // Some writers set a track's length a few bytes too long, and FFmpeg accepts that.
            return isInTrack(parent.type()) ? skipTo(parent.end()) : refuseOverlap();
        }
        return switch (parent.type()) {
            case STREAM -> inStream(element);
            case EBML -> element.id == DOC_TYPE ? docTypeElement(element) : skipTo(element.end);
            case SEGMENT -> inSegment(element);
            case TRACKS -> element.id == TRACK_ENTRY ? trackEntry(element) : skipTo(element.end);
            default -> inTrack(parent, element);
        };
    }

    private static boolean isInTrack(int parent) {
        return switch (parent) {
            case STREAM, EBML, SEGMENT, TRACKS -> false;
            default -> true;
        };
    }

    private boolean inStream(Element element) {
        if (!headerSeen && element.id == EBML) {
            headerSeen = true;
            return enter(EBML, element.bodyAt, element.end);
        }
        return switch (element.id) {
            case VOID -> skipTo(element.end);
            case SEGMENT -> enterUnbounded(SEGMENT, element.bodyAt, element.end);
            default -> refuse("is followed by no Segment");
        };
    }

    private boolean docTypeElement(Element element) {
        if (element.bodyBytes() > MAX_TEXT_BYTES) {
            return refuse("has a document type of more than " + MAX_TEXT_BYTES + " bytes");
        }
        if (!header.has(element.bodyAt, (int) element.bodyBytes())) {
            return false;
        }
        docType = text(element);
        if (!docType.equals("webm") && !docType.equals("matroska")) {
            return refuse("has the unknown document type \"" + docType + "\"");
        }
        return skipTo(element.end);
    }

    private boolean inSegment(Element element) {
        return switch (element.id) {
            case TRACKS -> enter(TRACKS, element.bodyAt, element.end);
            case CLUSTER -> refuse("has media before its tracks");
            default -> skipTo(element.end);
        };
    }

    private boolean trackEntry(Element element) {
        track = new EbmlTrack();
        return enter(TRACK_ENTRY, element.bodyAt, element.end);
    }

    private boolean inTrack(Level parent, Element element) {
        boolean nested = switch (element.id) {
            case VIDEO, AUDIO -> parent.type() == TRACK_ENTRY;
            case COLOUR, PROJECTION -> parent.type() == VIDEO;
            default -> false;
        };
        if (nested) {
            return enter(element.id, element.bodyAt, element.end);
        }
        return switch (element.id) {
            case EbmlTrack.CODEC_ID -> codecId(element);
            case EbmlTrack.CODEC_PRIVATE -> codecPrivate(element);
            default -> EbmlTrack.isNumber(element.id) ? number(element) : skipTo(element.end);
        };
    }

    private boolean codecId(Element element) {
        if (element.bodyBytes() > MAX_TEXT_BYTES) {
            return refuse("has a track whose codec id is too long");
        }
        if (!header.has(element.bodyAt, (int) element.bodyBytes())) {
            return false;
        }
        track.codecId = text(element);
        return skipTo(element.end);
    }

    /** One that is too long to be held has nothing that is looked at here. */
    private boolean codecPrivate(Element element) {
        if (!canHold(element.bodyBytes())) {
            return skipTo(element.end);
        }
        if (!header.has(element.bodyAt, (int) element.bodyBytes())) {
            return false;
        }
        track.codecPrivate = header.copy(element.bodyAt, (int) element.bodyBytes());
        return skipTo(element.end);
    }

    private boolean number(Element element) {
        if (element.bodyBytes() > Long.BYTES) {
            return refuse("has a track whose " + EbmlTrack.nameOf(element.id) + " is too long");
        }
        int bytes = (int) element.bodyBytes();
        if (!header.has(element.bodyAt, bytes)) {
            return false;
        }
        track.set(element.id, header.unsigned(element.bodyAt, bytes), bytes);
        return skipTo(element.end);
    }

    /** A string may be shorter than its element; it then ends at the first zero byte. */
    private String text(Element element) {
        int at = element.bodyAt;
        while (at < element.end && header.unsignedByte(at) != 0) {
            at++;
        }
        return header.printable(element.bodyAt, at - element.bodyAt);
    }

    @Override
    boolean onEnd(int type) {
        return switch (type) {
            case EBML -> !docType.isEmpty() || refuse("has no document type");
            case SEGMENT -> refuse("ends before its tracks");
            case TRACKS -> conclude();
            case VIDEO -> acceptsPicture(track.video.codedWidth, track.video.codedHeight);
            case TRACK_ENTRY -> trackEnded();
            default -> true;
        };
    }

    private boolean trackEnded() {
        if (track.isVideo() && tracks.needsVideo()) {
            Optional<VideoCodec> codec = track.videoCodec();
            codec.ifPresent(known -> tracks.video(known, track.videoFields(known)));
            return codec.isPresent() || refuseCodec("video", track.codecId);
        }
        if (track.isAudio() && tracks.needsAudio()) {
            Optional<AudioCodec> codec = track.audioCodec();
            codec.ifPresent(known -> tracks.audio(known, track.audioFields(known)));
            return codec.isPresent() || refuseCodec("audio", track.codecId);
        }
        return true;
    }
}
