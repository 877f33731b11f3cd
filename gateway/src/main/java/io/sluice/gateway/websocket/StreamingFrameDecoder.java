package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a client's frames incrementally: each piece of a data frame is unmasked in place and passed on immediately,
 * the first as a frame of its type and the others as continuations. To the following handlers, a large frame looks like
 * a fragmented message, which WebSocket allows.
 *
 * <p>Replaces Netty's decoder, which buffers and copies complete frames: that takes a buffer of the frame's size per
 * connection and two passes over all media. This decoder is equally strict, and reports violations in band, after the
 * media that preceded them.
 *
 * <p><b>Ownership:</b> the pieces are retained slices of the read buffers; a handler that queues them should copy small
 * ones.
 */
final class StreamingFrameDecoder extends ChannelInboundHandlerAdapter {

    /** The name that Netty's handshaker gives its decoder. */
    static final String NETTY_DECODER = "wsdecoder";

    private static final int STATUS_BYTES = 2;

    /** The client is done, or its page is being closed. */
    private static final Set<Integer> LEAVING =
            Set.of(WebSocketCloseStatus.NORMAL_CLOSURE.code(), WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code());

    /** A protocol violation, in place of the frame that caused it. No frame follows. */
    static final class Violation extends WebSocketFrame {

        private final Failure failure;

        Violation(Failure failure) {
            super(Unpooled.EMPTY_BUFFER);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }

        @Override
        public WebSocketFrame replace(ByteBuf content) {
            return this;
        }
    }

    private final int maxMessageBytes;
    private final FrameRateLimiter frameRate;
    private final FrameHeader header = new FrameHeader();
    private final byte[] control = new byte[Byte.MAX_VALUE];

    private boolean inPayload;
    private boolean inMessage;
    private boolean pieceSent;
    private boolean ended;
    private long payloadLeft;
    private long messageBytes;
    private int mask;
    private int controlBytes;
    private boolean left;

    StreamingFrameDecoder(int maxMessageBytes, FrameRateLimiter frameRate) {
        this.maxMessageBytes = maxMessageBytes;
        this.frameRate = frameRate;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            boolean more = true;
            while (more && !ended) {
                more = inPayload ? payload(context, in) : header(context, in);
            }
        } finally {
            in.release();
        }
    }

    /**
     * Whether the client has left on purpose. A close frame without a code counts: it is what {@code close()} sends in
     * a browser.
     */
    boolean hasLeft() {
        return left;
    }

    private boolean header(ChannelHandlerContext context, ByteBuf in) {
        boolean complete = header.read(in);
        String problem = header.problem(inMessage);
        if (problem != null) {
            violation(context, new Failure(FailureCode.PROTOCOL_VIOLATION, problem));
            return false;
        }
        if (!complete) {
            return false;
        }
        Failure tooMany = frameRate.count(header.opcode(), System.nanoTime());
        if (tooMany != null) {
            violation(context, tooMany);
            return false;
        }
        payloadLeft = header.length();
        if (!header.isControl()) {
            messageBytes = (header.opcode() == FrameHeader.CONTINUATION ? messageBytes : 0) + payloadLeft;
            if (messageBytes > maxMessageBytes) {
                violation(
                        context,
                        new Failure(
                                FailureCode.MESSAGE_TOO_LARGE,
                                "A message has more than " + maxMessageBytes
                                        + " bytes. Send media in smaller messages."));
                return false;
            }
        }
        mask = header.mask();
        inPayload = true;
        pieceSent = false;
        controlBytes = 0;
        return true;
    }

    /** Decodes the available part of the payload; an empty payload is complete immediately. */
    private boolean payload(ChannelHandlerContext context, ByteBuf in) {
        int length = (int) Math.min(payloadLeft, in.readableBytes());
        if (length == 0 && payloadLeft > 0) {
            return false;
        }
        Unmasking.unmask(in, in.readerIndex(), length, mask);
        mask = Integer.rotateLeft(mask, Byte.SIZE * (length & 3));
        payloadLeft -= length;
        if (payloadLeft == 0) {
            inPayload = false;
            header.reset();
        }
        if (header.isControl()) {
            in.readBytes(control, controlBytes, length);
            controlBytes += length;
            if (payloadLeft == 0) {
                controlFrame(context);
            }
        } else {
            context.fireChannelRead(piece(in.readRetainedSlice(length)));
        }
        return true;
    }

    private WebSocketFrame piece(ByteBuf bytes) {
        boolean last = payloadLeft == 0 && header.isFinal();
        boolean first = !pieceSent;
        pieceSent = true;
        inMessage = !header.isFinal();
        if (!first) {
            return new ContinuationWebSocketFrame(last, 0, bytes);
        }
        return switch (header.opcode()) {
            case FrameHeader.TEXT -> new TextWebSocketFrame(last, 0, bytes);
            case FrameHeader.BINARY -> new BinaryWebSocketFrame(last, 0, bytes);
            default -> new ContinuationWebSocketFrame(last, 0, bytes);
        };
    }

    private void controlFrame(ChannelHandlerContext context) {
        ByteBuf content = Unpooled.copiedBuffer(control, 0, controlBytes);
        switch (header.opcode()) {
            case FrameHeader.PING -> context.fireChannelRead(new PingWebSocketFrame(content));
            case FrameHeader.PONG -> context.fireChannelRead(new PongWebSocketFrame(content));
            default -> close(context, content);
        }
    }

    private void close(ChannelHandlerContext context, ByteBuf content) {
        String problem = closeProblem(content);
        if (problem != null) {
            content.release();
            violation(context, new Failure(FailureCode.PROTOCOL_VIOLATION, problem));
            return;
        }
        ended = true;
        left = !content.isReadable() || LEAVING.contains(content.getUnsignedShort(0));
        context.fireChannelRead(new CloseWebSocketFrame(true, 0, content));
    }

    private static @Nullable String closeProblem(ByteBuf content) {
        if (!content.isReadable()) {
            return null;
        }
        int status = content.getUnsignedShort(0);
        if (!WebSocketCloseStatus.isValidStatusCode(status)) {
            return "A close frame has the status code " + status + ", which must not be sent.";
        }
        int reasonBytes = content.readableBytes() - STATUS_BYTES;
        return ByteBufUtil.isText(content, STATUS_BYTES, reasonBytes, StandardCharsets.UTF_8)
                ? null
                : "A close frame has a reason that is not UTF-8.";
    }

    private void violation(ChannelHandlerContext context, Failure failure) {
        ended = true;
        context.fireChannelRead(new Violation(failure));
    }
}
