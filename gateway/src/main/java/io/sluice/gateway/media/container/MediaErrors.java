package io.sluice.gateway.media.container;

import io.sluice.protocol.EncodedMedia;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.nio.ByteBuffer;
import java.util.StringJoiner;

/**
 * Messages for media that is not accepted: first what was received, because a close frame has room for a hundred
 * characters only, then what to send instead. Text is never quoted; it may be a message with a stream key that was sent
 * as a binary frame by mistake.
 */
final class MediaErrors {

    private static final String ADVICE = ". Send WebM, Matroska or fragmented MP4, from the recorder's first byte.";
    private static final int SHOWN_BYTES = 8;

    /** Fewer printable characters do not indicate text. */
    private static final int TEXT_BYTES = 4;

    /** Inspected characters; the first bytes of an MPEG-TS packet are rarely all printable. */
    private static final int SAMPLED_BYTES = 32;

    private MediaErrors() {}

    /** Refuses a stream that does not start with a known container. */
    static Result<MediaFormat> start(HeaderBytes header) {
        return EncodedMedia.in(ByteBuffer.wrap(header.copy(0, header.length())))
                .filter(media -> media != EncodedMedia.BYTES)
                .map(media ->
                        MediaErrors.refused("The stream starts like " + media.description() + ". " + media.advice()))
                .orElseGet(() -> refused("The stream starts like " + describe(header) + ADVICE));
    }

    /** Refuses a container with an invalid header. */
    static Result<MediaFormat> header(String container, String problem) {
        return refused("The " + container + " header " + problem + ADVICE);
    }

    /** Refuses a track with an unknown codec. */
    static Result<MediaFormat> codec(String container, String kind, String codec) {
        return refused("The " + container + " header has the unknown " + kind + " codec \"" + codec
                + "\". Record H.264, HEVC, VP8, VP9 or AV1 with AAC, Opus, MP3, PCM, Vorbis or FLAC.");
    }

    /** Refuses a track with a picture that is too large. */
    static Result<MediaFormat> picture(String size, long maxPixels) {
        return refused("The picture has " + size + " pixels; this gateway accepts at most " + maxPixels
                + ". Record a smaller one.");
    }

    private static Result<MediaFormat> refused(String message) {
        return Result.refused(FailureCode.UNRECOGNIZED_MEDIA, message);
    }

    private static String describe(HeaderBytes header) {
        String name = bySignature(header);
        if (!name.isEmpty()) {
            return name;
        }
        if (isText(header)) {
            return "plain text or JSON";
        }
        StringJoiner hex = new StringJoiner(" ", "an unknown format (", ")");
        for (int i = 0; i < Math.min(header.length(), SHOWN_BYTES); i++) {
            hex.add(String.format("%02x", header.unsignedByte(i)));
        }
        return hex.toString();
    }

    private static String bySignature(HeaderBytes header) {
        for (Signature signature : Signature.values()) {
            if (header.matches(signature.position, signature.latin1)) {
                return signature.description;
            }
        }
        if (header.matches(0, "G") && header.length() > 1 && !isText(header)) {
            return "MPEG-TS";
        }
        // Layers I to III and ADTS start with a synchronisation word of eleven ones.
        if (header.length() > 1 && header.unsigned(0, 2) >= 0xffe0) {
            return "raw MP3 or AAC";
        }
        return "";
    }

    private static boolean isText(HeaderBytes header) {
        int sampled = Math.min(header.length(), SAMPLED_BYTES);
        for (int i = 0; i < sampled; i++) {
            int c = header.unsignedByte(i);
            boolean space = c == '\t' || c == '\n' || c == '\r';
            if (!space && !HeaderBytes.isPrintable(c)) {
                return false;
            }
        }
        return sampled >= TEXT_BYTES;
    }

    private enum Signature {
        HLS(0, "#EXTM3U", "an HLS playlist"),
        FFCONCAT(0, "ffconcat", "an ffconcat playlist"),
        SDP(0, "v=0", "an SDP description"),
        XML(0, "<?xml", "XML, perhaps a DASH manifest"),
        DASH(0, "<MPD", "a DASH manifest"),
        FLV(0, "FLV", "FLV"),
        OGG(0, "OggS", "Ogg"),
        RIFF(0, "RIFF", "RIFF (WAV or AVI)"),
        ID3(0, "ID3", "MP3 with an ID3 tag"),
        FLAC(0, "fLaC", "raw FLAC"),
        JPEG(0, "\u00ff\u00d8\u00ff", "a JPEG image"),
        PNG(0, "\u0089PNG", "a PNG image"),
        // Sent by a client that reconnects and continues the old recording.
        CLUSTER(0, "\u001fC\u00b6u", "the middle of a WebM recording"),
        FRAGMENT(4, "moof", "the middle of an MP4 recording"),
        SEGMENT(4, "styp", "the middle of an MP4 recording"),
        SAMPLES(4, "mdat", "the middle of an MP4 recording"),
        ANNEX_B(0, "\0\0\0\u0001", "raw H.264 or HEVC"),
        START_CODE(0, "\0\0\u0001", "raw H.264 or HEVC, or an MPEG program stream");

        private final int position;
        private final String latin1;
        private final String description;

        Signature(int position, String latin1, String description) {
            this.position = position;
            this.latin1 = latin1;
            this.description = description;
        }
    }
}
