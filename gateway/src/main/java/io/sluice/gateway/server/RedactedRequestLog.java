package io.sluice.gateway.server;

import io.netty.handler.codec.DecoderResult;
import java.util.function.Function;
import reactor.netty.http.logging.ReactorNettyHttpMessageLogFactory;

/**
 * What Reactor Netty tells of a request that it could not read. By itself it leaves out the query and the headers' values, but not the path,
 * and who watches has a stream key in that; nor what the decoder says, which may quote the request.
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
