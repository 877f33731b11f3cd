package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.admission.AdmissionLimits;
import io.sluice.gateway.admission.LoadLimits;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Draining;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Result;
import io.sluice.protocol.Resume;
import io.sluice.protocol.ResumeGrant;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.Stop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/**
 * A stream goes on over another connection, or ends as it should. A program in FFmpeg's place records what it is given.
 */
@ExtendWith(NoBufferLeaks.class)
class ResumptionTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final int HALF = MEDIA.length / 2;
    private static final Duration SHORT = Duration.ofSeconds(2);

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final EventLoopGroup others = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private RecordingProgram program;
    private SessionContext context;

    @BeforeEach
    void record() {
        program = new RecordingProgram(stage);
        context = stage.context();
    }

    @AfterEach
    void close() {
        others.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private EventLoop loop(boolean another) {
        return another ? others.next() : stage.loop;
    }

    private void withWindow(Duration window) {
        SessionLimits.Timeouts timeouts = SessionStage.LIMITS.timeouts();
        stage.withLimits(new SessionLimits(
                new SessionLimits.Timeouts(
                        timeouts.open(), timeouts.authorize(), timeouts.media(), timeouts.finish(), window, null),
                SessionStage.LIMITS.rates(),
                SessionStage.LIMITS.buffers(),
                SessionStage.LIMITS.outputs(),
                SessionStage.LIMITS.timeslice()));
        context = stage.context();
    }

    private ResumingClient live() {
        return ResumingClient.live(context, stage.loop);
    }

    /** A stream whose client was lost after half of its media. */
    private ResumingClient absent() {
        ResumingClient client = live();
        client.send(MEDIA, 0, HALF);
        client.disconnect(Departure.LOST);
        assertThat(state(client)).isEqualTo(SessionState.AWAITING);
        return client;
    }

    private static SessionState state(ResumingClient client) {
        return client.greeter().status().state();
    }

    private void awaitEnd(ResumingClient client) {
        client.greeter().done().block(SessionStage.PATIENCE);
    }

    private <E extends SessionEvent> List<E> events(Class<E> type) {
        return stage.events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherConnectionGoesOnWhereTheLostOneEnded(boolean onAnotherLoop) {
        ResumingClient first = absent();

        ResumingClient second = ResumingClient.resume(context, loop(onAnotherLoop), first.resume(10, HALF + 7));
        Resumed resumed = second.resumed();
        assertThat(resumed.mode()).isEqualTo(Resumed.Mode.EXACT);
        assertThat(resumed.sessionId()).isEqualTo(first.opened().sessionId());
        assertThat(resumed.nextByte()).isEqualTo(HALF);
        assertThat(resumed.resume()).isEqualTo(first.opened().resume());
        assertThat(state(first)).isEqualTo(SessionState.LIVE);
        assertThat(state(second)).isEqualTo(SessionState.CLOSED);
        assertThat(second.isPaused())
                .as("the session that greeted it has let go")
                .isFalse();
        second.send(MEDIA, HALF, MEDIA.length);
        second.say(new Stop());

        assertThat(second.await(Ended.class).acceptedBytes()).isEqualTo(MEDIA.length);
        stage.awaitEnd(first.greeter());
        assertThat(program.readBy(0)).isEqualTo(MEDIA);
        assertThat(program.runs()).isEqualTo(1);
        assertThat(second.words()).hasSize(2);
        assertThat(events(SessionEvent.Lost.class)).hasSize(1);
        assertThat(events(SessionEvent.Resumed.class))
                .singleElement()
                .satisfies(event -> assertThat(event.nextByte()).isEqualTo(HALF))
                .satisfies(event -> assertThat(event.away()).isPositive());
        assertThat(events(SessionEvent.Refused.class)).isEmpty();
        stage.endedEvent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNewestConnectionWinsOverOneThatLooksAlive(boolean onAnotherLoop) {
        ResumingClient first = live();
        first.send(MEDIA, 0, HALF);

        ResumingClient second = ResumingClient.resume(context, loop(onAnotherLoop), first.resume(0, MEDIA.length));
        assertThat(second.resumed().nextByte()).isEqualTo(HALF);
        assertThat(first.failed()).isEqualTo(FailureCode.TAKEN_OVER);
        // What the first one delivers late must not reach the stream, nor may its end.
        first.send(MEDIA, HALF, MEDIA.length);
        first.say(new Stop());
        first.disconnect(Departure.LEFT);
        assertThat(state(first)).isEqualTo(SessionState.LIVE);

        second.send(MEDIA, HALF, MEDIA.length);
        second.say(new Stop());
        second.await(Ended.class);
        stage.awaitEnd(first.greeter());
        assertThat(program.readBy(0)).isEqualTo(MEDIA);
        assertThat(events(SessionEvent.Lost.class)).isEmpty();
        assertThat(events(SessionEvent.Resumed.class))
                .singleElement()
                .satisfies(event -> assertThat(event.away()).isZero());
    }

    @Test
    void aClientThatLeavesIsNotWaitedFor() {
        ResumingClient client = live();
        client.send(MEDIA, 0, HALF);
        client.disconnect(Departure.LEFT);
        stage.awaitEnd(client.greeter());
        assertThat(program.readBy(0)).isEqualTo(Arrays.copyOf(MEDIA, HALF));
        assertThat(events(SessionEvent.Lost.class)).isEmpty();
    }

    @Test
    void aClientThatDidNotAskIsNeitherToldNorWaitedFor() {
        ResumingClient client = ResumingClient.connect(context, stage.loop);
        client.say(new Open(SessionStage.KEY, List.of(SessionStage.AUDIO), null, null));
        assertThat(client.opened().resume()).isNull();
        client.send(MEDIA, 0, HALF);
        client.disconnect(Departure.LOST);
        stage.awaitEnd(client.greeter());
        assertThat(events(SessionEvent.Lost.class)).isEmpty();
    }

    @Test
    void withoutAWindowNobodyIsWaitedFor() {
        withWindow(Duration.ZERO);
        ResumingClient client = live();
        assertThat(client.opened().resume()).isNull();
        client.disconnect(Departure.LOST);
        stage.awaitEnd(client.greeter());
    }

    @Test
    void theGrantSaysHowLongAndHowMuch() {
        ResumingClient client = live();
        ResumeGrant grant = Objects.requireNonNull(client.opened().resume());
        assertThat(grant.windowMs()).isEqualTo(SessionStage.PATIENCE.toMillis());
        assertThat(grant.maxKeptBytes()).isEqualTo(32 << 20);
        assertThat(grant.token()).matches("[A-Za-z0-9_-]{43}");
        client.disconnect(Departure.LEFT);
        awaitEnd(client);
    }

    @Test
    void whenTheWindowIsOverTheStreamEndsInOrderAndALateClientHearsHow() {
        withWindow(SHORT);
        ResumingClient first = absent();
        stage.awaitEnd(first.greeter());
        assertThat(program.readBy(0)).isEqualTo(Arrays.copyOf(MEDIA, HALF));
        assertThat(stage.endedEvent().failure()).isEmpty();

        ResumingClient late = ResumingClient.resume(context, others.next(), first.resume(0, HALF));
        assertThat(late.await(Ended.class).acceptedBytes()).isEqualTo(HALF);
        awaitEnd(late);
        assertThat(stage.streams.sessions()).isEmpty();
        ResumingClient withOpen =
                ResumingClient.resume(context, stage.loop, ResumingClient.withOpen(first.resume(0, HALF)));
        assertThat(withOpen.await(Ended.class).acceptedBytes())
                .as("an outcome comes before a new stream")
                .isEqualTo(HALF);
    }

    @Test
    void whoStoppedAndDidNotHearTheOutcomeHearsItOverAnotherConnection() {
        new RecordingProgram(stage, "sleep 1");
        context = stage.context();
        ResumingClient first = live();
        first.send(MEDIA, 0, MEDIA.length);
        first.say(new Stop());
        first.disconnect(Departure.LOST);
        assertThat(state(first)).isEqualTo(SessionState.FINISHING);

        ResumingClient second = ResumingClient.resume(context, others.next(), first.resume(0, MEDIA.length));
        assertThat(second.await(Ended.class).acceptedBytes()).isEqualTo(MEDIA.length);
        assertThat(second.words()).as("no answer but the outcome").hasSize(1);
        stage.awaitEnd(first.greeter());
        stage.endedEvent();
    }

    @Test
    void whoeverOpensTheKeyOfAnAbsentClientGetsItAndItsPlace() {
        stage.admission.update(new AdmissionLimits(1, 1_000, 10_000, 10_000, 10_000), LoadLimits.defaults());
        ResumingClient first = absent();
        ResumingClient reloaded = ResumingClient.live(context, others.next());
        stage.admission.update(AdmissionLimits.defaults(), LoadLimits.defaults());
        assertThat(state(first)).isEqualTo(SessionState.CLOSED);
        assertThat(program.readBy(0)).isEqualTo(Arrays.copyOf(MEDIA, HALF));

        ResumingClient late = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        assertThat(late.failed()).isEqualTo(FailureCode.RESUME_UNKNOWN);
        ResumingClient lateWithOpen =
                ResumingClient.resume(context, stage.loop, ResumingClient.withOpen(first.resume(0, HALF)));
        assertThat(lateWithOpen.failed()).isEqualTo(FailureCode.STREAM_KEY_IN_USE);

        assertThat(state(reloaded)).isEqualTo(SessionState.LIVE);
        reloaded.say(new Stop());
        awaitEnd(reloaded);
    }

    @Test
    void aPlainClientGetsTheKeyOfAnAbsentOneToo() {
        ResumingClient first = absent();
        StreamSession plain = stage.plain(new ScriptedClient(), SessionStage.AUDIO);
        stage.send(plain, MEDIA);
        Awaitility.await().until(() -> plain.status().state() == SessionState.LIVE);
        assertThat(state(first)).isEqualTo(SessionState.CLOSED);
        stage.disconnect(plain);
        stage.awaitEnd(plain);
    }

    @Test
    void theKeyOfAClientThatCameBackIsInUse() {
        ResumingClient first = absent();
        ResumingClient second = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        second.resumed();
        ResumingClient other = ResumingClient.connect(context, others.next());
        other.say(ResumingClient.OPEN);
        assertThat(other.failed()).isEqualTo(FailureCode.STREAM_KEY_IN_USE);
        second.say(new Stop());
        awaitEnd(first);
    }

    @Test
    void aWrongTokenIsToldWhatAnUnknownSessionIs() {
        ResumingClient first = absent();
        String wrong = first.token().substring(1) + "x";
        Resume guess = ResumingClient.resume(first.opened().sessionId(), wrong, 0, 0);
        Resume unknown = ResumingClient.resume("000000000000", wrong, 0, 0);
        List<ServerMessage> answers = new ArrayList<>();
        for (Resume message : List.of(guess, unknown)) {
            ResumingClient client = ResumingClient.resume(context, others.next(), message);
            assertThat(client.failed()).isEqualTo(FailureCode.RESUME_UNKNOWN);
            answers.addAll(client.words());
        }
        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
        assertThat(state(first)).isEqualTo(SessionState.AWAITING);
        first.greeter().end(new Failure(FailureCode.ENDED_BY_OPERATOR, "Done."));
        awaitEnd(first);
    }

    @Test
    void anUnknownStreamBeginsAnewWithTheOpenInside() {
        Resume unknown = ResumingClient.resume("000000000000", "x", 5_000, 9_000);
        ResumingClient client = ResumingClient.resume(context, others.next(), ResumingClient.withOpen(unknown));
        Resumed resumed = client.resumed();
        assertThat(resumed.mode()).isEqualTo(Resumed.Mode.RESTART);
        assertThat(resumed.sessionId()).isEqualTo(client.greeter().id());
        assertThat(resumed.nextByte()).isZero();
        String token = Objects.requireNonNull(resumed.resume()).token();
        assertThat(client.words()).as("no opened").hasSize(1);
        client.send(MEDIA, 0, HALF);
        client.disconnect(Departure.LOST);

        ResumingClient again =
                ResumingClient.resume(context, stage.loop, ResumingClient.resume(resumed.sessionId(), token, 0, HALF));
        assertThat(again.resumed().mode()).isEqualTo(Resumed.Mode.EXACT);
        again.send(MEDIA, HALF, MEDIA.length);
        again.say(new Stop());
        awaitEnd(client);
        assertThat(program.readBy(0)).isEqualTo(MEDIA);
        assertThat(events(SessionEvent.Resumed.class))
                .extracting(SessionEvent.Resumed::mode)
                .containsExactly(Resumed.Mode.RESTART, Resumed.Mode.EXACT);
    }

    @Test
    void aRestartIsCheckedLikeAnyOpen() {
        stage.withAuthorizer(request -> Mono.just(new Authorization.Denied("No.")));
        context = stage.context();
        Resume unknown = ResumingClient.resume("000000000000", "x", 0, 0);
        ResumingClient client = ResumingClient.resume(context, stage.loop, ResumingClient.withOpen(unknown));
        assertThat(client.failed()).isEqualTo(FailureCode.NOT_AUTHORIZED);
    }

    @Test
    void aClientThatHasDroppedWhatIsMissingCannotGoOn() {
        ResumingClient first = absent();
        ResumingClient second = ResumingClient.resume(context, others.next(), first.resume(HALF + 1, MEDIA.length));
        assertThat(second.failed()).isEqualTo(FailureCode.RESUME_GAP);
        assertThat(second.words()).hasSize(1);
        stage.awaitEnd(first.greeter());
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.RESUME_GAP);
        assertThat(program.readBy(0)).isEqualTo(Arrays.copyOf(MEDIA, HALF));
        ResumingClient late = ResumingClient.resume(context, stage.loop, first.resume(0, MEDIA.length));
        assertThat(late.failed()).isEqualTo(FailureCode.RESUME_GAP);
    }

    @Test
    void anAbsentClientsStreamCanBeEndedAndAborted() {
        ResumingClient ended = absent();
        ended.greeter().end(new Failure(FailureCode.ENDED_BY_OPERATOR, "Done."));
        stage.awaitEnd(ended.greeter());
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.ENDED_BY_OPERATOR);
        ResumingClient late = ResumingClient.resume(context, stage.loop, ended.resume(0, HALF));
        assertThat(late.failed()).isEqualTo(FailureCode.ENDED_BY_OPERATOR);

        stage.events.clear();
        ResumingClient aborted = absent();
        aborted.greeter().abort(new Failure(FailureCode.SHUTTING_DOWN, "Now."));
        stage.awaitEnd(aborted.greeter());
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.SHUTTING_DOWN);
    }

    @Test
    void thePermissionOfAnAbsentClientExpires() {
        Instant expiry = Instant.now().plusMillis(1_500);
        stage.withAuthorizer(request -> Mono.just(new Authorization.Allowed(List.of(), null, expiry, null)));
        context = stage.context();
        ResumingClient client = absent();
        stage.awaitEnd(client.greeter());
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.AUTHORIZATION_EXPIRED);
    }

    @Test
    void theTimeWithoutMediaDoesNotRunWhileTheClientIsAway() {
        stage.withLimits(SessionStage.limits(
                SessionStage.PATIENCE, Duration.ofSeconds(1), Duration.ofSeconds(1), SessionStage.PATIENCE));
        context = stage.context();
        ResumingClient first = absent();
        // Three inspections, each of which would find the time up.
        Awaitility.await()
                .atMost(SessionStage.PATIENCE)
                .until(() -> events(SessionEvent.Progressed.class).size() >= 3);
        assertThat(state(first)).isEqualTo(SessionState.AWAITING);
        ResumingClient second = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        second.resumed();
        stage.awaitEnd(first.greeter());
        assertThat(second.failed()).as("it runs again").isEqualTo(FailureCode.MEDIA_TIMEOUT);
    }

    @Test
    void theAllowanceOfTheBitRateGoesOn() {
        int burst = HALF + 100;
        stage.withRates(new SessionLimits.Rates(8, burst, 20_000, 10, 50));
        context = stage.context();
        ResumingClient first = absent();
        assertThat(Objects.requireNonNull(first.opened().resume()).maxKeptBytes())
                .as("who keeps no more does not exceed the burst")
                .isEqualTo(burst);
        ResumingClient second = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        second.resumed();
        second.send(MEDIA, HALF, MEDIA.length);
        assertThat(second.failed()).isEqualTo(FailureCode.BIT_RATE_EXCEEDED);
        awaitEnd(first);
    }

    @Test
    void theAuthorizerIsNotAskedAgain() {
        List<String> asked = new ArrayList<>();
        stage.withAuthorizer(request -> {
            asked.add(request.sessionId());
            return Mono.just(new Authorization.Allowed(List.of(), null, null, null));
        });
        context = stage.context();
        ResumingClient first = absent();
        ResumingClient second = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        second.resumed();
        second.say(new Stop());
        awaitEnd(first);
        assertThat(asked).containsExactly(first.opened().sessionId());
    }

    @Test
    void whoComesBackDuringAShutdownIsToldOfIt() {
        ResumingClient first = absent();
        first.greeter().drain(Duration.ofMinutes(1), new Failure(FailureCode.SHUTTING_DOWN, "Soon."));
        ResumingClient second = ResumingClient.resume(context, others.next(), first.resume(0, HALF));
        second.resumed();
        assertThat(second.await(Draining.class).endsInMs()).isBetween(1L, 60_000L);
        second.say(new Stop());
        awaitEnd(first);
    }

    @Test
    void duringAShutdownAStreamCanBeResumedButNotBegun() {
        ResumingClient first = absent();
        Failure closed = new Failure(FailureCode.SHUTTING_DOWN, "Too late.");
        ScriptedClient client = new ScriptedClient().on(stage.loop);
        for (var message : List.of(ResumingClient.OPEN, ResumingClient.withOpen(first.resume(0, HALF)))) {
            stage.onLoop(() -> {
                StreamSession greeter = StreamSession.negotiated(context, client, null, () -> Optional.of(closed));
                client.deliverTo(greeter.ingest());
                client.ingest().onMessage(Result.ok(message));
            });
        }
        assertThat(client.words()).hasSize(2);
        assertThat(client.words().get(0)).isEqualTo(Failed.of(closed));
        assertThat(client.words().get(1)).isInstanceOf(Resumed.class);
        stage.onLoop(() -> client.ingest().onDisconnect(Departure.LEFT));
        awaitEnd(first);
    }

    @Test
    void aConnectionHasOneFirstMessage() {
        ResumingClient first = live();
        first.say(ResumingClient.resume("x", "y", 0, 0));
        assertThat(first.failed()).isEqualTo(FailureCode.UNEXPECTED_MESSAGE);
        awaitEnd(first);
    }

    @ParameterizedTest
    @EnumSource(Departure.class)
    void aConnectionThatEndsBeforeItsAnswerLosesNothing(Departure departure) {
        ResumingClient first = absent();
        Resume message = first.resume(0, HALF);
        EventLoop other = others.next();
        ScriptedClient client = new ScriptedClient().on(other);
        // In one task: the answer comes from another loop, so it is late.
        other.submit(() -> {
                    StreamSession greeter = SessionStage.negotiated(client, context);
                    client.ingest().onMessage(Result.ok(message));
                    greeter.ingest().onDisconnect(departure);
                })
                .syncUninterruptibly();
        Awaitility.await().until(() -> events(SessionEvent.Lost.class).size() == 2);
        assertThat(state(first)).isEqualTo(SessionState.AWAITING);
        assertThat(client.words()).isEmpty();
        ResumingClient next = ResumingClient.resume(context, stage.loop, first.resume(0, HALF));
        assertThat(next.resumed().nextByte()).isEqualTo(HALF);
        next.say(new Stop());
        awaitEnd(first);
    }

    @Test
    void ofAThousandWhoResumeAtOnceOneWins() {
        ResumingClient first = absent();
        Resume message = first.resume(0, MEDIA.length);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(4, EpollIoHandler.newFactory());
        List<ScriptedClient> clients = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            ScriptedClient client = new ScriptedClient().on(loops.next());
            clients.add(client);
            client.eventLoop().execute(() -> {
                SessionStage.negotiated(client, context);
                client.ingest().onMessage(Result.ok(message));
            });
        }
        Awaitility.await()
                .atMost(SessionStage.PATIENCE)
                .until(() -> clients.stream()
                        .allMatch(client -> client.words().stream().anyMatch(Resumed.class::isInstance)));
        Awaitility.await()
                .atMost(SessionStage.PATIENCE)
                .until(() -> clients.stream()
                                .filter(client -> client.words().size() == 1)
                                .count()
                        == 1);
        assertThat(clients.stream().filter(client -> client.words().size() > 1))
                .allSatisfy(client -> assertThat(client.lastWord()).isEqualTo(FailureCode.TAKEN_OVER));
        ScriptedClient winner = clients.stream()
                .filter(client -> client.words().size() == 1)
                .findFirst()
                .orElseThrow();
        winner.eventLoop()
                .submit(() -> winner.ingest().onMessage(Result.ok(new Stop())))
                .syncUninterruptibly();
        stage.awaitEnd(first.greeter());
        assertThat(winner.lastWord()).isInstanceOf(Ended.class);
        assertThat(program.runs()).isEqualTo(1);
        assertThat(stage.streams.sessions()).isEmpty();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void ofOneWhoOpensAndOneWhoResumesExactlyOneWins() {
        stage.admission.update(new AdmissionLimits(null, 1_000, 10_000, 10_000, 10_000), LoadLimits.defaults());
        int opens = 0;
        int rounds = 100;
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        EventLoop opensOn = loops.next();
        EventLoop resumesOn = loops.next();
        for (int round = 0; round < rounds; round++) {
            ResumingClient first = absent();
            ScriptedClient opening = new ScriptedClient().on(opensOn);
            ScriptedClient resuming = new ScriptedClient().on(resumesOn);
            Resume message = first.resume(0, HALF);
            opensOn.execute(() -> {
                SessionStage.negotiated(opening, context);
                opening.ingest().onMessage(Result.ok(ResumingClient.OPEN));
            });
            resumesOn.execute(() -> {
                SessionStage.negotiated(resuming, context);
                resuming.ingest().onMessage(Result.ok(message));
            });
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> !opening.words().isEmpty() && !resuming.words().isEmpty());
            boolean opened = opening.words().get(0) instanceof Opened;
            boolean resumed = resuming.words().get(0) instanceof Resumed;
            assertThat(opened)
                    .as("opened in round %s: %s, %s", round, opening.words(), resuming.words())
                    .isNotEqualTo(resumed);
            opens += opened ? 1 : 0;
            ScriptedClient winner = opened ? opening : resuming;
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> stage.streams.sessions().size() == 1);
            winner.eventLoop()
                    .submit(() -> winner.ingest().onMessage(Result.ok(new Stop())))
                    .syncUninterruptibly();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> stage.streams.sessions().isEmpty());
        }
        assertThat(program.runs()).isEqualTo(rounds + opens);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
