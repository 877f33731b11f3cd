package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.VideoCodec;
import java.util.Arrays;
import java.util.Optional;

/** An entry of MP4's {@code stsd} box, which names a track's codec. Used only after all of it has arrived. */
final class Mp4SampleEntry {

    private static final int BOX_BYTES = 8;

    /** Offset of an audio entry's version, which determines where its boxes start; versions 1 and 2 are QuickTime's. */
    private static final int AUDIO_VERSION_OFFSET = 16;

    /** Offset of a visual entry's width; the height follows. */
    private static final int WIDTH_OFFSET = 32;

    private static final int VIDEO_BOXES_OFFSET = 86;
    private static final int CHANNELS_OFFSET = 24;
    private static final int SAMPLE_RATE_OFFSET = 32;
    private static final int AUDIO_BOXES_OFFSET = 36;
    private static final int VERSION_1_EXTRA_BYTES = 16;
    private static final int VERSION_2_EXTRA_BYTES = 36;

    /** Descriptor tags of ISO/IEC 14496-1. */
    private static final int ES_DESCRIPTOR = 3;

    private static final int DECODER_CONFIG_DESCRIPTOR = 4;
    private static final int DECODER_SPECIFIC_DESCRIPTOR = 5;

    /** Object type, stream type, buffer size, and two bit rates. */
    private static final int DECODER_CONFIG_BYTES = 13;

    private static final int MAX_LENGTH_BYTES = 4;

    private final HeaderBytes header;
    private final int at;
    private final int end;

    Mp4SampleEntry(HeaderBytes header, int at, int end) {
        this.header = header;
        this.at = at;
        this.end = end;
    }

    String name() {
        return header.printable(at + 4, 4);
    }

    /** The picture's width in a visual entry; 0 if the entry is too short. */
    long width() {
        return dimension(at + WIDTH_OFFSET);
    }

    /** The picture's height in a visual entry; 0 if the entry is too short. */
    long height() {
        return dimension(at + WIDTH_OFFSET + 2);
    }

    private long dimension(int position) {
        return position + 2 <= end ? header.unsigned(position, 2) : 0;
    }

    Optional<VideoCodec> video() {
        return switch (name()) {
            case "avc1", "avc3" -> Optional.of(VideoCodec.H264);
            case "hvc1", "hev1" -> Optional.of(VideoCodec.HEVC);
            case "vp08" -> Optional.of(VideoCodec.VP8);
            case "vp09" -> Optional.of(VideoCodec.VP9);
            case "av01" -> Optional.of(VideoCodec.AV1);
            default -> Optional.empty();
        };
    }

    Optional<AudioCodec> audio() {
        return switch (name()) {
            case "mp4a" -> mpeg4Audio();
            case "Opus" -> Optional.of(AudioCodec.OPUS);
            case "fLaC" -> Optional.of(AudioCodec.FLAC);
            case ".mp3" -> Optional.of(AudioCodec.MP3);
            case "ipcm", "fpcm", "sowt", "twos", "lpcm", "raw ", "in24", "in32", "fl32", "fl64" ->
                Optional.of(AudioCodec.PCM);
            default -> Optional.empty();
        };
    }

    /** Object types from the registry at mp4ra.org. Without one, AAC is assumed, which it nearly always is. */
    private Optional<AudioCodec> mpeg4Audio() {
        return switch (objectType(descriptors())) {
            case -1, 0x40, 0x66, 0x67, 0x68 -> Optional.of(AudioCodec.AAC);
            case 0x69, 0x6b -> Optional.of(AudioCodec.MP3);
            case 0xdd -> Optional.of(AudioCodec.VORBIS);
            default -> Optional.empty();
        };
    }

    /** Adds what the entry says about a picture. */
    void describe(VideoCodec codec, VideoFields track) {
        String config = codec == VideoCodec.H264 ? "avcC" : codec == VideoCodec.HEVC ? "hvcC" : "av1C";
        track.configure(codec, body(boxOf(config, VIDEO_BOXES_OFFSET)));
        if (codec == VideoCodec.VP9) {
            byte[] box = body(boxOf("vpcC", VIDEO_BOXES_OFFSET));
            track.vp9Box(Arrays.copyOfRange(box, Math.min(4, box.length), box.length));
        }
        int colour = boxOf("colr", VIDEO_BOXES_OFFSET);
        if (colour + BOX_BYTES + 10 <= end && header.matches(colour + BOX_BYTES, "ncl")) {
            track.setTransfer(header.unsigned(colour + BOX_BYTES + 6, 2));
        }
        int shape = boxOf("pasp", VIDEO_BOXES_OFFSET);
        if (shape + BOX_BYTES + 8 <= end && height() > 0) {
            long horizontal = header.unsigned(shape + BOX_BYTES, 4);
            long vertical = header.unsigned(shape + BOX_BYTES + 4, 4);
            if (horizontal > 0 && vertical > 0 && horizontal != vertical) {
                track.aspect = (double) width() / height() * horizontal / vertical;
            }
        }
        // Each sample has its decoding time.
        track.reordering = Reordering.DECLARED;
    }

