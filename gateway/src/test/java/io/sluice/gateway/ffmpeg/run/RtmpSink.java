package io.sluice.gateway.ffmpeg.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A minimal RTMP server: accepts or rejects one publication and counts the bytes that follow. It answers immediately,
 * so that measured delays are FFmpeg's own.
 */
public final class RtmpSink implements AutoCloseable {

    private static final int HANDSHAKE_BYTES = 1536;

    /** More than metadata and codec headers, less than a key frame. */
    private static final int MIN_MEDIA_BYTES = 1500;

    private final ServerSocket server;
    private final String status;
    private final String description;
    private final CompletableFuture<Long> firstMediaNanos = new CompletableFuture<>();
    private final CompletableFuture<Long> mediaBytes = new CompletableFuture<>();
    private final CompletableFuture<String> commands = new CompletableFuture<>();

    private RtmpSink(String status, String description) throws IOException {
        this.status = status;
        this.description = description;
        this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "rtmp-sink");
        thread.setDaemon(true);
        thread.start();
    }

    public static RtmpSink accepting() throws IOException {
        return new RtmpSink("NetStream.Publish.Start", "of the test");
    }

    static RtmpSink rejecting() throws IOException {
        return new RtmpSink("NetStream.Publish.BadName", "of the test");
    }

    static RtmpSink inUse() throws IOException {
        return new RtmpSink("NetStream.Publish.BadName", "Already publishing");
    }

    /** Closes the connection instead of answering, as nginx does for a key that its hook refuses. */
    static RtmpSink closing() throws IOException {
        return new RtmpSink("", "");
    }

    public String url() {
        return "rtmp://127.0.0.1:" + server.getLocalPort() + "/live/s3cr3t-k3y";
    }

    /** When the first media arrived, by {@link System#nanoTime()}. */
    CompletableFuture<Long> firstMediaNanos() {
        return firstMediaNanos;
    }

    /** The bytes received after the publication started; completes when the connection has ended. */
    public CompletableFuture<Long> mediaBytes() {
        return mediaBytes;
    }

    /** What the publisher sent between the handshake and the media, one character per byte. */
    CompletableFuture<String> commands() {
        return commands;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve() {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            converse(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException | UncheckedIOException e) {
            firstMediaNanos.completeExceptionally(e);
            mediaBytes.completeExceptionally(e);
            commands.completeExceptionally(e);
        }
    }

    private void converse(InputStream in, OutputStream out) throws IOException {
        byte[] hello = in.readNBytes(1 + HANDSHAKE_BYTES);
        out.write(hello);
        out.write(hello, 1, HANDSHAKE_BYTES);
        in.readNBytes(HANDSHAKE_BYTES);
        StringBuilder received = new StringBuilder(awaitCommand(in, "connect"));
        out.write(command(0, "_result", 1, null, "NetConnection.Connect.Success"));
        received.append(awaitCommand(in, "createStream"));
        out.write(command(0, "_result", 4, 1.0, null));
        received.append(awaitCommand(in, "publish"));
        if (status.isEmpty()) {
            throw new IOException("closed on purpose");
        }
        out.write(command(1, "onStatus", 0, null, status));
        // The play path and "live" after it; FFmpeg sends them without waiting for the answer above.
        while (received.indexOf("\2\0\4live", received.lastIndexOf("publish")) < 0) {
            received.append(new String(in.readNBytes(1), StandardCharsets.ISO_8859_1));
        }
        commands.complete(received.toString());
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            bytes += n;
            if (bytes > MIN_MEDIA_BYTES) {
                firstMediaNanos.complete(System.nanoTime());
            }
        }
        mediaBytes.complete(bytes);
    }

    /** Reads up to and including a command's name and transaction number. */
    private static String awaitCommand(InputStream in, String name) throws IOException {
        StringBuilder seen = new StringBuilder();
        String marker = "\2\0" + (char) name.length() + name;
        while (seen.indexOf(marker) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the publisher disconnected before " + name);
            }
            seen.append((char) next);
        }
        return seen + new String(in.readNBytes(9), StandardCharsets.ISO_8859_1);
    }

    /** A command in one chunk of AMF0: its name, a number, then a number or null, then a status object. */
    private byte[] command(int stream, String name, double transaction, @Nullable Double value, @Nullable String code)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(string(name));
        body.write(number(transaction));
        body.write(new byte[] {5});
        if (value != null) {
            body.write(number(value));
        }
        if (code != null) {
            body.write(3);
            String level = code.endsWith("BadName") ? "error" : "status";
            for (String[] property : new String[][] {{"level", level}, {"code", code}, {"description", description}}) {
                byte[] key = string(property[0]);
                body.write(key, 1, key.length - 1);
                body.write(string(property[1]));
            }
            body.write(new byte[] {0, 0, 9});
        }
        byte[] message = body.toByteArray();
        ByteBuffer chunk = ByteBuffer.allocate(12 + message.length + 1);
        chunk.put((byte) 3).putInt(0); // chunk stream 3, timestamp and the first byte of the length
        chunk.putShort((short) message.length).put((byte) 20).putInt(Integer.reverseBytes(stream));
        chunk.put(message, 0, Math.min(128, message.length));
        if (message.length > 128) {
            chunk.put((byte) 0xc3).put(message, 128, message.length - 128);
        }
        return Arrays.copyOf(chunk.array(), chunk.position());
    }

    private static byte[] string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(3 + bytes.length)
                .put((byte) 2)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] number(double value) {
        return ByteBuffer.allocate(9).put((byte) 0).putDouble(value).array();
    }
}
