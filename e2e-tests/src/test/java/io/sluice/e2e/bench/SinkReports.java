package io.sluice.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gathers what the sinks of one run say: the latest word of each counts. */
final class SinkReports implements AutoCloseable {

    private static final int LARGEST = 65_536;
    private static final int RECEIVE_BUFFER = 8 << 20;

    private final DatagramSocket socket;
    private final Map<String, String[]> latest = new ConcurrentHashMap<>();

    /** All of them together. */
    record Sum(int sinks, int ended, long bytes, long messages, long broken, Delays delays) {}

    SinkReports() {
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            socket.setReceiveBufferSize(RECEIVE_BUFFER);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread receiver = new Thread(this::receive, "sink-reports");
        receiver.setDaemon(true);
        receiver.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    Sum sum() {
        Delays delays = new Delays();
        int ended = 0;
        long bytes = 0;
        long messages = 0;
        long broken = 0;
        for (String[] words : latest.values()) {
            bytes += Long.parseLong(words[1]);
            messages += Long.parseLong(words[2]);
            broken += Long.parseLong(words[3]);
            delays.longest(Long.parseLong(words[4]));
            ended += Integer.parseInt(words[5]);
            for (int i = 6; i < words.length; i++) {
                int colon = words[i].indexOf(':');
                delays.add(
                        Integer.parseInt(words[i].substring(0, colon)), Long.parseLong(words[i].substring(colon + 1)));
            }
        }
        return new Sum(latest.size(), ended, bytes, messages, broken, delays);
    }

    private void receive() {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        while (!socket.isClosed()) {
            try {
                packet.setLength(LARGEST);
                socket.receive(packet);
            } catch (IOException e) {
                return; // closed
            }
            String[] words = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII).split(" ");
            latest.merge(words[0], words, SinkReports::later);
        }
    }

    /** A report of the end may be overtaken. */
    private static String[] later(String[] one, String[] other) {
        return Long.parseLong(one[1]) > Long.parseLong(other[1]) || one[5].equals("1") ? one : other;
    }

    @Override
    public void close() {
        socket.close();
    }
}
