package io.sluice.e2e.bench;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The same work in the ordinary way of Java, to compare with: a thread and a process for each connection, streams that
 * block, a frame read whole into an array. It is no straw man: frames go to the process without a further copy, and it
 * takes no more than it is sent.
 */
final class BlockingGateway {

    private static final int BACKLOG = 4_096;
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private BlockingGateway() {}

    /** Takes a port and a program. */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        String program = arguments[1];
        try (ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println("ready");
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> serve(socket, program)).start();
            }
        }
    }

    private static void serve(Socket socket, String program) {
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            upgrade(in, socket.getOutputStream());
            Process process = new ProcessBuilder(program, "-progress", "pipe:1", "-i", "pipe:0")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                copy(in, stdin);
            } finally {
                process.waitFor();
            }
        } catch (IOException e) {
            System.err.println(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(DataInputStream in, OutputStream stdin) throws IOException {
        byte[] mask = new byte[4];
        while (true) {
            int opcode = in.readUnsignedByte() & 15;
            long length = in.readUnsignedByte() & 127;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            in.readFully(mask);
            byte[] payload = new byte[Math.toIntExact(length)];
            in.readFully(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i & 3];
            }
            if (opcode == 8) {
                return;
            }
            stdin.write(payload);
            stdin.flush();
        }
    }

    private static void upgrade(DataInputStream in, OutputStream out) throws IOException {
        String key = null;
        String line = line(in);
        while (!line.isEmpty()) {
            if (line.startsWith("Sec-WebSocket-Key: ")) {
                key = line.substring("Sec-WebSocket-Key: ".length());
            }
            line = line(in);
        }
        OutputStream answer = new BufferedOutputStream(out);
        answer.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                        + accept(key) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        answer.flush();
    }

    private static String accept(@Nullable String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the request ended early");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
