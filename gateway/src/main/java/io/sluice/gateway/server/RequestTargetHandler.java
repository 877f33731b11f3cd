package io.sluice.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Refuses requests whose target is not a path and a query, and those that cannot be decoded. Reactor Netty would fail
 * on the first with an exception that quotes the target, and a query may contain a stream key; it would answer the
 * others without a word. Requests that are too long it names by their status. Confined to its connection's event loop.
 */
final class RequestTargetHandler extends ChannelInboundHandlerAdapter {

    private static final String NAME = "sluice.requestTarget";
    private static final String PATH_PUNCTUATION = "-._~!$&'()*+,;=:@/%";
    private static final String MALFORMED_TARGET =
            "The request target is malformed: send a path that starts with one slash, such as /ingest,"
                    + " and percent-encode special characters.\n";
    private static final String MALFORMED_REQUEST =
            "The request is malformed: send a method, a path and HTTP/1.1, separated by one space each, and headers.\n";

    private boolean isRefused;

    /** Adds the check to each connection of a server. */
    static HttpServer check(HttpServer server) {
        return server.doOnChannelInit((observer, channel, address) ->
                channel.pipeline().addAfter(NettyPipeline.HttpCodec, NAME, new RequestTargetHandler()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isRefused) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request && isTooLong(request.decoderResult())) {
            context.fireChannelRead(message);
        } else if (message instanceof HttpRequest request
                && request.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            refuse(context, MALFORMED_REQUEST);
        } else if (message instanceof HttpRequest request && !isPathAndQuery(request.uri())) {
            ReferenceCountUtil.release(message);
            refuse(context, MALFORMED_TARGET);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static boolean isTooLong(DecoderResult result) {
        return result.cause() instanceof TooLongFrameException;
    }

    /** Whether it is in origin form (RFC 9112, 3.2.1), so that everything behind can decode it. */
    static boolean isPathAndQuery(String target) {
        if (!target.startsWith("/") || target.startsWith("//")) {
            return false;
        }
        boolean inQuery = false;
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '?') {
                inQuery = true;
            } else if (c == '%' && !(isHexadecimal(target, i + 1) && isHexadecimal(target, i + 2))) {
                return false;
            } else if (inQuery ? !isOfQuery(c) : !isOfPath(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfPath(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || PATH_PUNCTUATION.indexOf(c) >= 0;
    }

    /** More than the standard allows: browsers leave some characters as they are. */
    private static boolean isOfQuery(char c) {
        return c > ' ' && c != '#' && (c < 0x7f || c > 0x9f);
    }

    private static boolean isHexadecimal(String text, int index) {
        return index < text.length() && Character.digit(text.charAt(index), 16) >= 0 && text.charAt(index) < 0x7f;
    }

    private void refuse(ChannelHandlerContext context, String words) {
        isRefused = true;
        byte[] body = words.getBytes(StandardCharsets.UTF_8);
        FullHttpResponse malformed = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST, Unpooled.wrappedBuffer(body));
        malformed
                .headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(malformed).addListener(ChannelFutureListener.CLOSE);
    }
}
