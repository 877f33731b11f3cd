package io.sluice.gateway.server;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import java.time.Duration;

/**
 * Adds {@code Strict-Transport-Security} to the responses of a TLS connection, so that browsers that were here once do
 * not try it without TLS, where anyone could answer. Removes itself at the upgrade. Stateless.
 */
@ChannelHandler.Sharable
final class StrictTransportSecurity extends ChannelOutboundHandlerAdapter {

    private static final String HEADER = "strict-transport-security";

    private final String value;

    StrictTransportSecurity(Duration maxAge) {
        this.value = "max-age=" + maxAge.toSeconds();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean upgrades = false;
        if (message instanceof HttpResponse response) {
            upgrades = HttpResponseStatus.SWITCHING_PROTOCOLS.equals(response.status());
            // Netty's "100 Continue" is a shared constant.
            if (upgrades || response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
                response.headers().set(HEADER, value);
            }
        }
        context.write(message, promise);
        if (upgrades) {
            context.pipeline().remove(this);
        }
    }
}
