package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Result;

/**
 * Where a connection delivers what it receives: the session that it is attached to. Called on the connection's event
 * loop. What a connection delivers after another one has taken its place is released and ignored.
 */
public interface Ingest {

    /**
     * Takes media.
     *
     * @param media the next bytes of the stream; their reference passes to the session in any case
     */
    void onMedia(ByteBuf media);

    /**
     * Takes a control message.
     *
     * @param message the message, or what is wrong with it
     */
    void onMessage(Result<ClientMessage> message);

    /**
     * The client broke a rule of the WebSocket protocol. A live stream still ends gracefully: what arrived before was
     * valid.
     *
     * @param failure the rule and what to do about it
     */
    void onViolation(Failure failure);

    /**
     * The connection has closed. What arrived before is delivered.
     *
     * @param departure whether the client has left on purpose
     */
    void onDisconnect(Departure departure);
}
