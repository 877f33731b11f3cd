package io.sluice.e2e.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before an RTMP server and notes when each publisher's first picture or sound passes. What it has to know of
 * RTMP is how messages are cut into chunks (section 5.3 of its specification).
 */
final class RtmpTap implements AutoCloseable {

    private static final int HANDSHAKE_BYTES = 1 + 2 * 1_536;
    private static final int DEFAULT_CHUNK_BYTES = 128;
    private static final int[] HEADER_BYTES = {11, 7, 3, 0};
    private static final int EXTENDED_TIME = 0xffffff;
    private static final int SET_CHUNK_SIZE = 1;
    private static final int AUDIO = 8;
    private static final int VIDEO = 9;
    private static final int FLV_AAC = 10;
    private static final int LIMIT_SECONDS = 20;

    private final ServerSocket listener;
    private final int server;
    private final BlockingQueue<Long> firstMedia = new LinkedBlockingQueue<>();

    private RtmpTap(ServerSocket listener, int server) {
        this.listener = listener;
        this.server = server;
    }

    static RtmpTap before(int server) throws IOException {
        RtmpTap tap = new RtmpTap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
        start("rtmp-tap", tap::accept);
        return tap;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** When it passed, by {@link System#nanoTime()}; once for each publisher, in their order. */
    long nextFirstMedia() {
        try {
            Long at = firstMedia.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (at == null) {
                throw new AssertionError("no media came by");
            }
            return at;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Ends with its connection. */
    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // closed at one end or the other
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket publisher = listener.accept();
            Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server);
            publisher.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            start("rtmp-tap-answers", () -> {
                upstream.getInputStream().transferTo(publisher.getOutputStream());
                publisher.close();
            });
            start("rtmp-tap-media", () -> {
                InputStream passing = new Passing(publisher.getInputStream(), upstream.getOutputStream());
                awaitMedia(new DataInputStream(new BufferedInputStream(passing)));
                firstMedia.add(System.nanoTime());
                passing.transferTo(OutputStream.nullOutputStream());
                upstream.close();
            });
        }
    }

    /** Whoever reads from it passes on what is read. */
    private static final class Passing extends FilterInputStream {

        private final OutputStream to;

        Passing(InputStream from, OutputStream to) {
            super(from);
            this.to = to;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            if (read > 0) {
                to.write(bytes, offset, read);
            }
            return read;
        }
    }

    /** A message whose chunks have begun to come. */
    private record Message(int type, int bytes, int left, boolean media) {

        Message with(byte[] chunk) {
            return new Message(type, bytes, left - chunk.length, left == bytes ? isMedia(chunk) : media);
        }

        /** Coded pictures and sound, and not their settings, which come before them. */
        private boolean isMedia(byte[] start) {
            boolean settings = start.length > 1 && start[1] == 0;
            return switch (type) {
                case VIDEO -> !settings;
                case AUDIO -> !(settings && Byte.toUnsignedInt(start[0]) >> 4 == FLV_AAC);
                default -> false;
            };
        }
    }

    private static void awaitMedia(DataInputStream in) throws IOException {
        in.readFully(new byte[HANDSHAKE_BYTES]); // what is skipped would not be passed on
        Map<Integer, Message> begun = new HashMap<>();
        int chunkBytes = DEFAULT_CHUNK_BYTES;
        for (; ; ) {
            int basic = in.readUnsignedByte();
            int stream = basic & 0x3f;
            Message message = header(in, HEADER_BYTES[basic >> 6], begun.get(stream));
            byte[] chunk = in.readNBytes(Math.min(message.left(), chunkBytes));
            Message now = message.with(chunk);
            begun.put(stream, now);
            if (now.media()) {
                return;
            }
            if (now.type() == SET_CHUNK_SIZE) {
                chunkBytes = ByteBuffer.wrap(chunk).getInt() & Integer.MAX_VALUE;
            }
        }
    }

    /** What a header leaves out is as in the message before on the same chunk stream. */
    private static Message header(DataInputStream in, int bytes, @Nullable Message before) throws IOException {
        byte[] header = in.readNBytes(bytes);
        int type = before == null ? 0 : before.type();
        int length = before == null ? 0 : before.bytes();
        if (bytes >= HEADER_BYTES[1]) {
            length = number(header, 3);
            type = header[6] & 0xff;
        }
        if (bytes >= HEADER_BYTES[2] && number(header, 0) == EXTENDED_TIME) {
            in.readFully(new byte[Integer.BYTES]);
        }
        return before == null || before.left() == 0 ? new Message(type, length, length, false) : before;
    }

    private static int number(byte[] bytes, int at) {
        return Byte.toUnsignedInt(bytes[at]) << 16
                | Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at + 1));
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
