package io.sluice.gateway.media.container;

import io.sluice.gateway.media.container.MediaDetails.Reordering;
import io.sluice.gateway.media.container.MediaDetails.Transfer;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.protocol.VideoCodec;

/** What is known so far of a video track whose header is being parsed. */
final class VideoFields {

    /** Beyond it a size is not one that a picture is made for; FFmpeg decides. */
    private static final long MAX_SIDE = 32_768;

    long codedWidth;
    long codedHeight;

    /** The shape of the picture, if its pixels are not square; 0 if they are. */
    double aspect;

    /** Degrees by which a player turns it, clockwise. */
    long degrees;

    boolean mirrored;
    int profile = -1;
    int bitDepth;
    int chroma = -1;
    Transfer transfer = Transfer.UNKNOWN;
    Reordering reordering = Reordering.UNKNOWN;
    double frameRate;

    /** Reads a codec's configuration record, which is the same in MP4 and Matroska except where it says so. */
    void configure(VideoCodec codec, byte[] config) {
        switch (codec) {
            case H264 -> H264Parameters.read(config, this);
            case HEVC -> HevcParameters.read(config, this);
            case AV1 -> av1(config);
            case VP8, VP9 -> reordering = Reordering.NONE;
        }
    }

    private void av1(byte[] config) {
        reordering = Reordering.NONE;
        if (config.length < 4 || (config[0] & 0xff) != 0x81) {
            return;
        }
        profile = (config[1] & 0xff) >> 5;
        int flags = config[2];
        bitDepth = (flags & 0x40) == 0 ? 8 : (flags & 0x20) == 0 ? 10 : 12;
        boolean grey = (flags & 0x10) != 0;
        chroma = grey ? 0 : chroma((flags & 0x08) != 0, (flags & 0x04) != 0);
    }

    private static int chroma(boolean halfWidth, boolean halfHeight) {
        return halfWidth ? (halfHeight ? 1 : 2) : 3;
    }

    /** Reads MP4's {@code vpcC}, behind its version and flags. */
    void vp9Box(byte[] config) {
        reordering = Reordering.NONE;
        if (config.length >= 6) {
            profile = config[0] & 0xff;
            bitDepth = (config[2] & 0xff) >> 4;
            chroma = Math.max(1, (config[2] & 0x0e) >> 1);
            setTransfer(config[4] & 0xff);
        }
    }

    /** Reads Matroska's features of VP9: an id, a length of one, a value. */
    void vp9Features(byte[] config) {
        for (int i = 0; i + 2 < config.length && config[i + 1] == 1; i += 3) {
            int value = config[i + 2];
            switch (config[i]) {
                case 1 -> profile = value;
                case 3 -> bitDepth = value;
                case 4 -> chroma = Math.max(1, value);
                default -> {}
            }
        }
    }

    /** The container's own statement goes before the codec's. */
    void setTransfer(long number) {
        Transfer stated = Transfer.of(number);
        if (stated != Transfer.UNKNOWN) {
            transfer = stated;
        }
    }

    VideoDetails details() {
        long quarter = Math.floorMod(degrees, 360L);
        double width = aspect > 0 ? codedHeight * aspect : codedWidth;
        boolean known = codedHeight > 0 && codedHeight <= MAX_SIDE && width >= 1 && width <= MAX_SIDE;
        int shownWidth = known ? (int) Math.round(width) : 0;
        int shownHeight = known ? (int) codedHeight : 0;
        boolean lies = quarter == 90 || quarter == 270;
        return new VideoDetails(
                lies ? shownHeight : shownWidth,
                lies ? shownWidth : shownHeight,
                quarter != 0 || mirrored,
                profile,
                bitDepth,
                chroma,
                transfer,
                reordering,
                frameRate);
    }
}
