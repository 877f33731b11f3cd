package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.VideoCodec;
import java.util.Optional;

/** The elements of a track of WebM or Matroska. */
final class EbmlTrack {

    static final int CODEC_ID = 0x86;
    static final int CODEC_PRIVATE = 0x63a2;

    private static final int TRACK_TYPE = 0x83;
    private static final int DEFAULT_DURATION = 0x23e383;
    private static final int PIXEL_WIDTH = 0xb0;
    private static final int PIXEL_HEIGHT = 0xba;
    private static final int DISPLAY_WIDTH = 0x54b0;
    private static final int DISPLAY_HEIGHT = 0x54ba;
    private static final int DISPLAY_UNIT = 0x54b2;
    private static final int BITS_PER_CHANNEL = 0x55b2;
    private static final int TRANSFER = 0x55ba;
    private static final int PROJECTION_TYPE = 0x7671;
    private static final int PROJECTION_YAW = 0x7673;
    private static final int PROJECTION_ROLL = 0x7675;
    private static final int SAMPLE_RATE = 0xb5;
    private static final int CHANNELS = 0x9f;

    private static final long TYPE_VIDEO = 1;
    private static final long TYPE_AUDIO = 2;

    /** In pixels, or as an aspect ratio; the others are lengths. */
    private static final long UNIT_ASPECT = 3;

    private static final double NANOS = 1e9;
    private static final double MAX_FRAME_RATE = 1_000;

    final VideoFields video = new VideoFields();
    final AudioFields audio = new AudioFields();
    String codecId = "";
    byte[] codecPrivate = new byte[0];

    private long type;
    private long displayWidth;
    private long displayHeight;
    private long displayUnit;
    private long projection;
    private double yaw;
    private double roll;

    EbmlTrack() {
        audio.channels = 1;
        audio.sampleRate = 8_000;
    }

    static boolean isNumber(int id) {
        return !nameOf(id).isEmpty();
    }

    static String nameOf(int id) {
        return switch (id) {
            case TRACK_TYPE -> "type";
            case DEFAULT_DURATION -> "frame duration";
            case PIXEL_WIDTH, PIXEL_HEIGHT, DISPLAY_WIDTH, DISPLAY_HEIGHT, DISPLAY_UNIT -> "picture's width or height";
            case BITS_PER_CHANNEL, TRANSFER -> "colour";
            case PROJECTION_TYPE, PROJECTION_YAW, PROJECTION_ROLL -> "projection";
            case SAMPLE_RATE, CHANNELS -> "sample rate or number of channels";
            default -> "";
        };
    }

    void set(int id, long value, int bytes) {
        switch (id) {
            case TRACK_TYPE -> type = value;
            case DEFAULT_DURATION -> video.frameRate = value > NANOS / MAX_FRAME_RATE ? NANOS / value : 0;
            case PIXEL_WIDTH -> video.codedWidth = value;
            case PIXEL_HEIGHT -> video.codedHeight = value;
            case DISPLAY_WIDTH -> displayWidth = value;
            case DISPLAY_HEIGHT -> displayHeight = value;
            case DISPLAY_UNIT -> displayUnit = value;
            case BITS_PER_CHANNEL -> video.bitDepth = (int) Math.min(value & Long.MAX_VALUE, 64);
            case TRANSFER -> video.setTransfer(value);
            case PROJECTION_TYPE -> projection = value;
            case PROJECTION_YAW -> yaw = real(value, bytes);
            case PROJECTION_ROLL -> roll = real(value, bytes);
            case SAMPLE_RATE -> audio.sampleRate = real(value, bytes);
            case CHANNELS -> audio.channels = value;
            default -> {}
        }
    }

    private static double real(long value, int bytes) {
        double real = bytes == Float.BYTES ? Float.intBitsToFloat((int) value) : Double.longBitsToDouble(value);
        return bytes == 0 || !Double.isFinite(real) ? 0 : real;
    }

    boolean isVideo() {
        return type == TYPE_VIDEO;
    }

    boolean isAudio() {
        return type == TYPE_AUDIO;
    }

    VideoFields videoFields(VideoCodec codec) {
        if (codec == VideoCodec.VP9) {
            video.vp9Features(codecPrivate);
        }
        video.configure(codec, codecPrivate);
        if (codecPrivate.length == 0 && codec == VideoCodec.H264) {
            // Only browsers leave it out, and their encoders never look ahead.
            video.reordering = Reordering.NONE;
        }
        boolean square = displayWidth == video.codedWidth && displayHeight == video.codedHeight;
        if (!square && displayWidth > 0 && displayHeight > 0 && (displayUnit == 0 || displayUnit == UNIT_ASPECT)) {
            video.aspect = (double) displayWidth / displayHeight;
        }
        // Of a rectangular picture, a player's turn is against the roll; a yaw of half a turn mirrors it.
        if (projection == 0) {
            video.degrees = -Math.round(roll);
            video.mirrored = Math.abs(yaw) == 180;
        }
        return video;
    }

    AudioFields audioFields(AudioCodec codec) {
        audio.configure(codec, codecPrivate);
        return audio;
    }

    Optional<VideoCodec> videoCodec() {
        return switch (codecId) {
            case "V_MPEG4/ISO/AVC" -> Optional.of(VideoCodec.H264);
            case "V_MPEGH/ISO/HEVC" -> Optional.of(VideoCodec.HEVC);
            case "V_VP8" -> Optional.of(VideoCodec.VP8);
            case "V_VP9" -> Optional.of(VideoCodec.VP9);
            case "V_AV1" -> Optional.of(VideoCodec.AV1);
            default -> Optional.empty();
        };
    }

    Optional<AudioCodec> audioCodec() {
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
