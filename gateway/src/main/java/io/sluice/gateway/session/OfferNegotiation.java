package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.protocol.Container;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Turns what a client offers into an {@link Offer}, and what was planned into the answer. */
final class OfferNegotiation {

    /** When video is copied, the browser's key frames are the output's; platforms ask for one every 2 s. */
    private static final Duration KEY_FRAME_INTERVAL = Duration.ofSeconds(2);

    /** Browsers emit MP4 one key frame interval at a time, so that interval adds to the delay. */
    private static final Duration MP4_KEY_FRAME_INTERVAL = Duration.ofSeconds(1);

    private OfferNegotiation() {}

    /** Offers that cannot be parsed are skipped; refused only if none is left. */
    static Result<Offer> of(Open open) {
        List<MediaFormat> formats = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String mimeType : open.offers()) {
            MediaFormat.parse(mimeType).fold(formats::add, failures::add);
        }
        if (!formats.isEmpty()) {
            return Result.ok(new Offer(formats, open.video(), open.audio(), MediaDetails.UNKNOWN));
        }
        return failures.isEmpty()
                ? Result.refused(
                        FailureCode.UNSUPPORTED_OFFER,
                        "open has no offers: list the media types that your recorder can produce.")
                : new Result.Refused<>(failures.get(0));
    }

    static Result<Offer> ofMimeType(String mimeType) {
        return MediaFormat.parse(mimeType).map(format -> new Offer(List.of(format), null, null, MediaDetails.UNKNOWN));
    }

    /** Whether the codecs must be read from the media, because the media type does not name them all. */
    static boolean leavesCodecsOpen(Result<Offer> parsed) {
        return parsed.map(offer -> offer.formats().get(0))
                .fold(
                        format -> format.audio().isEmpty()
                                || (!format.audioOnly() && format.video().isEmpty()),
                        failure -> false);
    }

    static Opened opened(String sessionId, RunningStream stream, SessionLimits limits) {
        StreamPlan plan = stream.plan();
        Duration keyFrameInterval =
                plan.format().container() == Container.MP4 ? MP4_KEY_FRAME_INTERVAL : KEY_FRAME_INTERVAL;
        return new Opened(
                sessionId,
                plan.format().mimeType(),
                plan.video(),
                plan.audio(),
                (int) limits.timeslice().toMillis(),
                (int) keyFrameInterval.toMillis(),
                stream.reservation().permit().maxBitsPerSecond(limits),
                limits.buffers().maxMessageBytes());
    }
}
