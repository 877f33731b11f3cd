package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.ContainerSniffer;
import io.sluice.gateway.session.StreamStart.Offer;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Parsed;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Learns from a plain client's first bytes what it sends. */
final class Identification {

    private final ContainerSniffer sniffer = new ContainerSniffer();
    private final Sinks.One<Parsed<Offer>> offer = Sinks.unsafe().one();
    private boolean decided;

    Mono<Parsed<Offer>> offer() {
        return offer.asMono();
    }

    /** Looks at the next bytes and leaves them as they are. */
    void look(ByteBuf media) {
        if (!decided) {
            sniffer.accept(media).ifPresent(verdict -> decide(verdict.map(f -> new Offer(List.of(f), null, null))));
        }
    }

    /** There will be no more bytes; without effect if they were enough. */
    void giveUp(Failure failure) {
        if (!decided) {
            decide(new Parsed.Refused<>(failure));
        }
    }

    private void decide(Parsed<Offer> verdict) {
        decided = true;
        offer.tryEmitValue(verdict).orThrow();
    }
}
