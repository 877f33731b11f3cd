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
 * Reads a stream's format from its header: to learn what a plain client sends, and to verify that a client sends what
 * was agreed.
 *
 * <p>Confined to the stream's event loop. Once the header is known, an inspection costs nothing.
 */
final class FormatVerifier {

    private final ContainerSniffer sniffer;
    private final Sinks.One<Result<Offer>> offer = Sinks.unsafe().one();

    private @Nullable Result<MediaFormat> header;
    private @Nullable MediaFormat expected;
    private Consumer<Failure> onMismatch = failure -> {};

    FormatVerifier(long maxPixels) {
        sniffer = new ContainerSniffer(maxPixels);
    }

    /** What the header shows, as an offer; signalled when it is known. */
    Mono<Result<Offer>> offer() {
        return offer.asMono();
    }

    /** Inspects the next bytes and leaves them as they are. */
    void inspect(ByteBuf media) {
        if (header == null) {
            sniffer.accept(media).ifPresent(this::headerKnown);
        }
    }

    /**
     * From now on the media must have this format.
     *
     * @param format the agreed format
     * @param listener receives a mismatch, at most once: now, or with the byte that shows it
     */
    void expect(MediaFormat format, Consumer<Failure> listener) {
        expected = format;
        onMismatch = listener;
        verify();
    }

    /** No more bytes will follow. Without effect if those that came were enough. */
    void cancel(Failure failure) {
        if (header == null) {
            headerKnown(new Result.Refused<>(failure));
        }
    }

    private void headerKnown(Result<MediaFormat> result) {
        header = result;
        offer.tryEmitValue(result.map(format -> new Offer(List.of(format), null, null, sniffer.details())))
                .orThrow();
        verify();
    }

    private void verify() {
        MediaFormat agreed = expected;
        if (agreed != null && header != null) {
            header.fold(actual -> mismatch(agreed, actual), Optional::of).ifPresent(onMismatch);
        }
    }

    /**
     * A codec that was not announced may be any, and a track that was announced may be missing: recorders name codecs
     * before they know what they will be given. WebM and Matroska count as one, as they do for FFmpeg.
     */
    private static Optional<Failure> mismatch(MediaFormat agreed, MediaFormat actual) {
        boolean matches = agreed.container() == actual.container()
                && matches(agreed.audio(), actual.audio())
                && (agreed.audioOnly() ? actual.audio().isPresent() : matches(agreed.video(), actual.video()));
        return matches
                ? Optional.empty()
                : Optional.of(new Failure(
                        FailureCode.UNRECOGNIZED_MEDIA,
                        "The media is not what was announced: " + agreed.mimeType()
                                + " was announced, but its header says " + actual.mimeType()
                                + ". Announce the recorder's own mimeType."));
    }

    private static <C> boolean matches(Optional<C> agreed, Optional<C> actual) {
        return agreed.isEmpty() || actual.isEmpty() || Objects.equals(agreed, actual);
    }
}
