package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionStage.AUDIO;
import static io.sluice.gateway.session.SessionStage.KEY;
import static io.sluice.gateway.session.SessionStage.PATIENCE;
import static io.sluice.gateway.session.SessionStage.limits;
import static io.sluice.gateway.session.SessionStage.recording;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.operations.GracefulShutdown;
import io.sluice.protocol.Ended;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Result;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Sessions that never go live: what each wrong step is answered with, and that nothing of it stays. */
@ExtendWith(NoBufferLeaks.class)
class RefusedStreamsTest {

    private static final Duration SOON = Duration.ofMillis(300);

    private final byte[] media = recording("webm-opus-audioonly.webm");
    private final ScriptedClient client = new ScriptedClient();
    private final Sinks.One<Authorization> lateAnswer = Sinks.one();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private void assertNothingLeft(StreamSession session) {
        stage.awaitEnd(session);
        assertThat(stage.streams.sessions()).isEmpty();
        // Whoever was told of a start is told of an end too; the listener hears of neither here.
        assertThat(stage.events).allMatch(SessionEvent.Refused.class::isInstance);
    }

    private void assertRefused(StreamSession session, FailureCode code) {
        assertNothingLeft(session);
        assertThat(client.words()).hasSize(1);
        assertThat(client.lastWord()).isEqualTo(code);
        assertThat(stage.events).singleElement().isInstanceOfSatisfying(SessionEvent.Refused.class, refused -> {
            assertThat(refused.sessionId()).isEqualTo(session.id());
            assertThat(refused.failure().code()).isEqualTo(code);
        });
    }

    /** A session whose authorizer has been asked and has not answered. */
    private StreamSession starting() {
        stage.withAuthorizer(request -> lateAnswer.asMono());
        StreamSession session = stage.negotiated(client);
        stage.open(session, KEY);
        return session;
    }

    @Test
    void mediaBeforeOpenIsRefused() {
        StreamSession session = stage.negotiated(client);
        stage.send(session, media, 0, 4_096);
        assertRefused(session, FailureCode.MEDIA_BEFORE_OPENED);
        stage.send(session, media, 0, 4_096);
    }

    @Test
    void mediaBeforeOpenedIsRefused() {
        StreamSession session = starting();
        stage.send(session, media, 0, 4_096);
        lateAnswer.tryEmitValue(Authorization.allow());
        assertRefused(session, FailureCode.MEDIA_BEFORE_OPENED);
    }

    @Test
    void stopBeforeOpenIsRefused() {
        StreamSession session = stage.negotiated(client);
        stage.stop(session);
        assertRefused(session, FailureCode.UNEXPECTED_MESSAGE);
    }

    @Test
    void aSecondOpenIsRefusedWhileTheFirstIsAtWork() {
        StreamSession session = starting();
        stage.open(session, KEY);
        lateAnswer.tryEmitValue(Authorization.allow());
        assertRefused(session, FailureCode.UNEXPECTED_MESSAGE);
    }

    @Test
    void whatComesAfterARefusalChangesNothing() {
        StreamSession session = stage.negotiated(client);
        stage.stop(session);
        stage.open(session, KEY);
        stage.stop(session);
        stage.disconnect(session);
        session.end(GracefulShutdown.refusal());
        assertRefused(session, FailureCode.UNEXPECTED_MESSAGE);
    }

    @Test
    void openMustComeInTime() {
        stage.withLimits(limits(SOON, PATIENCE, PATIENCE, PATIENCE));
        assertRefused(stage.negotiated(client), FailureCode.OPEN_TIMEOUT);
    }

