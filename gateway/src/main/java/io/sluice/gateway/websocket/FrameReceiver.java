package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.sluice.gateway.session.Departure;
import io.sluice.protocol.ControlCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * The only subscription to a client's frames: passes control messages on as messages, and media as bytes, to the
 * session to which the connection belongs at present.
 *
 * <p><b>Demand</b> is unbounded, so that no media is lost at the end of a stream: Reactor Netty handles the client's
 * close frame as soon as it arrives and drops everything that was not requested. Back-pressure is applied one step
 * earlier, by not reading the socket; see {@link ClientWriter#pauseMedia}.
 *
 * <p><b>Ownership:</b> Reactor Netty releases each frame after {@code onNext}, so media is retained here.
 */
final class FrameReceiver implements CoreSubscriber<WebSocketFrame> {

    private static final Logger LOG = LoggerFactory.getLogger(FrameReceiver.class);

    private final StreamingFrameDecoder decoder;
    private final ClientWriter client;
    private final ControlCodec codec;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream(0);
    private boolean inText;

    FrameReceiver(StreamingFrameDecoder decoder, ClientWriter client, ControlCodec codec) {
        this.decoder = decoder;
        this.client = client;
        this.codec = codec;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(WebSocketFrame frame) {
        if (frame instanceof StreamingFrameDecoder.Violation violation) {
            client.ingest().onViolation(violation.failure());
        } else if (frame instanceof BinaryWebSocketFrame) {
            inText = false;
            client.ingest().onMedia(frame.content().retain());
        } else if (frame instanceof TextWebSocketFrame) {
            inText = true;
            text.reset();
            control(frame);
        } else if (frame instanceof ContinuationWebSocketFrame) {
            // The decoder guarantees that there is a message to continue.
            if (inText) {
                control(frame);
            } else {
                client.ingest().onMedia(frame.content().retain());
            }
        } else if (frame instanceof PingWebSocketFrame) {
            client.pong(frame.content());
        }
    }

    private void control(WebSocketFrame frame) {
        ByteBuf content = frame.content();
        if (text.size() + content.readableBytes() > ControlCodec.MAX_MESSAGE_BYTES) {
            client.ingest()
                    .onMessage(codec.refuseTooLarge(
                            text.size() > 0 ? ByteBuffer.wrap(text.toByteArray()) : content.nioBuffer()));
            text.reset();
        } else if (frame.isFinalFragment() && text.size() == 0) {
            client.ingest().onMessage(codec.decode(content.nioBuffer()));
        } else {
            byte[] part = new byte[content.readableBytes()];
            content.getBytes(content.readerIndex(), part);
            text.writeBytes(part);
            if (frame.isFinalFragment()) {
                client.ingest().onMessage(codec.decode(text.toByteArray()));
                text.reset();
            }
        }
    }

    @Override
    public void onError(Throwable error) {
        LOG.debug("The connection of {} broke", client.peer(), error);
        onComplete();
    }

    @Override
    public void onComplete() {
        client.disconnected();
        client.ingest().onDisconnect(decoder.hasLeft() ? Departure.LEFT : Departure.LOST);
    }
}
