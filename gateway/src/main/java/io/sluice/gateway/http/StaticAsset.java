package io.sluice.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A file with its compressed variants.
 *
 * <p>Ownership: the variants are read-only, off the heap and shared by all responses; they are never released, and
 * their memory is freed with this object. Threads: any.
 */
final class StaticAsset {

    private static final String VARY = HttpHeaderNames.ACCEPT_ENCODING.toString();

    private final String type;
    private final Map<ContentCoding, Variant> variants = new EnumMap<>(ContentCoding.class);

    StaticAsset(String type) {
        this.type = type;
    }

    /**
     * @param content the file in this coding
     * @param hash of the content
     */
    void add(ContentCoding coding, byte[] content, String hash) {
        ByteBuffer memory =
                ByteBuffer.allocateDirect(content.length).put(content).flip();
        variants.put(
                coding,
                new Variant(
                        Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(memory.asReadOnlyBuffer())),
                        "\"" + hash + "\""));
    }

    /** Answers GET and HEAD. Other headers of the response must have been set. */
    Publisher<Void> send(HttpServerRequest request, HttpServerResponse response) {
        response.header(HttpHeaderNames.VARY, VARY);
        ContentCoding coding = ContentCoding.choose(
                request.requestHeaders().getAll(HttpHeaderNames.ACCEPT_ENCODING), variants.keySet());
        Variant variant = coding == null ? null : variants.get(coding);
        if (coding == null || variant == null) {
            return response.status(HttpResponseStatus.NOT_ACCEPTABLE).send();
        }
        response.header(HttpHeaderNames.ETAG, variant.tag());
        if (matches(request.requestHeaders().getAll(HttpHeaderNames.IF_NONE_MATCH), variant.tag())) {
            return response.status(HttpResponseStatus.NOT_MODIFIED).send();
        }
        if (coding != ContentCoding.IDENTITY) {
            response.header(HttpHeaderNames.CONTENT_ENCODING, coding.token());
        }
        return response.header(HttpHeaderNames.CONTENT_TYPE, type)
                .header(
                        HttpHeaderNames.CONTENT_LENGTH,
                        Integer.toString(variant.content().readableBytes()))
                .sendObject(variant.content().duplicate());
    }

    /** Weak comparison (RFC 9110, 13.1.2): proxies that compress make strong tags weak. */
    private static boolean matches(List<String> ifNoneMatch, String tag) {
        for (String header : ifNoneMatch) {
            for (String candidate : header.split(",", -1)) {
                String trimmed = candidate.trim();
                if (trimmed.equals("*") || trimmed.equals(tag) || trimmed.equals("W/" + tag)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * @param content never released
     * @param tag a strong entity tag, quoted
     */
    private record Variant(ByteBuf content, String tag) {}
}
