package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetHandlerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/ingest?streamKey=a%3Fb&x",
                "/watch/k%2F/index.m3u8",
                "/a:b@c;d,e",
                "/?a=b|c{d}\"[e]",
                "/?\u00fc",
                "/?a?b/c"
            })
    void aPathWithAQueryIsATarget(String target) {
        assertThat(RequestTargetHandler.isPathAndQuery(target)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?streamKey=k",
                "*",
                "//host/path",
                "///",
                "http://host/ingest",
                "host:443",
                "ingest",
                "#",
                "/#a",
                "/%",
                "/%2",
                "/%zz",
                "/?a=%g0",
                "/?%",
                "/a|b",
                "/a\\b",
                "/a\"b",
                "/{a}",
                "/a b",
                "/\t",
                "/\u0000",
                "/?\u0001",
                "/\u00fc",
                "/?a\u0085b",
                "/^",
                "/[a]",
                "/%\uff11\uff11"
            })
    void anythingElseIsNone(String target) {
        assertThat(RequestTargetHandler.isPathAndQuery(target)).isFalse();
    }

    @Test
    void aMalformedTargetIsAnsweredInWordsAndTheConnectionClosed() {
        assertThat(answerTo("GET ?streamKey=s3cr3t HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("The request target is malformed")
                .doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /?streamKey=s3cr3t\tx HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /?streamKey=s3cr3t NONSENSE\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\ns3cr3t\u0001: h\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: s3cr3t\r\n\r\n"
            })
    void aRequestThatCannotBeDecodedIsAnsweredInWordsToo(String request) {
        assertThat(answerTo(request))
                .startsWith("HTTP/1.1 400 ")
                .contains("The request is malformed")
                .doesNotContain("s3cr3t");
    }

    @Test
    void aRequestThatIsTooLongIsLeftToReactorNetty() {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpServerCodec(), new RequestTargetHandler());
        channel.writeInbound(
                Unpooled.copiedBuffer("GET /" + "a".repeat(10_000) + " HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
        assertThat(channel.<Object>readInbound())
                .isInstanceOfSatisfying(
                        HttpRequest.class,
                        request ->
                                assertThat(request.decoderResult().isFailure()).isTrue());
        channel.finishAndReleaseAll();
    }

    private static String answerTo(String requests) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpServerCodec(), new RequestTargetHandler());
        channel.writeInbound(Unpooled.copiedBuffer(requests, StandardCharsets.ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            answer.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        assertThat(channel.<Object>readInbound()).isNull();
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
        return answer.toString();
    }
}
