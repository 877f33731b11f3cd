package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
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

/** What the client can send, and what the gateway answers. */
final class OfferNegotiation {

    /** In copy mode the browser's keyframes are the output's; platforms ask for one every 2 s. */
    private static final Duration KEYFRAME_INTERVAL = Duration.ofSeconds(2);

    /** Browsers hand MP4 out one keyframe interval at a time, so that interval is added to the delay. */
    private static final Duration MP4_KEYFRAME_INTERVAL = Duration.ofSeconds(1);

    private OfferNegotiation() {}

    /** Offers that cannot be understood are left out; refused only if none is left. */
    static Result<Offer> of(Open open) {
        List<MediaFormat> formats = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String mimeType : open.offers()) {
            MediaFormat.parse(mimeType).fold(formats::add, failures::add);
        }
        if (!formats.isEmpty()) {
            return Result.ok(new Offer(formats, open.video(), open.audio()));
        }
        return failures.isEmpty()
                ? Result.refused(
                        FailureCode.UNSUPPORTED_OFFER,
                        "open has no offers: list the media types that your recorder can produce.")
                : new Result.Refused<>(failures.get(0));
    }

    static Result<Offer> ofMimeType(String mimeType) {
        return MediaFormat.parse(mimeType).map(format -> new Offer(List.of(format), null, null));
    }

    /** Whether the media itself has to tell its codecs, because the media type does not name them all. */
    static boolean leavesCodecsOpen(Result<Offer> parsed) {
        return parsed.map(offer -> offer.formats().get(0))
                .fold(
                        format -> format.audio().isEmpty()
                                || (!format.audioOnly() && format.video().isEmpty()),
                        failure -> false);
    }

    static Opened opened(String sessionId, RunningStream running, SessionLimits limits) {
        StreamPlan plan = running.plan();
        Duration keyFrameInterval =
                plan.format().container() == Container.MP4 ? MP4_KEYFRAME_INTERVAL : KEYFRAME_INTERVAL;
        return new Opened(
                sessionId,
                plan.format().mimeType(),
                plan.video(),
                plan.audio(),
                (int) limits.timeslice().toMillis(),
                (int) keyFrameInterval.toMillis(),
                running.permit().maxBitsPerSecond(limits),
                limits.maxMessageBytes());
    }
}
