package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.AudioDetails;
import io.sluice.protocol.AudioCodec;

/** What is known so far of an audio track whose header is being parsed. */
final class AudioFields {

    private static final int[] RATES = {
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350
    };

    private static final int ESCAPED_TYPE = 31;
    private static final int ESCAPED_RATE = 15;

    long channels;
    double sampleRate;
    int aacObjectType;

    /** Reads a codec's configuration record. */
    void configure(AudioCodec codec, byte[] config) {
        switch (codec) {
            case AAC -> aac(new BitReader(config), config.length);
            case OPUS -> {
                // OpusHead: eight characters, a version, and the number of channels.
                channels = config.length > 9 ? config[9] & 0xff : channels;
                sampleRate = 48_000;
            }
            case MP3, PCM, VORBIS, FLAC -> {}
        }
    }

    /** AudioSpecificConfig, ISO/IEC 14496-3. With spectral band replication the first rate is the core's. */
    private void aac(BitReader in, int length) {
        if (length < 2) {
            return;
        }
        int type = objectType(in);
        int rate = rate(in);
        int layout = (int) in.bits(4);
        if (in.isOverrun()) {
            return;
        }
        aacObjectType = type;
        sampleRate = rate > 0 ? rate : sampleRate;
        if (layout > 0) {
            channels = layout == 7 ? 8 : layout;
        }
    }

    private static int objectType(BitReader in) {
        int type = (int) in.bits(5);
        return type == ESCAPED_TYPE ? 32 + (int) in.bits(6) : type;
    }

    private static int rate(BitReader in) {
        int index = (int) in.bits(4);
        if (index == ESCAPED_RATE) {
            return (int) in.bits(24);
        }
        return index < RATES.length ? RATES[index] : 0;
    }

    AudioDetails details() {
        boolean known = sampleRate >= 1 && sampleRate <= 1_000_000;
        return new AudioDetails(
                (int) Math.max(0, Math.min(channels, 255)), known ? (int) Math.round(sampleRate) : 0, aacObjectType);
    }
}
