package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.sluice.gateway.admission.DescriptorLedger.Room;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.server.ConnectionCounts.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** For the deadlines, time passes as the test says. */
@ExtendWith(NoBufferLeaks.class)
class RequestTimeoutHandlerTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private final List<Reason> closed = new ArrayList<>();
    private final AtomicBoolean isCrowded = new AtomicBoolean();
    private EmbeddedChannel channel = channel(Admittance.FREE);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private EmbeddedChannel channel(Admittance admittance) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new RequestTimeoutHandler(
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(70),
                                admittance,
                                isCrowded::get,
                                closed::add));
        return channel;
    }

    private boolean isOpenAfter(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        return channel.isOpen();
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void answer(HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
    }

    private String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(StandardCharsets.US_ASCII));
            part.release();
        }
        return text.toString();
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() {
        assertThat(isOpenAfter(9)).isTrue();
        assertThat(closed).isEmpty();
        assertThat(isOpenAfter(1)).isFalse();
        assertThat(closed).containsExactly(Reason.SLOW);
    }

    @Test
    void aByteNowAndThenGainsNoTime() {
        for (int i = 0; i < 9; i++) {
            receive(GET.substring(i, i + 1));
            assertThat(isOpenAfter(1)).isTrue();
        }
        assertThat(isOpenAfter(1)).isFalse();
    }

    @Test
    void aBodyThatDoesNotComeIsNoCompleteRequest() {
        receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
        assertThat(isOpenAfter(5)).isTrue();
        answer(HttpResponseStatus.NOT_FOUND);
        assertThat(isOpenAfter(5)).isFalse();
    }

    @Test
    void aBodyThatComesAfterTheAnswerMakesRoomForTheNextRequest() {
        receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
        answer(HttpResponseStatus.NOT_FOUND);
        receive("cde");
        assertThat(isOpenAfter(69)).isTrue();
        assertThat(isOpenAfter(1)).isFalse();
    }

    @Test
    void theAnswerMayTakeItsTimeAndTheNextRequestHasAnother() {
        receive(GET);
        assertThat(isOpenAfter(200)).isTrue();
        answer(HttpResponseStatus.CONTINUE);
        assertThat(isOpenAfter(90)).isTrue();
        answer(HttpResponseStatus.OK);
        assertThat(isOpenAfter(69)).isTrue();
        receive(GET + GET);
        assertThat(isOpenAfter(200)).isTrue();
        answer(HttpResponseStatus.OK);
        assertThat(isOpenAfter(200)).as("each answer has its time").isTrue();
        answer(HttpResponseStatus.OK);
        receive("GET / HT");
        assertThat(isOpenAfter(70)).isFalse();
        assertThat(closed).containsExactly(Reason.SLOW);
    }

    @Test
    void anAnswerThatIsNeverReadToItsEndIsGivenUp() {
        receive(GET);
        assertThat(isOpenAfter(299)).isTrue();
        assertThat(isOpenAfter(1)).isFalse();
        assertThat(closed).containsExactly(Reason.UNREAD);
    }

    @Test
    void halfARequestBehindAnUnansweredOneGainsNoTime() {
        receive(GET + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
        assertThat(isOpenAfter(9)).isTrue();
        assertThat(isOpenAfter(1)).isFalse();
    }

    @Test
    void requestsThatDoNotWaitForAnswersAreBounded() {
        receive(GET.repeat(RequestTimeoutHandler.MAX_UNANSWERED));
        assertThat(channel.isOpen()).isTrue();
        receive(GET.repeat(50));
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed).containsExactly(Reason.PIPELINED);
        assertThat(channel.inboundMessages()).hasSize(2 * RequestTimeoutHandler.MAX_UNANSWERED);
    }

    @Test
    void inACrowdNoConnectionIsKeptForTheNextRequest() {
        receive(GET);
        answer(HttpResponseStatus.OK);
        assertThat(channel.isOpen()).isTrue();
        isCrowded.set(true);
        receive(GET);
        answer(HttpResponseStatus.OK);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void ofTheReserveForStreamsAnUpgradeMayUseOne() {
        channel = channel(Admittance.full(Room.STREAMS));
        receive("GET /ingest HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n");
        assertThat(channel.<Object>readInbound()).isInstanceOf(HttpRequest.class);
        ReferenceCountUtil.release(channel.readInbound());
        answer(HttpResponseStatus.SWITCHING_PROTOCOLS);
        assertThat(isOpenAfter(100_000)).isTrue();

        channel.finishAndReleaseAll();
        channel = channel(Admittance.full(Room.STREAMS));
        receive(GET);
        assertThat(sent()).startsWith("HTTP/1.1 503");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void anUpgradedConnectionIsLeftAlone() {
        receive(GET);
        answer(HttpResponseStatus.SWITCHING_PROTOCOLS);
        assertThat(channel.pipeline().get(RequestTimeoutHandler.class)).isNull();
        assertThat(isOpenAfter(100_000)).isTrue();
    }

    @Test
    void whereThereAreTooManyOnlyHealthIsAnsweredAndOnce() {
        channel = channel(Admittance.full(Room.HEALTH));
        receive("GET /health/ready HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(channel.<Object>readInbound()).isInstanceOf(HttpRequest.class);
        ReferenceCountUtil.release(channel.readInbound());
        answer(HttpResponseStatus.OK);
        assertThat(sent()).startsWith("HTTP/1.1 200");
        assertThat(channel.isOpen()).isFalse();

        channel = channel(Admittance.full(Room.HEALTH));
        receive("GET /ingest?streamKey=/health/ HTTP/1.1\r\nHost: h\r\n\r\n" + GET);
        assertThat(channel.<Object>readInbound()).isNull();
        assertThat(sent())
                .startsWith("HTTP/1.1 503")
                .contains("retry-after: 10")
                .contains("connection: close");
        assertThat(channel.isOpen()).isFalse();
    }
}
