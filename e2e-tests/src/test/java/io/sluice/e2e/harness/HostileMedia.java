package io.sluice.e2e.harness;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.Deflater;

/** Media made to make FFmpeg do what it should not: read a file, call somebody, or take all there is of memory. */
public final class HostileMedia {

    private static final int EBML = 0x1a45dfa3;
    private static final int DOC_TYPE = 0x4282;
    private static final int SEGMENT = 0x18538067;
    private static final int CHAPTERS = 0x1043a770;
    private static final int EDITION = 0x45b9;
    private static final int TRACKS = 0x1654ae6b;
    private static final int TRACK_ENTRY = 0xae;
    private static final int CLUSTER = 0x1f43b675;
    private static final String CLUSTER_START = "\u001fC\u00b6u";
    private static final int TIMESTAMP = 0xe7;
    private static final int SIMPLE_BLOCK = 0xa3;
    private static final long UNKNOWN = (1L << 56) - 1;

    /** The side of a picture that VP8 can just about say; with 4:2:0 it has 402 MB. */
    private static final int HUGE = 16_383;

    private HostileMedia() {}

    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] playlist(String url) {
        return text("""
                #EXTM3U
                #EXT-X-TARGETDURATION:2
                #EXTINF:2,
                %s
                #EXT-X-ENDLIST
                """.formatted(url));
    }

    public static byte[] ffconcat(String url) {
        return text("""
                ffconcat version 1.0
                file '%s'
                """.formatted(url));
    }

    public static byte[] sdp(int port) {
        return text("""
                v=0
                o=- 0 0 IN IP4 127.0.0.1
                s=x
                c=IN IP4 127.0.0.1
                t=0 0
                m=video %d RTP/AVP 96
                a=rtpmap:96 H264/90000
                """.formatted(port));
    }

    public static byte[] dash(String url) {
        return text("""
                <?xml version="1.0"?>
                <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S">
                <Period><AdaptationSet mimeType="video/mp4">
                <Representation id="1" bandwidth="1000" codecs="avc1.42E01F" width="640" height="360">
                <BaseURL>%s</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>
                """.formatted(url));
    }

    /** MP4 whose tracks say that their data is elsewhere. */
    public static byte[] withDataAt(Recording mp4, String kind, byte[] reference) {
        byte[] all = bytes(mp4);
        int media = indexOf(all, "moof", 0) - 4;
        byte[] dref = box("dref", new byte[4], number(1, 4), box(kind, new byte[4], reference));
        return concat(withDref(Arrays.copyOf(all, media), dref), Arrays.copyOfRange(all, media, all.length));
    }

    /** The record by which QuickTime names a file, with an absolute path. */
    public static byte[] alias(String path) {
        byte[] name = text(path);
        ByteBuffer alias = ByteBuffer.allocate(150 + 4 + name.length + name.length % 2 + 4);
        alias.putShort(4, (short) alias.capacity()).putShort(6, (short) 2);
        alias.put(10, (byte) 4).put(11, text("Disk")).put(50, (byte) 4).put(51, text("file"));
        alias.putShort(130, (short) 1).putShort(132, (short) 1);
        alias.putShort(150, (short) 2).putShort(152, (short) name.length).put(154, name);
        alias.putShort(alias.capacity() - 4, (short) -1);
        return alias.array();
    }

    /** A QuickTime movie that is only a reference to another. */
    public static byte[] referenceMovie(String url) {
        byte[] address = concat(text(url), new byte[1]);
        byte[] rdrf = box("rdrf", new byte[4], text("url "), number(address.length, 4), address);
        return concat(box("ftyp", text("qt  "), new byte[4]), box("moov", box("rmra", box("rmda", rdrf))));
    }

    /** A font that is no font, for subtitles that ask for it. */
    public static byte[] withAttachedFont(Recording webm, String path) {
        byte[] file = element(
                0x61a7,
                element(0x466e, text(path)),
                element(0x4660, text("application/x-truetype-font")),
                element(0x465c, new byte[2_000]),
                element(0x46ae, number(7, 8)));
        return beforeMedia(webm, element(0x1941a469, file));
    }

    /** Chapters that go on in another file, which players look for beside this one. */
    public static byte[] withLinkedSegment(Recording webm) {
        byte[] atom = element(
                0xb6,
                element(0x73c4, number(5, 8)),
                element(0x91, number(0, 8)),
                element(0x92, number(10_000_000_000L, 8)),
                element(0x6e67, new byte[16]));
        return beforeMedia(webm, element(CHAPTERS, element(EDITION, element(0x45db, number(1, 8)), atom)));
    }

    public static byte[] withDeepNesting(Recording webm, int levels) {
        byte[] nested = new byte[0];
        for (int i = 0; i < levels; i++) {
            nested = element(i % 2 == 0 ? EDITION : 0xb6, nested);
        }
        return beforeMedia(webm, element(CHAPTERS, nested));
    }

    public static byte[] withTracks(int count) {
        byte[][] tracks = new byte[count][];
        for (int i = 0; i < count; i++) {
            tracks[i] = vp8Track(i + 1, 640, 360);
        }
        return concat(matroska(tracks), cluster(block(vp8KeyFrame(640, 360))));
    }

    public static byte[] withHugePictureInTheHeader() {
        return concat(matroska(vp8Track(1, HUGE, HUGE)), cluster(block(vp8KeyFrame(HUGE, HUGE))));
    }

    /** The header is modest, the pictures are not. */
    public static byte[] withHugePicturesInTheMedia() {
        byte[] picture = block(vp8KeyFrame(HUGE, HUGE));
        return concat(
                matroska(vp8Track(1, 640, 360)),
                cluster(concat(Collections.nCopies(10, picture).toArray(byte[][]::new))));
    }

    /** The pictures grow in mid-stream, after the first so many bytes and the end of the cluster that they end in. */
    public static byte[] withPicturesThatGrow(Recording webm, int atLeastBytes) {
        byte[] all = Arrays.copyOf(bytes(webm), indexOf(bytes(webm), CLUSTER_START, atLeastBytes));
        byte[] picture = block(vp8KeyFrame(HUGE, HUGE));
        return concat(all, cluster(concat(Collections.nCopies(10, picture).toArray(byte[][]::new))));
    }

    /** A block that claims to be larger than it is. */
    public static byte[] withBlockOf(Recording webm, long claimed) {
        byte[] start = header(webm);
        return concat(start, elementOfSize(CLUSTER, UNKNOWN), elementOfSize(SIMPLE_BLOCK, claimed), new byte[100_000]);
    }

    public static byte[] withClustersOfNothing(Recording webm, int count) {
        byte[] nothing = elementOfSize(CLUSTER, 0);
        return concat(header(webm), concat(Collections.nCopies(count, nothing).toArray(byte[][]::new)));
    }

    /** Blocks that are to be inflated to a thousand times their size. */
    public static byte[] withInflatedBlocks(int inflatedBytes, int count) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(new byte[inflatedBytes]);
        deflater.finish();
        byte[] small = new byte[inflatedBytes];
        byte[] frame = Arrays.copyOf(small, deflater.deflate(small));
        deflater.end();
        byte[] zlib = element(0x6d80, element(0x6240, element(0x5034, element(0x4254, number(0, 8)))));
        return concat(
                matroska(track(1, concat(vp8Picture(640, 360), zlib))),
                cluster(concat(Collections.nCopies(count, block(frame)).toArray(byte[][]::new))));
    }

    private static byte[] withDref(byte[] boxes, byte[] dref) {
        List<String> parents = List.of("moov", "trak", "mdia", "minf", "dinf");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < boxes.length; ) {
            int size = ByteBuffer.wrap(boxes).getInt(at);
            String type = new String(boxes, at + 4, 4, StandardCharsets.ISO_8859_1);
            byte[] body = Arrays.copyOfRange(boxes, at + 8, at + size);
            out.writeBytes(
                    type.equals("dref") ? dref : box(type, parents.contains(type) ? withDref(body, dref) : body));
            at += size;
        }
        return out.toByteArray();
    }

    private static byte[] matroska(byte[]... tracks) {
        return concat(
                element(EBML, element(DOC_TYPE, text("matroska"))),
                elementOfSize(SEGMENT, UNKNOWN),
                element(TRACKS, tracks));
    }

    private static byte[] vp8Track(int number, int width, int height) {
        return track(number, vp8Picture(width, height));
    }

    private static byte[] track(int number, byte[] more) {
        return element(
                TRACK_ENTRY,
                element(0xd7, number(number, 8)),
                element(0x73c5, number(number, 8)),
                element(0x83, number(1, 8)),
                element(0x86, text("V_VP8")),
                more);
    }

    private static byte[] vp8Picture(int width, int height) {
        return element(0xe0, element(0xb0, number(width, 8)), element(0xba, number(height, 8)));
    }

    /** The frame header of RFC 6386 with a first partition of zeros. */
    private static byte[] vp8KeyFrame(int width, int height) {
        ByteBuffer frame = ByteBuffer.allocate(300);
        frame.put((byte) 0x30)
                .put((byte) 1)
                .put((byte) 0)
                .put((byte) 0x9d)
                .put((byte) 1)
                .put((byte) 0x2a);
        frame.putShort(Short.reverseBytes((short) width)).putShort(Short.reverseBytes((short) height));
        return frame.array();
    }

    private static byte[] cluster(byte[] blocks) {
        return concat(elementOfSize(CLUSTER, UNKNOWN), element(TIMESTAMP, number(0, 8)), blocks);
    }

    private static byte[] block(byte[] frame) {
        return element(SIMPLE_BLOCK, new byte[] {(byte) 0x81, 0, 0, (byte) 0x80}, frame);
    }

    private static byte[] beforeMedia(Recording webm, byte[] element) {
        byte[] all = bytes(webm);
        byte[] header = header(webm);
        return concat(header, element, Arrays.copyOfRange(all, header.length, all.length));
    }

    private static byte[] header(Recording webm) {
        return Arrays.copyOf(bytes(webm), webm.initSegmentBytes());
    }

    private static byte[] bytes(Recording recording) {
        byte[] all = new byte[recording.sizeBytes()];
        recording.bytes().duplicate().get(all);
        return all;
    }

    private static byte[] element(int id, byte[]... body) {
        byte[] all = concat(body);
        return concat(elementOfSize(id, all.length), all);
    }

    private static byte[] elementOfSize(int id, long size) {
        int idBytes = Integer.BYTES - Integer.numberOfLeadingZeros(id) / Byte.SIZE;
        return concat(number(id, idBytes), number(size | (1L << 56), 8));
    }

    private static byte[] box(String type, byte[]... body) {
        byte[] all = concat(body);
        return concat(number(8 + all.length, 4), text(type), all);
    }

    private static byte[] number(long value, int bytes) {
        byte[] eight = ByteBuffer.allocate(8).putLong(value).array();
        return Arrays.copyOfRange(eight, 8 - bytes, 8);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static int indexOf(byte[] all, String latin1, int from) {
        return new String(all, StandardCharsets.ISO_8859_1).indexOf(latin1, from);
    }
}
