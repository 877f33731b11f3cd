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
    private static final int TRACK_TYPE = 0x83;
    private static final int CODEC_ID = 0x86;
    private static final int VIDEO = 0xe0;
    private static final int PIXEL_WIDTH = 0xb0;
    private static final int PIXEL_HEIGHT = 0xba;

    private static final long TYPE_VIDEO = 1;
    private static final long TYPE_AUDIO = 2;

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
    private long trackType;
    private String codecId = "";
    private long pixelWidth;
    private long pixelHeight;

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
            boolean track = parent.type() == TRACK_ENTRY || parent.type() == VIDEO;
            return track ? skipTo(parent.end()) : refuseOverlap();
        }
        return switch (parent.type()) {
            case STREAM -> inStream(element);
            case EBML -> element.id == DOC_TYPE ? docTypeElement(element) : skipTo(element.end);
            case SEGMENT -> inSegment(element);
            case TRACKS -> element.id == TRACK_ENTRY ? trackEntry(element) : skipTo(element.end);
            case VIDEO -> inVideo(element);
            default -> inTrackEntry(element);
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
        trackType = 0;
        codecId = "";
        return enter(TRACK_ENTRY, element.bodyAt, element.end);
    }

    private boolean inTrackEntry(Element element) {
        if (element.id == VIDEO) {
            pixelWidth = 0;
            pixelHeight = 0;
            return enter(VIDEO, element.bodyAt, element.end);
        }
        if (element.id != TRACK_TYPE && element.id != CODEC_ID) {
            return skipTo(element.end);
        }
        boolean number = element.id == TRACK_TYPE;
        if (element.bodyBytes() > (number ? Long.BYTES : MAX_TEXT_BYTES)) {
            return refuse("has a track whose " + (number ? "type" : "codec id") + " is too long");
        }
        int bytes = (int) element.bodyBytes();
        if (!header.has(element.bodyAt, bytes)) {
            return false;
        }
        if (number) {
            trackType = header.unsigned(element.bodyAt, bytes);
        } else {
            codecId = text(element);
        }
        return skipTo(element.end);
    }

    private boolean inVideo(Element element) {
        if (element.id != PIXEL_WIDTH && element.id != PIXEL_HEIGHT) {
            return skipTo(element.end);
        }
        if (element.bodyBytes() > Long.BYTES) {
            return refuse("has a picture's width or height that is too long");
        }
        int bytes = (int) element.bodyBytes();
        if (!header.has(element.bodyAt, bytes)) {
            return false;
        }
        long value = header.unsigned(element.bodyAt, bytes);
        if (element.id == PIXEL_WIDTH) {
            pixelWidth = value;
        } else {
            pixelHeight = value;
        }
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
            case VIDEO -> acceptsPicture(pixelWidth, pixelHeight);
            default -> trackEnded();
        };
    }

    private boolean trackEnded() {
        if (trackType == TYPE_VIDEO && tracks.needsVideo()) {
            Optional<VideoCodec> codec = videoCodec();
            codec.ifPresent(tracks::video);
            return codec.isPresent() || refuseCodec("video", codecId);
        }
        if (trackType == TYPE_AUDIO && tracks.needsAudio()) {
            Optional<AudioCodec> codec = audioCodec();
            codec.ifPresent(tracks::audio);
            return codec.isPresent() || refuseCodec("audio", codecId);
        }
        return true;
    }

    private Optional<VideoCodec> videoCodec() {
        return switch (codecId) {
            case "V_MPEG4/ISO/AVC" -> Optional.of(VideoCodec.H264);
            case "V_MPEGH/ISO/HEVC" -> Optional.of(VideoCodec.HEVC);
            case "V_VP8" -> Optional.of(VideoCodec.VP8);
            case "V_VP9" -> Optional.of(VideoCodec.VP9);
            case "V_AV1" -> Optional.of(VideoCodec.AV1);
            default -> Optional.empty();
        };
    }

    private Optional<AudioCodec> audioCodec() {
        int slash = codecId.indexOf('/');
        // AAC's profile and PCM's layout follow the first slash; MPEG audio needs the layer to determine the codec.
        return switch (slash < 0 || codecId.startsWith("A_MPEG/") ? codecId : codecId.substring(0, slash)) {
            case "A_OPUS" -> Optional.of(AudioCodec.OPUS);
            case "A_AAC" -> Optional.of(AudioCodec.AAC);
            case "A_MPEG/L3" -> Optional.of(AudioCodec.MP3);
            case "A_PCM" -> Optional.of(AudioCodec.PCM);
            case "A_VORBIS" -> Optional.of(AudioCodec.VORBIS);
            case "A_FLAC" -> Optional.of(AudioCodec.FLAC);
            default -> Optional.empty();
        };
    }
}
