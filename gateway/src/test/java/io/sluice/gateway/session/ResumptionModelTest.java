package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Resume;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random lives of one stream: bytes, cuts, resumes, several at once, others who open its key, stops, shutdowns, windows
 * that end. Whatever happens, FFmpeg's standard input is a beginning of the recording, in full if the client stopped;
 * there is one outcome; and nothing is left. Repeat a life with {@code -Dresumption.seed=SEED}, try more of them with
 * {@code -Dresumption.lives=COUNT}.
 */
@ExtendWith(NoBufferLeaks.class)
class ResumptionModelTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final int LIVES = Integer.getInteger("resumption.lives", 40);
    private static final int MAX_STEPS = 25;
    private static final Duration WINDOW = Duration.ofMillis(150);

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, EpollIoHandler.newFactory());

    @BeforeEach
    void limits() {
        SessionLimits limits = SessionStage.LIMITS;
        stage.withLimits(new SessionLimits(
                new SessionLimits.Timeouts(
                        limits.timeouts().open(),
                        limits.timeouts().authorize(),
                        limits.timeouts().media(),
                        limits.timeouts().finish(),
                        WINDOW,
                        null),
                limits.rates(),
                limits.buffers(),
                limits.outputs(),
                limits.timeslice()));
        stage.admission.update(new AdmissionLimits(null, 1_000, 10_000, 10_000, 10_000), LoadLimits.defaults());
    }

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void noLifeLosesOrDoublesAByte() {
        RecordingProgram program = new RecordingProgram(stage);
        SessionContext context = stage.context();
        Long only = Long.getLong("resumption.seed");
        long first = only == null ? System.nanoTime() : only;
        int lives = only == null ? LIVES : 1;
        for (int i = 0; i < lives; i++) {
            long seed = first + i;
            int run = program.runs();
            stage.events.clear();
            try {
                Life life = new Life(context, loops, new Random(seed));
                life.live();
                assertThat(stage.streams.sessions()).isEmpty();
                byte[] stdin = program.readBy(run);
                assertThat(stdin).isEqualTo(Arrays.copyOf(MEDIA, stdin.length));
                assertThat(stdin.length).isGreaterThanOrEqualTo(life.confirmed);
                if (life.stopped) {
                    assertThat(stdin.length).isEqualTo(life.position);
                }
                stage.events.removeIf(event -> !event.sessionId().equals(life.sessionId));
                stage.endedEvent();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dresumption.seed=" + seed, e);
            }
        }
    }

    /** One client that follows the protocol, over one connection after the other, and what happens to it. */
    private static final class Life {

        private final SessionContext context;
        private final EventLoopGroup loops;
        private final Random random;
        private final List<ResumingClient> connections = new ArrayList<>();
        private final List<ResumingClient> others = new ArrayList<>();
        private ResumingClient current;
        private final StreamSession session;
        private final String sessionId;
        private final String token;
        private int position;
        private int confirmed;
        private boolean connected = true;
        private boolean stopped;
        private boolean over;

        Life(SessionContext context, EventLoopGroup loops, Random random) {
            this.context = context;
            this.loops = loops;
            this.random = random;
            current = ResumingClient.live(context, loop());
            connections.add(current);
            session = current.greeter();
            sessionId = current.opened().sessionId();
            token = current.token();
        }

        private EventLoop loop() {
            return loops.next();
        }

        void live() {
            for (int step = 0; step < MAX_STEPS && !over; step++) {
                step();
            }
            if (!over && connected && random.nextBoolean()) {
                stop();
            }
            if (!over && connected) {
                current.disconnect(Departure.LOST);
            }
            session.done().block(SessionStage.PATIENCE);
            others.forEach(this::end);
            Awaitility.await().until(() -> context.streams().sessions().isEmpty());
            hearTheOutcome();
            assertThat(connections.stream()
                            .flatMap(client -> client.words().stream())
                            .filter(Life::isOutcome)
                            .distinct())
                    .as("the outcome is the same for everyone who asks: %s", words())
                    .hasSizeLessThanOrEqualTo(1);
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> send();
                case 4, 5 -> cut();
                case 6, 7 -> resume();
                case 8 -> resumeTwice();
                case 9 -> openBeside();
                case 10 -> {
                    if (random.nextInt(4) == 0) {
                        pause();
                    }
                }
                default -> {
                    if (random.nextInt(6) == 0) {
                        endFromOutside();
                    } else if (random.nextInt(6) == 0 && connected) {
                        stop();
                    }
                }
            }
        }

        private void send() {
            if (connected) {
                int to = Math.min(MEDIA.length, position + random.nextInt(20_000));
                current.send(MEDIA, position, to);
                position = to;
            }
        }

        private void cut() {
            if (connected) {
                connected = false;
                current.disconnect(Departure.LOST);
            }
        }

        private Resume message() {
            return ResumingClient.resume(sessionId, token, 0, position);
        }

        private void resume() {
            ResumingClient before = current;
            int sent = position;
            current = ResumingClient.resume(context, loop(), message());
            connections.add(current);
            ServerMessage answer = current.await(ServerMessage.class);
            if (answer instanceof Resumed resumed) {
                assertThat(resumed.nextByte()).isBetween((long) confirmed, (long) sent);
                confirmed = (int) resumed.nextByte();
                position = confirmed;
                if (connected && random.nextBoolean()) {
                    before.send(MEDIA, 0, 5_000);
                    before.disconnect(Departure.LEFT);
                }
                connected = true;
            } else {
                over = true;
                connected = false;
            }
        }

        /** Only one of two at once stays; the client goes on with that one. */
        private void resumeTwice() {
            Resume message = message();
            List<ResumingClient> two = List.of(
                    ResumingClient.resume(context, loop(), message), ResumingClient.resume(context, loop(), message));
            connections.addAll(two);
            two.forEach(client -> client.await(ServerMessage.class));
            List<ResumingClient> resumed = two.stream()
                    .filter(client -> client.words().get(0) instanceof Resumed)
                    .toList();
            if (resumed.size() == 2) {
                Awaitility.await()
                        .until(() -> resumed.stream()
                                        .filter(client -> client.words().size() > 1)
                                        .count()
                                >= 1);
            }
            current = resumed.stream()
                    .filter(client -> client.words().size() == 1)
                    .findFirst()
                    .orElse(two.get(0));
            connected = !resumed.isEmpty() && current.words().size() == 1;
            over = !connected;
            if (connected) {
                confirmed = (int) current.resumed().nextByte();
                position = confirmed;
            }
        }

        private void openBeside() {
            ResumingClient other = ResumingClient.connect(context, loop());
            other.say(ResumingClient.OPEN);
            ServerMessage answer = other.await(ServerMessage.class);
            if (answer instanceof Opened) {
                assertThat(connected)
                        .as("nobody takes the key of a client that is connected")
                        .isFalse();
                others.add(other);
                over = true;
            }
        }

        private void pause() {
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextInt((int) WINDOW.toMillis() * 2));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private void endFromOutside() {
            Failure reason = new Failure(FailureCode.SHUTTING_DOWN, "Now.");
            if (random.nextBoolean()) {
                session.end(reason);
            } else {
                session.drain(WINDOW, reason);
                session.end(reason);
            }
            over = true;
        }

        private void stop() {
            current.say(new Stop());
            stopped = true;
            over = true;
            if (random.nextBoolean()) {
                connected = false;
                current.disconnect(Departure.LOST);
            }
        }

        private void end(ResumingClient other) {
            other.say(new Stop());
            other.greeter().done().block(SessionStage.PATIENCE);
        }

        /** Late, but within the window: the outcome; after it, or if somebody else has the key: unknown. */
        private void hearTheOutcome() {
            ResumingClient late = ResumingClient.resume(context, loop(), message());
            ServerMessage answer = late.await(ServerMessage.class);
            assertThat(answer).isInstanceOfAny(Ended.class, Failed.class);
        }

        private static boolean isOutcome(ServerMessage word) {
            return word instanceof Ended
                    || (word instanceof Failed failed
                            && failed.code() != FailureCode.TAKEN_OVER
                            && failed.code() != FailureCode.RESUME_UNKNOWN);
        }

        private List<List<ServerMessage>> words() {
            return connections.stream().map(ResumingClient::words).toList();
        }
    }
}
