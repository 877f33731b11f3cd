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
import org.jspecify.annotations.Nullable;

/**
 * Decodes a client's frames without waiting for their ends: each piece of a data frame is unmasked where the socket put it and passed on
 * at once, the first as a frame of its kind and the rest as continuations. To everybody behind it a large frame looks like a fragmented
 * message, which WebSocket allows any peer to make of it.
 *
 * <p>It takes the place of Netty's decoder, which collects a frame whole and copies it once more: that costs a buffer of the frame's size
 * for each connection and two passes over all media. It is as strict as that one, and says in words what is wrong, in band, after the
 * media that came before.
 *
 * <p><b>Ownership:</b> the pieces are retained slices of the read buffers; whoever lets them wait should copy small ones.
 */
final class StreamingFrameDecoder extends ChannelInboundHandlerAdapter {

    /** The name that Netty's handshaker gives its decoder. */
    static final String NETTY_DECODER = "wsdecoder";

    private static final int STATUS_BYTES = 2;

    /** A breach of the protocol, in place of the frame that committed it. Nothing comes after it. */
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
    private final FrameRateLimiter rates;
    private final FrameHeader header = new FrameHeader();
    private final byte[] control = new byte[Byte.MAX_VALUE];

    private boolean inPayload;
    private boolean inMessage;
    private boolean pieceSent;
    private boolean over;
    private long payloadLeft;
    private long messageBytes;
    private int mask;
    private int controlBytes;

    StreamingFrameDecoder(int maxMessageBytes, FrameRateLimiter rates) {
        this.maxMessageBytes = maxMessageBytes;
        this.rates = rates;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            boolean more = true;
            while (more && !over) {
                more = inPayload ? payload(context, in) : header(context, in);
            }
        } finally {
            in.release();
        }
    }

    private boolean header(ChannelHandlerContext context, ByteBuf in) {
        boolean complete = header.read(in);
        String problem = header.problem(inMessage);
        if (problem != null) {
            violated(context, new Failure(FailureCode.PROTOCOL_VIOLATION, problem));
            return false;
        }
        if (!complete) {
            return false;
        }
        Failure tooMany = rates.count(header.opcode(), System.nanoTime());
        if (tooMany != null) {
            violated(context, tooMany);
            return false;
        }
        payloadLeft = header.length();
        if (!header.isControl()) {
            messageBytes = (header.opcode() == FrameHeader.CONTINUATION ? messageBytes : 0) + payloadLeft;
            if (messageBytes > maxMessageBytes) {
                violated(
                        context,
                        new Failure(
                                FailureCode.MESSAGE_TOO_LARGE,
                                "A message has more than " + maxMessageBytes
                                        + " bytes: send media in smaller pieces."));
                return false;
            }
        }
        mask = header.mask();
        inPayload = true;
        pieceSent = false;
        controlBytes = 0;
        return true;
    }

    /** Takes what there is of the payload; an empty payload is complete at once. */
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
            violated(context, new Failure(FailureCode.PROTOCOL_VIOLATION, problem));
            return;
        }
        over = true;
        context.fireChannelRead(new CloseWebSocketFrame(true, 0, content));
    }

    private static @Nullable String closeProblem(ByteBuf content) {
        if (!content.isReadable()) {
            return null;
        }
        int status = content.getUnsignedShort(0);
        if (!WebSocketCloseStatus.isValidStatusCode(status)) {
            return "A close frame has the status code " + status + ", which is not to be sent.";
        }
        int reasonBytes = content.readableBytes() - STATUS_BYTES;
        return ByteBufUtil.isText(content, STATUS_BYTES, reasonBytes, StandardCharsets.UTF_8)
                ? null
                : "A close frame has a reason that is not UTF-8.";
    }

    private void violated(ChannelHandlerContext context, Failure failure) {
        over = true;
        context.fireChannelRead(new Violation(failure));
    }
}
