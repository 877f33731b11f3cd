package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Between two event loops, of which each runs its tasks when the test says so. */
@ExtendWith(NoBufferLeaks.class)
class IngestHopTest {

    private static final int LOW = 1_000;
    private static final int HIGH = 10_000;

    private final EmbeddedChannel connectionLoop = new EmbeddedChannel();
    private final EmbeddedChannel sessionLoop = new EmbeddedChannel();
    private final ScriptedClient client = new ScriptedClient().on(connectionLoop.eventLoop());
    private final List<Object> delivered = new ArrayList<>();
    private final IngestHop hop = new IngestHop(client, sessionLoop.eventLoop(), new Recorder(), LOW, HIGH);

    private final class Recorder implements Ingest {

        @Override
        public void onMedia(ByteBuf media) {
            delivered.add(media.readableBytes());
            media.release();
        }

        @Override
        public void onMessage(Result<ClientMessage> message) {
            delivered.add(message.orElseThrow());
        }

        @Override
        public void onViolation(Failure failure) {
            delivered.add(failure);
        }

        @Override
        public void onDisconnect(Departure departure) {
            delivered.add(departure);
        }
    }

    @AfterEach
    void close() {
        connectionLoop.close();
        sessionLoop.close();
    }

    private void media(int bytes) {
        hop.onMedia(ByteBufAllocator.DEFAULT.directBuffer(bytes).writeZero(bytes));
    }

    @Test
    void everythingHopsInOrder() {
        Failure failure = new Failure(FailureCode.PROTOCOL_VIOLATION, "wrong");
        media(10);
        hop.onMessage(Result.ok(new Stop()));
        media(20);
        hop.onViolation(failure);
        hop.onDisconnect(Departure.LOST);
        assertThat(delivered).isEmpty();
        sessionLoop.runPendingTasks();
        assertThat(delivered).containsExactly(10, new Stop(), 20, failure, Departure.LOST);

        hop.send(new Ended(1, 2));
        assertThat(client.words()).isEmpty();
        connectionLoop.runPendingTasks();
        assertThat(client.words()).containsExactly(new Ended(1, 2));
    }

    @Test
    void whatIsOnTheWayIsBounded() {
        media(HIGH - 1);
        assertThat(client.pauses()).isEmpty();
        media(1);
        assertThat(client.pauses()).containsExactly(true);
        media(5_000);
        assertThat(client.pauses()).containsExactly(true);
        sessionLoop.runPendingTasks();
        connectionLoop.runPendingTasks();
        assertThat(client.pauses()).containsExactly(true, false);
        media(HIGH);
        assertThat(client.pauses()).containsExactly(true, false, true);
        sessionLoop.runPendingTasks();
        connectionLoop.runPendingTasks();
        assertThat(client.pauses()).containsExactly(true, false, true, false);
    }

    @Test
    void aConnectionThatTheSessionPausesStaysPaused() {
        hop.pauseMedia(true);
        connectionLoop.runPendingTasks();
        media(HIGH);
        sessionLoop.runPendingTasks();
        connectionLoop.runPendingTasks();
        assertThat(client.pauses()).hasSize(3).containsOnly(true);
        hop.pauseMedia(false);
        connectionLoop.runPendingTasks();
        assertThat(client.pauses()).last().isEqualTo(false);
    }

    @Test
    void mediaForALoopThatIsShutDownIsReleased() {
        DefaultEventLoop shutDown = new DefaultEventLoop();
        shutDown.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        IngestHop late = new IngestHop(client, shutDown, new Recorder(), LOW, HIGH);
        late.onMedia(ByteBufAllocator.DEFAULT.directBuffer(10).writeZero(10));
        late.onDisconnect(Departure.LOST);
        assertThat(delivered).isEmpty();
    }

    @Test
    void aConnectionWhoseLoopIsShutDownIsNotReachedAndHarmsNobody() {
        DefaultEventLoop shutDown = new DefaultEventLoop();
        shutDown.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        ScriptedClient gone = new ScriptedClient().on(shutDown);
        IngestHop late = new IngestHop(gone, sessionLoop.eventLoop(), new Recorder(), LOW, HIGH);
        late.send(new Ended(1, 2));
        late.pauseMedia(true);
        assertThat(gone.words()).isEmpty();
        assertThat(gone.pauses()).isEmpty();
    }
}
