package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Concurrency.MeasuresAlone;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bad network is as bad as it says, and no worse. */
@MeasuresAlone
final class NetworkLinkTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int SLOW_BITS_PER_SECOND = 800_000;

    private final AtomicLong arrived = new AtomicLong();
    private ServerSocket receiver;
    private NetworkLink link;
    private SocketChannel sender;
    private long sent;

    @BeforeEach
    void open() throws IOException {
        receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::receive);
        thread.setDaemon(true);
        thread.start();
        link = NetworkLink.to((InetSocketAddress) receiver.getLocalSocketAddress());
        sender = connect();
    }

    @AfterEach
    void close() throws IOException {
        sender.close();
        link.close();
        receiver.close();
    }

    @Test
    void passesBytesAtTheRateThatItIsLimitedTo() {
        link.limitTo(SLOW_BITS_PER_SECOND);
        long start = System.nanoTime();
        sendFor(Duration.ofSeconds(2));
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(link.upBytes() * 8 / seconds).isCloseTo(SLOW_BITS_PER_SECOND, within(0.1 * SLOW_BITS_PER_SECOND));
    }

    @Test
    void letsTheSenderFeelItWithinSomeTensOfKilobytes() {
        link.limitTo(SLOW_BITS_PER_SECOND);
        sendFor(Duration.ofSeconds(1));
        assertThat(sent - link.upBytes()).as("bytes in the kernel").isLessThan(200_000);
    }

    @Test
    void losesNothingWhenItIsReleased() {
        link.limitTo(SLOW_BITS_PER_SECOND);
        sendFor(Duration.ofMillis(500));
        link.release();
        awaitAllArrived();
        sendFor(Duration.ofMillis(500));
        awaitAllArrived();
        assertThat(arrived).hasValueGreaterThan(10 * SLOW_BITS_PER_SECOND / 8);
    }

    @Test
    void passesNothingWhileSilentAndAllOfItAfterwards() {
        link.silence();
        sendFor(Duration.ofMillis(300));
        assertThat(arrived).hasValue(0);
        assertThat(link.upBytes()).isZero();
        link.speak();
        awaitAllArrived();
    }

    @Test
    void leavesAConnectionStrandedWithItsEndAndDeliversItLate() throws IOException {
        link.strand();
        sendFor(Duration.ofMillis(100));
        assertThat(link.upBytes()).isZero();
        sender.close();
        sender = connect();
        sendFor(Duration.ofMillis(100));
        await("the new connection works").atMost(SOON).until(() -> link.upBytes() > 0);
        assertThat(arrived).hasValue(0);
        // The receiver takes one connection after another: the late one has to end first.
        link.speak();
        awaitAllArrived();
    }

    @Test
    void breaksAConnectionOffAndTakesTheNext() throws IOException {
        link.cut();
        assertThatThrownBy(() -> sendFor(SOON)).hasMessageContaining("reset");
        sender = connect();
        sent = 0;
        sendFor(Duration.ofMillis(100));
        awaitAllArrived();
    }

    @Test
    void breaksEachNewConnectionOffUntilItIsPluggedInAgain() throws IOException {
        link.unplug();
        sender = connect();
        assertThatThrownBy(() -> sendFor(SOON)).isInstanceOf(AssertionError.class);
        link.plugIn();
        sender = connect();
        sent = 0;
        sendFor(Duration.ofMillis(100));
        awaitAllArrived();
        assertThat(link.connections()).isEqualTo(3);
    }

    /** A connection is there for the sender before it is there for the link. */
    private SocketChannel connect() throws IOException {
        long before = link.connections();
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), link.uri("").getPort()));
        channel.configureBlocking(false);
        await("the link has it").atMost(SOON).until(() -> link.connections() > before);
        return channel;
    }

    private void sendFor(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        try {
            while (System.nanoTime() < end) {
                int written = sender.write(ByteBuffer.allocate(8192));
                sent += written;
                if (written == 0) {
                    Thread.onSpinWait();
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private void awaitAllArrived() {
        await("all bytes").atMost(SOON).untilAsserted(() -> assertThat(arrived).hasValue(sent));
    }

    private void receive() {
        try {
            while (true) {
                try (Socket connection = receiver.accept()) {
                    byte[] buffer = new byte[65_536];
                    for (int n = connection.getInputStream().read(buffer);
                            n >= 0;
                            n = connection.getInputStream().read(buffer)) {
                        arrived.addAndGet(n);
                    }
                } catch (SocketException e) {
                    // Broken off, as some tests want it.
                    if (receiver.isClosed()) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