    /** Adds what the entry says about audio. The entry of QuickTime's second version is another. */
    void describe(AudioCodec codec, AudioFields track) {
        if (at + AUDIO_BOXES_OFFSET > end || header.unsigned(at + AUDIO_VERSION_OFFSET, 2) > 1) {
            return;
        }
        track.channels = header.unsigned(at + CHANNELS_OFFSET, 2);
        track.sampleRate = header.unsigned(at + SAMPLE_RATE_OFFSET, 4) >>> 16;
        if (codec == AudioCodec.OPUS) {
            byte[] box = body(boxOf("dOps", audioBoxes()));
            track.channels = box.length > 1 ? box[1] & 0xff : track.channels;
        } else if (codec == AudioCodec.AAC) {
            int config = decoderConfig(descriptors());
            int specific = bodyOf(config + DECODER_CONFIG_BYTES, DECODER_SPECIFIC_DESCRIPTOR);
            if (config < end && specific < end) {
                track.configure(codec, header.copy(specific, Math.min(end - specific, 8)));
            }
        }
    }

    private int audioBoxes() {
        long version = at + AUDIO_BOXES_OFFSET > end ? 0 : header.unsigned(at + AUDIO_VERSION_OFFSET, 2);
        return AUDIO_BOXES_OFFSET + (version == 1 ? VERSION_1_EXTRA_BYTES : version == 2 ? VERSION_2_EXTRA_BYTES : 0);
    }

    /** The position of a box in the entry, or the entry's end if there is none. */
    private int boxOf(String type, int offset) {
        int box = at + offset;
        while (box + BOX_BYTES <= end) {
            long boxBytes = header.unsigned(box, 4);
            if (boxBytes < BOX_BYTES || boxBytes > end - box) {
                // An esds may be cut short by its entry, and FFmpeg accepts that.
                return header.matches(box + 4, type) && type.equals("esds") ? box : end;
            }
            if (header.matches(box + 4, type)) {
                return box;
            }
            box += (int) boxBytes;
        }
        return end;
    }

    private byte[] body(int box) {
        return box + BOX_BYTES > end
                ? new byte[0]
                : header.copy(box + BOX_BYTES, (int) header.unsigned(box, 4) - BOX_BYTES);
    }

    /** The position of the descriptors in the {@code esds} box, or the entry's end if there is none. */
    private int descriptors() {
        int box = boxOf("esds", audioBoxes());
        return box < end ? box + BOX_BYTES + 4 : end;
    }

    private int objectType(int descriptor) {
        int body = decoderConfig(descriptor);
        return body < end ? header.unsignedByte(body) : -1;
    }

    private int decoderConfig(int descriptor) {
        int stream = bodyOf(descriptor, ES_DESCRIPTOR);
        if (stream + 3 > end) {
            return end;
        }
        int flags = header.unsignedByte(stream + 2);
        int config = stream + 3;
        if ((flags & 0x80) != 0) {
            config += 2;
        }
        if ((flags & 0x40) != 0 && config < end) {
            config += 1 + header.unsignedByte(config);
        }
        if ((flags & 0x20) != 0) {
            config += 2;
        }
        return bodyOf(config, DECODER_CONFIG_DESCRIPTOR);
    }

    /** The position after a descriptor's tag and length, or the entry's end if the tag differs. */
    private int bodyOf(int descriptor, int tag) {
        if (descriptor >= end || header.unsignedByte(descriptor) != tag) {
            return end;
        }
        int lengthAt = descriptor + 1;
        for (int i = 0; i < MAX_LENGTH_BYTES && lengthAt + i < end; i++) {
            // The highest bit means that the length continues.
            if (header.unsignedByte(lengthAt + i) < 0x80) {
                return lengthAt + i + 1;
            }
        }
        return end;
    }
}
