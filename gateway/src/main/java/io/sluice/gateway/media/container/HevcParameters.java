package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.Reordering;

/** What {@code hvcC} and an HEVC sequence parameter set say, as in ISO/IEC 14496-15 and ITU-T H.265, 7.3.2.2. */
final class HevcParameters {

    private static final int SEQUENCE_PARAMETERS = 33;
    private static final int MAX_SETS = 64;

    private HevcParameters() {}

    static void read(byte[] config, VideoFields track) {
        if (config.length < 23 || config[0] != 1) {
            return;
        }
        track.profile = config[1] & 0x1f;
        track.chroma = config[16] & 3;
        track.bitDepth = 8 + (config[17] & 7);
        // Its decoder knows the depth of reordering from any parameter set.
        track.reordering = Reordering.DECLARED;
        int at = 23;
        for (int arrays = config[22] & 0xff; arrays > 0 && at + 3 <= config.length; arrays--) {
            int type = config[at] & 0x3f;
            int units = (config[at + 1] & 0xff) << 8 | (config[at + 2] & 0xff);
            at += 3;
            for (; units > 0 && at + 2 <= config.length; units--) {
                int end = at + 2 + ((config[at] & 0xff) << 8 | (config[at + 1] & 0xff));
                if (end > config.length) {
                    return;
                }
                if (type == SEQUENCE_PARAMETERS && end - at > 4) {
                    sequence(BitReader.ofUnit(config, at + 4, end), track);
                    return;
                }
                at = end;
            }
        }
    }

    private static void sequence(BitReader in, VideoFields track) {
        in.skip(4);
        int subLayers = (int) in.bits(3);
        in.skip(1);
        profileTierLevel(in, subLayers);
        in.golomb();
        if (in.golomb() == 3) {
            in.skip(1);
        }
        in.skipGolombs(2);
        if (in.flag()) {
            in.skipGolombs(4);
        }
        in.skipGolombs(2);
        int orderBits = (int) Math.min(in.golomb(), 12) + 4;
        in.skipGolombs(3L * (in.flag() ? subLayers + 1 : 1));
        in.skipGolombs(6);
        boolean scaled = in.flag();
        if (scaled && in.flag()) {
            scalingLists(in);
        }
        in.skip(2);
        if (in.flag()) {
            in.skip(8);
            in.skipGolombs(2);
            in.skip(1);
        }
        referenceSets(in);
        if (in.flag()) {
            in.skip((int) Math.min(in.golomb(), 32) * (orderBits + 1));
        }
        in.skip(2);
        if (in.flag()) {
            H264Parameters.signal(in, track);
        }
    }

    private static void profileTierLevel(BitReader in, int subLayers) {
        in.skip(96);
        long flags = in.bits(2 * subLayers);
        if (subLayers > 0) {
            in.skip(2 * (8 - subLayers));
        }
        for (int i = subLayers - 1; i >= 0; i--) {
            in.skip((flags >> (2 * i + 1) & 1) == 1 ? 88 : 0);
            in.skip((flags >> (2 * i) & 1) == 1 ? 8 : 0);
        }
    }

    private static void scalingLists(BitReader in) {
        for (int size = 0; size < 4; size++) {
            for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
                if (in.flag()) {
                    in.skipGolombs(Math.min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0));
                } else {
                    in.golomb();
                }
            }
        }
    }

    /** Short-term reference picture sets, 7.3.7. Each may be described by its difference from the one before. */
    private static void referenceSets(BitReader in) {
        long sets = Math.min(in.golomb(), MAX_SETS);
        int pictures = 0;
        for (int set = 0; set < sets && !in.isOverrun(); set++) {
            if (set > 0 && in.flag()) {
                in.skip(1);
                in.golomb();
                int kept = 0;
                for (int i = 0; i <= pictures; i++) {
                    boolean used = in.flag();
                    kept += used || in.flag() ? 1 : 0;
                }
                pictures = kept;
            } else {
                long negative = in.golomb();
                pictures = (int) Math.min(negative + in.golomb(), 16);
                for (int i = 0; i < pictures; i++) {
                    in.golomb();
                    in.skip(1);
                }
            }
        }
    }
}
