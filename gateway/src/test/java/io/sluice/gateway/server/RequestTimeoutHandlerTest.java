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
import io.sluice.gateway.guards.NoBufferLeaks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** For the deadlines, time passes as the test says. */
@ExtendWith(NoBufferLeaks.class)
class RequestTimeoutHandlerTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    private final AtomicInteger tooSlow = new AtomicInteger();
    private EmbeddedChannel channel = channel(false);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private EmbeddedChannel channel(boolean crowded) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new RequestTimeoutHandler(
                                Duration.ofSeconds(10), Duration.ofSeconds(70), crowded, tooSlow::incrementAndGet));
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
        assertThat(tooSlow).hasValue(0);
        assertThat(isOpenAfter(1)).isFalse();
        assertThat(tooSlow).hasValue(1);
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
        assertThat(isOpenAfter(1_000)).isTrue();
        answer(HttpResponseStatus.CONTINUE);
        assertThat(isOpenAfter(1_000)).isTrue();
        answer(HttpResponseStatus.OK);
        assertThat(isOpenAfter(69)).isTrue();
        receive(GET + GET);
        answer(HttpResponseStatus.OK);
        assertThat(isOpenAfter(1_000)).as("one is not answered yet").isTrue();
        answer(HttpResponseStatus.OK);
        receive("GET / HT");
        assertThat(isOpenAfter(70)).isFalse();
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
        channel = channel(true);
        receive("GET /health/ready HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(channel.<Object>readInbound()).isInstanceOf(HttpRequest.class);
        ReferenceCountUtil.release(channel.readInbound());
        answer(HttpResponseStatus.OK);
        assertThat(sent()).startsWith("HTTP/1.1 200");
        assertThat(channel.isOpen()).isFalse();

        channel = channel(true);
        receive("GET /ingest?streamKey=/health/ HTTP/1.1\r\nHost: h\r\n\r\n" + GET);
        assertThat(channel.<Object>readInbound()).isNull();
        assertThat(sent())
                .startsWith("HTTP/1.1 503")
                .contains("retry-after: 10")
                .contains("connection: close");
        assertThat(channel.isOpen()).isFalse();
    }
}
