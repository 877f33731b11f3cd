package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionStage.AUDIO;
import static io.sluice.gateway.session.SessionStage.KEY;
import static io.sluice.gateway.session.SessionStage.recording;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.operations.GracefulShutdown;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Result;
import io.sluice.protocol.Stop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session that goes live and comes to its end in order, with an FFmpeg that works. */
@ExtendWith(NoBufferLeaks.class)
class StreamSessionTest {

    private final byte[] media = recording("webm-opus-audioonly.webm");
    private final ScriptedClient client = new ScriptedClient();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private StreamSession live() {
        StreamSession session = stage.negotiated(client);
        stage.open(session, KEY);
        Awaitility.await().until(() -> !client.words().isEmpty());
        assertThat(client.words()).singleElement().isInstanceOf(Opened.class);
        return session;
    }

    @Test
    void aNegotiatedStreamIsDeliveredToItsLastByte() {
        StreamSession session = live();
        stage.send(session, media);
        stage.stop(session);
        stage.awaitEnd(session);

        Opened opened = (Opened) client.words().get(0);
        assertThat(opened.sessionId()).isEqualTo(session.id());
        assertThat(opened.mimeType()).isEqualTo(AUDIO);
        Ended ended = (Ended) client.lastWord();
        assertThat(ended.acceptedBytes()).isEqualTo(media.length);
        assertThat(ended.outTimeMs()).isGreaterThan(8_000);
        assertThat(client.words()).hasSize(2);
        assertThat(stage.events.get(0)).isInstanceOf(SessionEvent.Started.class);
        SessionEvent.Ended event = stage.endedEvent();
        assertThat(event.acceptedBytes()).isEqualTo(media.length);
        assertThat(event.outTimeMs()).isEqualTo(ended.outTimeMs());
        assertThat(event.failure()).isEmpty();
        assertThat(stage.streams.sessions()).isEmpty();
    }

