package io.sluice.e2e.harness;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** Recordings whose timestamps leap at their end. FFmpeg fills a leap with pictures and silence. */
public final class LeapingMedia {

    private static final byte[] CLUSTER = {0x1f, 0x43, (byte) 0xb6, 0x75};
    private static final byte[] UNKNOWN_SIZE = {1, -1, -1, -1, -1, -1, -1, -1};
    private static final byte[] TFDT = "tfdt".getBytes(StandardCharsets.US_ASCII);
    private static final int SIMPLE_BLOCK = 0xa3;

    private LeapingMedia() {}

    /** The first cluster's blocks once more at the end, with another cluster time. */
    public static byte[] webm(Recording recording, Duration leap) {
        byte[] all = bytes(recording);
        int first = indexOf(all, CLUSTER, 0);
        int second = indexOf(all, CLUSTER, first + 1);
        int blocks = indexOf(all, new byte[] {(byte) SIMPLE_BLOCK}, first + 5);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(all);
        out.writeBytes(CLUSTER);
        out.writeBytes(UNKNOWN_SIZE);
        out.writeBytes(new byte[] {(byte) 0xe7, (byte) 0x88});
        out.writeBytes(ByteBuffer.allocate(8).putLong(leap.toMillis()).array());
        out.write(all, blocks, (second < 0 ? all.length : second) - blocks);
        return out.toByteArray();
    }

    /** The last fragment once more, with another decode time of all its tracks. */
    public static byte[] mp4(Recording recording, int ticks) {
        byte[] all = bytes(recording);
        int last = lastIndexOf(all, "moof".getBytes(StandardCharsets.US_ASCII)) - 4;
        byte[] fragment = Arrays.copyOfRange(all, last, all.length);
        int box = indexOf(fragment, TFDT, 0);
        while (box >= 0) {
            boolean isLong = fragment[box + 4] == 1;
            ByteBuffer.wrap(fragment).putInt(box + (isLong ? 12 : 8), ticks);
            box = indexOf(fragment, TFDT, box + 1);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(all);
        out.writeBytes(fragment);
        return out.toByteArray();
    }

    private static byte[] bytes(Recording recording) {
        byte[] all = new byte[recording.bytes().remaining()];
        recording.bytes().get(all);
        return all;
    }

    private static int indexOf(byte[] all, byte[] part, int from) {
        for (int i = from; i + part.length <= all.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }

    private static int lastIndexOf(byte[] all, byte[] part) {
        int last = -1;
        for (int i = indexOf(all, part, 0); i >= 0; i = indexOf(all, part, i + 1)) {
            last = i;
        }
        return last;
    }
}
