package io.sluice.gateway.server;

import io.netty.handler.codec.DecoderResult;
import java.util.function.Function;
import reactor.netty.http.logging.ReactorNettyHttpMessageLogFactory;

/**
 * How Reactor Netty logs a malformed request. Its default leaves out the query and the values of headers, but not the
 * path, which contains the stream key of a preview, and not the decoder's message, which may quote the request.
 */
final class RedactedRequestLog extends ReactorNettyHttpMessageLogFactory {

    @Override
    protected Function<String, String> uriValueFunction() {
        return uri -> "/…";
    }

    @Override
    protected Function<DecoderResult, String> decoderResultFunction() {
        return result ->
                result.cause() == null ? "decoded" : result.cause().getClass().getSimpleName();
    }
}
