package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.container.ContainerSniffer;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What a stream's own header says of it: what a plain client sends, and whether anybody sends something else than was agreed.
 *
 * <p>Confined to the stream's event loop. Once the header is known, a look costs nothing.
 */
final class FormatVerifier {

    private final ContainerSniffer sniffer;
    private final Sinks.One<Result<Offer>> offer = Sinks.unsafe().one();
    private @Nullable Result<MediaFormat> verdict;
    private @Nullable MediaFormat agreed;
    private Consumer<Failure> onBreach = failure -> {};

    FormatVerifier(long maxPixels) {
        sniffer = new ContainerSniffer(maxPixels);
    }

    Mono<Result<Offer>> offer() {
        return offer.asMono();
    }

    /** Looks at the next bytes and leaves them as they are. */
    void look(ByteBuf media) {
        if (verdict == null) {
            sniffer.accept(media).ifPresent(this::decide);
        }
    }

    /** From here on the media has to be this. The listener is told at most once: now, or with the last byte that it takes to know. */
    void agree(MediaFormat format, Consumer<Failure> listener) {
        agreed = format;
        onBreach = listener;
        tellOfBreach();
    }

    /** There will be no more bytes; without effect if they were enough. */
    void giveUp(Failure failure) {
        if (verdict == null) {
            decide(new Result.Refused<>(failure));
        }
    }

    private void decide(Result<MediaFormat> header) {
        verdict = header;
        offer.tryEmitValue(header.map(format -> new Offer(List.of(format), null, null)))
                .orThrow();
        tellOfBreach();
    }

    private void tellOfBreach() {
        MediaFormat said = agreed;
        if (said != null && verdict != null) {
            verdict.fold(actual -> breach(said, actual), Optional::of).ifPresent(onBreach);
        }
    }

    /**
     * A codec that was not said may be any, and a track that was said may be missing: recorders name codecs before they know what they
     * will be given. WebM and Matroska are one, as for FFmpeg.
     */
    private static Optional<Failure> breach(MediaFormat said, MediaFormat actual) {
        boolean sound = said.container() == actual.container()
                && agrees(said.audio(), actual.audio())
                && (said.audioOnly() ? actual.audio().isPresent() : agrees(said.video(), actual.video()));
        return sound
                ? Optional.empty()
                : Optional.of(new Failure(
                        FailureCode.UNRECOGNIZED_MEDIA,
                        "The media is not what was announced: that was " + said.mimeType() + ", but its header says "
                                + actual.mimeType() + ". Announce what the recorder's mimeType says."));
    }

    private static <C> boolean agrees(Optional<C> said, Optional<C> actual) {
        return said.isEmpty() || actual.isEmpty() || Objects.equals(said, actual);
    }
}