    @Test
    void theTimeForOpenIsOverOnceItCame() {
        stage.withLimits(limits(SOON, PATIENCE, PATIENCE, PATIENCE));
        StreamSession session = starting();
        assertRefused(session, FailureCode.AUTHORIZER_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", ".hidden", "a%2fb", "ключ"})
    void aBadKeyIsRefused(String key) {
        StreamSession session = stage.negotiated(client);
        stage.open(session, key);
        assertRefused(session, FailureCode.INVALID_STREAM_KEY);
    }

    static Stream<Arguments> offers() {
        return Stream.of(
                arguments(List.of()),
                arguments(List.of("video/x-flv")),
                arguments(List.of("video/webm;codecs=theora", "text/plain")));
    }

    @ParameterizedTest
    @MethodSource("offers")
    void offersThatCannotBeTakenAreRefused(List<String> offers) {
        StreamSession session = stage.negotiated(client);
        stage.onLoop(() -> session.ingest().onMessage(Result.ok(new Open(KEY, offers, null, null))));
        assertRefused(session, FailureCode.UNSUPPORTED_OFFER);
    }

    static Stream<Arguments> authorizers() {
        return Stream.of(
                arguments("never answers", FailureCode.AUTHORIZER_FAILED, (Authorizer) r -> Mono.never()),
                arguments("says nothing", FailureCode.AUTHORIZER_FAILED, (Authorizer) r -> Mono.empty()),
                arguments("fails", FailureCode.AUTHORIZER_FAILED, (Authorizer)
                        r -> Mono.error(new IllegalStateException("of the test"))),
                arguments("throws", FailureCode.AUTHORIZER_FAILED, (Authorizer) r -> {
                    throw new IllegalStateException("of the test");
                }),
                arguments("denies", FailureCode.NOT_AUTHORIZED, (Authorizer)
                        r -> Mono.just(Authorization.deny("Not you."))),
                arguments("names an output that is none", FailureCode.INTERNAL_ERROR, (Authorizer)
                        r -> Mono.just(Authorization.allow(List.of("file:///etc/passwd")))));
    }

    @ParameterizedTest(name = "an authorizer that {0}")
    @MethodSource("authorizers")
    void whoeverIsNotAllowedIsRefused(String what, FailureCode code, Authorizer authorizer) {
        stage.withAuthorizer(authorizer);
        StreamSession session = stage.negotiated(client);
        stage.open(session, KEY);
        assertRefused(session, code);
        assertThat(client.words().toString()).doesNotContain("of the test").doesNotContain("passwd");
    }

    @Test
    void anAuthorizerThatAnswersAfterTheClientHasGoneStartsNothingThatStays() {
        StreamSession session = starting();
        stage.disconnect(session);
        assertThat(stage.streams.sessions()).as("what close() waits for").contains(session);
        lateAnswer.tryEmitValue(Authorization.allow());
        assertNothingLeft(session);
    }

    @Test
    void aStopWhileTheStreamStartsEndsIt() {
        StreamSession session = starting();
        stage.stop(session);
        lateAnswer.tryEmitValue(Authorization.allow());
        assertNothingLeft(session);
        assertThat(client.words()).containsExactly(new Ended(0, 0));
    }

    @Test
    void aShutdownRefusesWhoNegotiates() {
        StreamSession session = stage.negotiated(client);
        session.end(GracefulShutdown.refusal());
        assertRefused(session, FailureCode.SHUTTING_DOWN);
    }

    @Test
    void aShutdownRefusesWhoStarts() {
        StreamSession session = starting();
        session.end(GracefulShutdown.refusal());
        lateAnswer.tryEmitValue(Authorization.allow());
        assertRefused(session, FailureCode.SHUTTING_DOWN);
    }

    @Test
    void aClientThatLeavesBeforeOpenLeavesNothing() {
        StreamSession session = stage.negotiated(client);
        stage.disconnect(session);
        assertNothingLeft(session);
        assertThat(client.words()).isEmpty();
    }

    @Test
    void aMissingFfmpegIsToldAndTheKeyIsFree() {
        stage.withProgram("/no/such/ffmpeg");
        StreamSession session = stage.negotiated(client);
        stage.open(session, KEY);
        assertRefused(session, FailureCode.FFMPEG_UNAVAILABLE);
        assertThat(client.words().toString()).doesNotContain("/no/such");
    }

    @Test
    void aPlainClientThatSendsNothingHoldsNeitherPlaceNorKey() {
        StreamSession silent = stage.plain(new ScriptedClient(), null);
        StreamSession naming = stage.plain(new ScriptedClient(), AUDIO);
        StreamSession session = stage.plain(client, null);
        stage.send(session, media);
        Awaitility.await().until(() -> !client.words().isEmpty());
        assertThat(stage.streams.sessionOf(SessionStage.key(KEY))).hasValue(session);
        assertThat(stage.admission.snapshot().streams()).isEqualTo(1);
        stage.disconnect(session);
        stage.awaitEnd(session);
        stage.disconnect(silent);
        stage.disconnect(naming);
        stage.awaitEnd(silent);
        stage.awaitEnd(naming);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30})
    void aPlainClientThatNeverSaysWhatItSendsIsNotWaitedForForever(int bytes) {
        stage.withLimits(limits(PATIENCE, SOON, PATIENCE, PATIENCE));
        StreamSession session = stage.plain(client, null);
        stage.send(session, media, 0, bytes);
        assertRefused(session, FailureCode.MEDIA_TIMEOUT);
    }

    @Test
    void aPlainStreamThatEndsWithinItsHeaderIsTold() {
        StreamSession session = stage.plain(client, null);
        stage.send(session, media, 0, 30);
        stage.disconnect(session);
        assertRefused(session, FailureCode.UNRECOGNIZED_MEDIA);
    }

    @Test
    void plainMediaThatIsNoneIsRefusedAndReleased() {
        StreamSession session = stage.plain(client, null);
        stage.send(session, new byte[200_000]);
        assertRefused(session, FailureCode.UNRECOGNIZED_MEDIA);
    }

    @Test
    void aPlainStreamsUnsupportedTypeIsRefused() {
        assertRefused(stage.plain(client, "video/x-flv"), FailureCode.UNSUPPORTED_OFFER);
    }

    @Test
    void aPlainClientsKeyIsInUseToo() {
        ScriptedClient holder = new ScriptedClient();
        ScriptedClient overtaken = new ScriptedClient();
        StreamSession early = stage.plain(overtaken, null);
        StreamSession first = stage.plain(holder, null);
        stage.send(first, media);
        Awaitility.await().until(() -> !holder.words().isEmpty());
        StreamSession second = stage.plain(client, AUDIO);
        second.done().block(PATIENCE);
        assertThat(client.lastWord()).isEqualTo(FailureCode.STREAM_KEY_IN_USE);
        stage.send(early, media);
        early.done().block(PATIENCE);
        assertThat(overtaken.lastWord()).isEqualTo(FailureCode.STREAM_KEY_IN_USE);
        stage.disconnect(first);
        stage.awaitEnd(first);
    }
}
