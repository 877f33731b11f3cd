package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Result;

/** Passes on what a connection delivers for as long as it is the attached one. Confined to the session's event loop. */
final class AttachedIngest implements Ingest {

    private final IngestSlot slot;
    private final Ingest session;

    AttachedIngest(IngestSlot slot, Ingest session) {
        this.slot = slot;
        this.session = session;
    }

    @Override
    public void onMedia(ByteBuf media) {
        if (slot.isAttached(this)) {
            session.onMedia(media);
        } else {
            media.release();
        }
    }

    @Override
    public void onMessage(Result<ClientMessage> message) {
        if (slot.isAttached(this)) {
            session.onMessage(message);
        }
    }

    @Override
    public void onViolation(Failure failure) {
        if (slot.isAttached(this)) {
            session.onViolation(failure);
        }
    }

    @Override
    public void onDisconnect(Departure departure) {
        if (slot.isAttached(this)) {
            session.onDisconnect(departure);
        }
    }
}