    @Test
    void aPlainStreamMaySayEverythingAndLeaveBeforeFfmpegIsThere() {
        StreamSession session = stage.plain(client, null);
        stage.onLoop(() -> {
            stage.send(session, media);
            session.ingest().onDisconnect(Departure.LEFT);
        });
        stage.awaitEnd(session);

        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().failure()).isEmpty();
    }

    @Test
    void aPlainStreamThatNamesItsTypeStartsWithItsHeader() {
        StreamSession session = stage.plain(client, AUDIO);
        assertThat(stage.streams.sessionOf(SessionStage.key(KEY))).isEmpty();
        stage.send(session, media, 0, media.length / 2);
        Awaitility.await().until(() -> !client.words().isEmpty());
        stage.send(session, media, media.length / 2, media.length);
        stage.disconnect(session);
        stage.awaitEnd(session);

        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void aTypeThatLeavesItsCodecsOpenIsCompletedByTheFirstBytes() {
        StreamSession session = stage.plain(client, "audio/webm");
        stage.send(session, media);
        stage.disconnect(session);
        stage.awaitEnd(session);

        assertThat(((Opened) client.words().get(0)).mimeType()).isEqualTo("audio/webm;codecs=\"opus\"");
    }

    @Test
    void acceptedBytesAreExactAndNeverGoBack() {
        StreamSession session = live();
        int half = media.length / 2;
        stage.send(session, media, 0, half);
        Awaitility.await().until(() -> client.progress().stream().anyMatch(p -> p.acceptedBytes() == half));
        stage.send(session, media, half, media.length);
        Awaitility.await().until(() -> client.progress().stream().anyMatch(p -> p.acceptedBytes() == media.length));
        stage.stop(session);
        stage.awaitEnd(session);

        assertThat(client.progress()).extracting(Progress::acceptedBytes).isSorted();
        assertThat(client.progress()).extracting(Progress::queuedBytes).containsOnly(0L);
        assertThat(((Ended) client.lastWord()).acceptedBytes()).isEqualTo(media.length);
    }

    /**
     * How many reports the client had got at each of the first pulses: at the session's own pace, so no clock is asked.
     */
    private List<Integer> reportsAtEachPulse(int pulses, @Nullable Integer progressIntervalMs) {
        List<Integer> reports = new CopyOnWriteArrayList<>();
        stage.withListener(event -> {
            if (event instanceof SessionEvent.Progressed) {
                reports.add(client.progress().size());
            }
        });
        StreamSession session = stage.negotiated(client);
        stage.open(session, new Open(KEY, List.of(AUDIO), null, null, null, progressIntervalMs));
        Awaitility.await().until(() -> reports.size() >= pulses);
        stage.stop(session);
        stage.awaitEnd(session);
        return reports.subList(0, pulses);
    }

    @Test
    void aClientThatDoesNotAskIsToldAsOftenAsTheListener() {
        assertThat(reportsAtEachPulse(2, null)).containsExactly(1, 2);
    }

    @Test
    void aClientIsToldAsSeldomAsItAsks() {
        assertThat(reportsAtEachPulse(2, 10_000)).containsExactly(0, 0);
    }

    @Test
    void aStreamThatIsStoppedBeforeItsFirstByteEndsWell() {
        StreamSession session = live();
        stage.stop(session);
        stage.awaitEnd(session);

        assertThat(client.lastWord()).isEqualTo(new Ended(0, 0));
        assertThat(stage.endedEvent().failure()).isEmpty();
    }

    @Test
    void stopAndCloseAreTheSameEndAndCountOnce() {
        StreamSession session = live();
        stage.send(session, media);
        stage.stop(session);
        stage.stop(session);
        stage.disconnect(session);
        stage.awaitEnd(session);
        stage.disconnect(session);

        assertThat(client.words()).hasSize(2);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void mediaAfterStopIsNotPartOfTheStream() {
        StreamSession session = live();
        stage.send(session, media);
        stage.onLoop(() -> {
            session.ingest().onMessage(Result.ok(new Stop()));
            stage.send(session, media);
        });
        stage.awaitEnd(session);
        stage.send(session, media);

        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void aShutdownDeliversWhatCameAndSaysWhy() {
        StreamSession session = live();
        stage.send(session, media);
        session.end(GracefulShutdown.refusal());
        stage.awaitEnd(session);

        assertThat(client.lastWord()).isEqualTo(FailureCode.SHUTTING_DOWN);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.SHUTTING_DOWN);
        assertThat(stage.endedEvent().outTimeMs()).isGreaterThan(8_000);
    }

    @Test
    void aBrokenRuleInALiveStreamEndsItInOrder() {
        StreamSession session = live();
        stage.send(session, media);
        stage.open(session, KEY);
        stage.awaitEnd(session);

        assertThat(client.lastWord()).isEqualTo(FailureCode.UNEXPECTED_MESSAGE);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.UNEXPECTED_MESSAGE);
    }

    @Test
    void theKeyOfAFinishingStreamIsWaitedFor() {
        StreamSession session = live();
        stage.send(session, media);
        ScriptedClient next = new ScriptedClient();
        StreamSession second = stage.onLoop(() -> {
            session.ingest().onDisconnect(Departure.LEFT);
            return stage.negotiated(next);
        });
        stage.open(second, KEY);
        Awaitility.await().until(() -> !next.words().isEmpty());
        assertThat(next.words()).singleElement().isInstanceOf(Opened.class);
        assertThat(stage.endedEvent().sessionId()).isEqualTo(session.id());

        stage.disconnect(second);
        stage.awaitEnd(second);
    }

    @Test
    void aKeyInUseIsRefusedAndCostsItsHolderNothing() {
        StreamSession session = live();
        ScriptedClient other = new ScriptedClient();
        StreamSession refused = stage.negotiated(other);
        stage.open(refused, KEY);
        refused.done().block(SessionStage.PATIENCE);
        assertThat(other.lastWord()).isEqualTo(FailureCode.STREAM_KEY_IN_USE);
        assertThat(stage.streams.sessionOf(SessionStage.key(KEY))).contains(session);

        stage.send(session, media);
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void aListenerThatThrowsDisturbsNothing() {
        stage.withListener(event -> {
            throw new IllegalStateException("of the test");
        });
        StreamSession session = live();
        stage.send(session, media);
        stage.stop(session);
        stage.awaitEnd(session);

        assertThat(((Ended) client.lastWord()).acceptedBytes()).isEqualTo(media.length);
    }

    @Test
    void mediaThatIsCutAnywhereIsTheSameStream() {
        StreamSession session = stage.plain(client, null);
        stage.onLoop(() -> {
            for (int at = 0; at < 300; at++) {
                stage.send(session, media, at, at + 1);
            }
        });
        stage.send(session, media, 300, media.length);
        stage.disconnect(session);
        stage.awaitEnd(session);

        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().failure()).isEqualTo(Optional.empty());
    }
}
