package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionStage.KEY;
import static io.sluice.gateway.session.SessionStage.recording;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Opened;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

/** On which terms a client may publish, when its authorizer has said so. */
@ExtendWith(NoBufferLeaks.class)
class AuthorizationTermsTest {

    private final byte[] media = recording("webm-opus-audioonly.webm");
    private final ScriptedClient client = new ScriptedClient();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private StreamSession opened(Allowed terms, String presented) {
        stage.withAuthorizer(request -> Mono.just(terms));
        StreamSession session = stage.negotiated(client);
        stage.open(session, presented);
        Awaitility.await().until(() -> !client.words().isEmpty());
        return session;
    }

    @Test
    void aStreamEndsInOrderWhenItsPermissionDoes() {
        Instant end = Instant.now().plus(Duration.ofSeconds(2));
        StreamSession session = opened(new Allowed(List.of(), null, end, null), KEY);
        stage.send(session, media);
        stage.awaitEnd(session);
        assertThat(Instant.now()).isBetween(end, end.plusSeconds(10));
        assertThat(client.lastWord()).isEqualTo(FailureCode.AUTHORIZATION_EXPIRED);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().outTimeMs()).as("the trailer was written").isGreaterThan(8_000);
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(FailureCode.AUTHORIZATION_EXPIRED);
    }

    @Test
    void aPermissionThatIsOverStartsNothing() {
        StreamSession session = opened(new Allowed(List.of(), null, Instant.now(), null), KEY);
        stage.awaitEnd(session);
        assertThat(client.words())
                .singleElement()
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.code()).isEqualTo(FailureCode.AUTHORIZATION_EXPIRED));
        assertThat(stage.events).singleElement().isInstanceOf(SessionEvent.Refused.class);
    }

    @Test
    void whatTheClientPresentsIsReplacedByTheKeyThatItStandsFor() {
        StreamKey real = SessionStage.key("the-real-one");
        StreamSession session = opened(new Allowed(List.of(), real, null, null), "aaaaaaaa.bbbbbbbb.cccccccc");
        assertThat(client.words()).singleElement().isInstanceOf(Opened.class);
        assertThat(stage.streams.sessionOf(real)).contains(session);
        assertThat(stage.streams.sessionOf(SessionStage.key("aaaaaaaa.bbbbbbbb.cccccccc")))
                .isEmpty();
        assertThat(stage.events.get(0).streamKey()).isEqualTo(real);
        stage.send(session, media);
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(stage.streams.sessionOf(real)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500000, 500000", "1000000, 1000000", "7000000, 1000000"})
    void theClientIsToldTheLowerLimit(int own, int told) {
        StreamSession session = opened(new Allowed(List.of(), null, null, own), KEY);
        assertThat(((Opened) client.words().get(0)).maxBitsPerSecond()).isEqualTo(told);
        stage.disconnect(session);
        stage.awaitEnd(session);
    }
}
