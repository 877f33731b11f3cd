package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.gateway.media.container.MediaDetails.Transfer;

/** What an H.264 sequence parameter set says, as in ITU-T H.264, 7.3.2.1.1. */
final class H264Parameters {

    private static final int BASELINE = 66;
    private static final int EXTENDED_SAMPLE_ASPECT = 255;

    private H264Parameters() {}

    /** Reads {@code avcC}, ISO/IEC 14496-15. */
    static void read(byte[] config, VideoFields track) {
        if (config.length < 8 || config[0] != 1) {
            return;
        }
        track.profile = config[1] & 0xff;
        int length = (config[6] & 0xff) << 8 | (config[7] & 0xff);
        // The unit's own header is one byte.
        if ((config[5] & 0x1f) == 0 || length < 4 || 8 + length > config.length) {
            return;
        }
        sequence(BitReader.ofUnit(config, 9, 8 + length), track);
    }

    private static void sequence(BitReader in, VideoFields track) {
        int profile = (int) in.bits(8);
        boolean intraOnly = (in.bits(8) & 0x10) != 0 && profile > BASELINE && profile != 77 && profile != 88;
        in.skip(8);
        in.golomb();
        long chroma = 1;
        long depth = 8;
        if (profile != BASELINE && profile != 77 && profile != 88) {
            chroma = in.golomb();
            if (chroma == 3) {
                in.skip(1);
            }
            depth = 8 + in.golomb();
            in.golomb();
            in.skip(1);
            scaling(in, chroma == 3 ? 12 : 8);
        }
        in.golomb();
        long orderType = in.golomb();
        if (orderType == 0) {
            in.golomb();
        } else if (orderType == 1) {
            in.skip(1);
            in.skipGolombs(2);
            in.skipGolombs(in.golomb());
        }
        long references = in.golomb();
        in.skip(1);
        in.skipGolombs(2);
        if (!in.flag()) {
            in.skip(1);
        }
        in.skip(1);
        if (in.flag()) {
            in.skipGolombs(4);
        }
        if (in.isOverrun()) {
            return;
        }
        track.chroma = (int) chroma;
        track.bitDepth = (int) depth;
        boolean never = profile == BASELINE || intraOnly || orderType == 2 || references == 0;
        track.reordering = never ? Reordering.NONE : Reordering.UNKNOWN;
        if (in.flag()) {
            usability(in, track);
        }
    }

    private static void scaling(BitReader in, int lists) {
        if (!in.flag()) {
            return;
        }
        for (int list = 0; list < lists && !in.isOverrun(); list++) {
            if (in.flag()) {
                scalingList(in, list < 6 ? 16 : 64);
            }
        }
    }

    private static void scalingList(BitReader in, int size) {
        long last = 8;
        for (int i = 0; i < size && !in.isOverrun(); i++) {
            long code = in.golomb();
            long delta = (code & 1) == 0 ? -(code / 2) : (code + 1) / 2;
            last = Math.floorMod(last + delta, 256);
            if (last == 0) {
                return;
            }
        }
    }

    /** Video usability information, Annex E. */
    private static void usability(BitReader in, VideoFields track) {
        signal(in, track);
        if (in.flag()) {
            in.skip(65);
        }
        boolean network = decoder(in);
        boolean video = decoder(in);
        if (network || video) {
            in.skip(1);
        }
        in.skip(1);
        if (in.flag()) {
            in.skip(1);
            in.skipGolombs(4);
            long reordered = in.golomb();
            if (!in.isOverrun() && track.reordering == Reordering.UNKNOWN) {
                track.reordering = reordered == 0 ? Reordering.NONE : Reordering.DECLARED;
            }
        }
    }

    /** The part of the usability information that H.264 and HEVC have in common. */
    static void signal(BitReader in, VideoFields track) {
        if (in.flag() && in.bits(8) == EXTENDED_SAMPLE_ASPECT) {
            in.skip(32);
        }
        if (in.flag()) {
            in.skip(1);
        }
        if (in.flag()) {
            in.skip(4);
            if (in.flag()) {
                in.skip(8);
                Transfer transfer = Transfer.of(in.bits(8));
                in.skip(8);
                if (!in.isOverrun() && track.transfer == Transfer.UNKNOWN) {
                    track.transfer = transfer;
                }
            }
        }
        if (in.flag()) {
            in.skipGolombs(2);
        }
    }

    private static boolean decoder(BitReader in) {
        if (!in.flag()) {
            return false;
        }
        long entries = in.golomb() + 1;
        in.skip(8);
        for (long i = 0; i < entries && !in.isOverrun(); i++) {
            in.skipGolombs(2);
            in.skip(1);
        }
        in.skip(20);
        return true;
    }
}
