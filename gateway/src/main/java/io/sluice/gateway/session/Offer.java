package io.sluice.gateway.session;

import io.sluice.gateway.media.container.MediaDetails;
import io.sluice.protocol.AudioSettings;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.VideoSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client can send, most preferred first.
 *
 * @param formats the formats that the client offers, or the one that its header shows
 * @param video what the client knows of its video; null if it did not say
 * @param audio what the client knows of its audio; null if it did not say
 * @param source what the header says about the tracks, if it was read
 */
record Offer(
        List<MediaFormat> formats,
        @Nullable VideoSettings video,
        @Nullable AudioSettings audio,
        MediaDetails source) {}
